// @ts-check
// What the language offers and a simulator must not use: clocks, chance, timers, the console and functions whose last bits
// differ between JavaScript engines. Works on the syntax tree, so words in comments and strings do not matter.
// Usage: node tools/ban-list.mjs [ROOT]   (default: this checkout); prints `file:line:column rule: reason`, exit code 1.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** Modules that run unchanged in a browser and in any driver. */
const BROWSER_SAFE = /^src\/(base|model|core|ledger|engine|sim|metrics|report)\//;
/** The page's script: it lives in a browser and nowhere else. */
const PAGE_SCRIPT = /^src\/report\/runtime\//;
/** Whatever has a share in a result; the rest only gets it in or out. */
const DETERMINISTIC = /^src\/(base|model|core|ledger|engine|sim|metrics|report|catalog|trace|scenario)\//;
/** Where numbers are computed that a result's bytes depend on. */
const SAME_BITS =
  /^src\/((base|model|core|ledger|engine|sim|metrics)\/|trace\/synthetic\.ts$|trace\/(generate|transform)\/)/;

/** Exact by the language's definition, or correctly rounded by IEEE 754: the same bits everywhere. */
const EXACT_MATH = new Set(
  "abs ceil clz32 floor fround imul max min round sign sqrt trunc E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2".split(" "),
);
const TIMERS = new Set(["setTimeout", "setInterval", "setImmediate", "requestAnimationFrame"]);

/** @typedef {{ name: string, reason: string, applies: (path: string) => boolean, matches: (node: ts.Node) => boolean }} Rule */

/** @type {readonly Rule[]} */
export const RULES = [
  {
    name: "no-clock",
    reason: "a result must not depend on when it is computed; time is the driver's and comes in with events",
    applies: (path) => DETERMINISTIC.test(path),
    matches: (node) => isMember(node, "Date", "now") || isReference(node, "performance") || isDateOfNow(node),
  },
  {
    name: "no-chance",
    reason: "every random number comes from a named stream of the run's seed (base/random.ts)",
    applies: (path) => DETERMINISTIC.test(path),
    matches: (node) => isMember(node, "Math", "random") || isReference(node, "crypto"),
  },
  {
    name: "no-timers",
    reason: "waiting is an action (wakeAt) that the driver carries out on its own clock",
    applies: (path) => BROWSER_SAFE.test(path) && !PAGE_SCRIPT.test(path),
    matches: (node) => [...TIMERS].some((name) => isReference(node, name)),
  },
  {
    name: "no-console",
    reason: "a library returns what it has to say; only the command line writes it anywhere",
    applies: (path) => BROWSER_SAFE.test(path),
    matches: (node) => isReference(node, "console"),
  },
  {
    name: "no-process",
    reason: "there is no process in a browser, and configuration comes in as arguments",
    applies: (path) => BROWSER_SAFE.test(path),
    matches: (node) => isReference(node, "process") || isReference(node, "Buffer") || isReference(node, "require"),
  },
  {
    name: "no-node",
    reason: "the module runs unchanged in a browser",
    applies: (path) => BROWSER_SAFE.test(path),
    matches: (node) => isImportOf(node, "node:"),
  },
  {
    name: "same-bits",
    reason: "Math.log, exp, pow, sin and others differ in the last bits between engines: use base/exact-math.ts",
    applies: (path) => SAME_BITS.test(path),
    matches: (node) => isInexactMath(node) || isPower(node),
  },
];

/**
 * Rules broken by one source text. `path` is relative to the checkout, with forward slashes: it decides which rules apply.
 * @param {string} path
 * @param {string} text
 */
export function violations(path, text) {
  const rules = RULES.filter((rule) => rule.applies(path));
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  /** @type {{ path: string, line: number, column: number, rule: Rule }[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    for (const rule of rules) {
      if (!rule.matches(node)) continue;
      const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({ path, line: line + 1, column: character + 1, rule });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * `object.name`, `object["name"]` or a longer path that ends so, as `globalThis.object.name`.
 * @param {ts.Node} node
 * @param {string} object
 * @param {string} name
 */
function isMember(node, object, name) {
  return memberOf(node, object) === name;
}

/**
 * The name that is taken from `object`, or undefined when the node is no access to it.
 * @param {ts.Node} node
 * @param {string} object
 */
function memberOf(node, object) {
  if (ts.isPropertyAccessExpression(node)) return isNamed(node.expression, object) ? node.name.text : undefined;
  if (!ts.isElementAccessExpression(node) || !isNamed(node.expression, object)) return undefined;
  return ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : "";
}

/**
 * `name` or `globalThis.name`.
 * @param {ts.Node} node
 * @param {string} name
 * @returns {boolean}
 */
function isNamed(node, name) {
  if (ts.isIdentifier(node)) return node.text === name;
  return ts.isPropertyAccessExpression(node) && node.name.text === name && isNamed(node.expression, "globalThis");
}

/**
 * A use of the global variable: not a property, a declaration or a type of the same name.
 * @param {ts.Node} node
 * @param {string} name
 */
function isReference(node, name) {
  if (!ts.isIdentifier(node) || node.text !== name) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return isNamed(parent.expression, "globalThis");
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  const declares = "name" in parent && parent.name === node;
  return !declares && !ts.isTypeNode(parent) && !ts.isQualifiedName(parent);
}

/**
 * `new Date()` or `Date(…)`: now. `new Date(ms)` is arithmetic.
 * @param {ts.Node} node
 */
function isDateOfNow(node) {
  if (ts.isNewExpression(node)) return isNamed(node.expression, "Date") && (node.arguments?.length ?? 0) === 0;
  return ts.isCallExpression(node) && isNamed(node.expression, "Date");
}

/**
 * A module specifier, static or dynamic, that begins so.
 * @param {ts.Node} node
 * @param {string} prefix
 */
function isImportOf(node, prefix) {
  if (!ts.isStringLiteral(node) || !node.text.startsWith(prefix)) return false;
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true;
  return ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword;
}

/**
 * Any use of Math but the exact ones: another function, or Math itself as a value, which could hide one.
 * @param {ts.Node} node
 */
function isInexactMath(node) {
  if (!isReference(node, "Math")) return false;
  const name = memberOf(node.parent, "Math");
  return name === undefined || (name !== "random" && !EXACT_MATH.has(name));
}

/**
 * The power operator, but for constants like 2 ** 28: a whole power of two is exact.
 * @param {ts.Node} node
 */
function isPower(node) {
  if (!ts.isBinaryExpression(node)) return false;
  const { left, operatorToken, right } = node;
  if (operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken) return true;
  if (operatorToken.kind !== ts.SyntaxKind.AsteriskAsteriskToken) return false;
  const powerOfTwo =
    ts.isNumericLiteral(left) && left.text === "2" && ts.isNumericLiteral(right) && /^\d+$/.test(right.text);
  return !powerOfTwo;
}

/** @param {string} root */
function main(root) {
  const files = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const found = files.flatMap((file) =>
    violations(relative(root, file).replaceAll("\\", "/"), readFileSync(file, "utf8")),
  );
  for (const { path, line, column, rule } of found) {
    process.stdout.write(`${path}:${line}:${column} ${rule.name}: ${rule.reason}\n`);
  }
  process.stdout.write(`ban list: ${files.length} files, ${found.length} violations\n`);
  process.exitCode = found.length === 0 && files.length > 0 ? 0 : 1;
}

const root = fileURLToPath(new URL("../", import.meta.url));
if (process.argv[1] === fileURLToPath(import.meta.url)) main(resolve(process.argv[2] ?? root));
