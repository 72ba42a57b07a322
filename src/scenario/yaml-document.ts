// YAML text to plain values that remember where they stood. All syntax errors are reported, one per line (a slip at one
// place confuses the rest of its line); keys given twice do not hide the mistakes that the schema finds.

import type { CST, Document, Node, ParsedNode, YAMLError } from "yaml";
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  Parser,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { errorIssue, InputError, type Issue } from "../base/issues.js";
import { type Finding, formatPath, type PathKey } from "./finding.js";

/** A scenario nests eight levels; YAML's composer recurses and would exhaust the stack at a few thousand. */
const DEEPEST_NESTING = 50;

/** A scenario is a page or two; a megabyte of text is some other file, given by mistake. */
const LONGEST_TEXT = 1_000_000;

type Tree = Document.Parsed<ParsedNode>;

interface YamlDocument {
  /** Plain value: maps, lists, texts, numbers, booleans; null for an empty file. */
  readonly value: unknown;
  /** Keys given twice: the values can be looked at all the same. */
  readonly issues: readonly Issue[];
  /** Adds file and position to a finding. */
  readonly toIssue: (finding: Finding) => Issue;
}

/**
 * Parses YAML 1.2 text (JSON is a part of it). Throws InputError when the text is so broken that looking at its values
 * would only produce follow-up errors.
 */
export function readYaml(text: string, file: string): YamlDocument {
  refuseUnreadable(text, file);
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const tree = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: "error" });
  const errors = [...tree.errors, ...tree.warnings.filter((warning) => warning.code === "TAG_RESOLVE_FAILED")];
  const duplicates = errors
    .filter((error) => error.code === "DUPLICATE_KEY")
    .map((error) => duplicateKeyIssue(tree, error.pos[0], at(error.pos[0])));
  const syntax = errors
    .filter((error) => error.code !== "DUPLICATE_KEY")
    .map((error) => syntaxIssue(error, at(error.pos[0])))
    .filter((issue, index, all) => all.findIndex((other) => other.line === issue.line) === index);
  const aliases = aliasesOf(tree);
  const anchors = aliases
    .filter((alias) => !alias.known)
    .map(({ name, offset }) => {
      return errorIssue("unknown-anchor", `the alias *${name} has no anchor &${name} before it`, at(offset));
    });
  if (syntax.length + anchors.length > 0) throw new InputError(inFileOrder([...syntax, ...anchors, ...duplicates]));
  const toIssue = ({ code, message, hint, path, atKey }: Finding): Issue => {
    const where = { ...at(offsetOf(tree, path, atKey === true)), path: formatPath(path) };
    return errorIssue(code, message, hint === undefined ? where : { ...where, hint });
  };
  try {
    return { value: tree.toJS(), issues: duplicates, toIssue };
  } catch (error) {
    // toJS expands aliases; it throws plain errors for alias bombs and for "<<" that merges something other than maps.
    if (!(error instanceof Error)) throw error;
    const where = at(aliases[0]?.offset ?? 0);
    throw new InputError(inFileOrder([...duplicates, errorIssue("yaml-alias", error.message, where)]));
  }
}

/** The issues sorted by line and column. */
export function inFileOrder(issues: readonly Issue[]): Issue[] {
  const line = (issue: Issue) => issue.line ?? 0;
  const column = (issue: Issue) => issue.column ?? 0;
  return [...issues].sort((a, b) => line(a) - line(b) || column(a) - column(b));
}

/** Throws InputError for what is no scenario at first sight, before the YAML parser sees it. */
function refuseUnreadable(text: string, file: string): void {
  if (text.length > LONGEST_TEXT)
    throw new InputError([errorIssue("too-long", "too long for a scenario file", { file })]);
  const control = indexOfControlCharacter(text);
  if (control >= 0) {
    const line = text.slice(0, control).split("\n").length;
    throw new InputError([errorIssue("not-text", "this is no text file: it has control characters", { file, line })]);
  }
  if (nestingDepth(text) > DEEPEST_NESTING) {
    throw new InputError([errorIssue("too-deep", `nested more than ${DEEPEST_NESTING} levels deep`, { file })]);
  }
}

/** Index of the first character that no YAML text may have, or -1. */
function indexOfControlCharacter(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) return i;
  }
  return -1;
}

/** Depth of the deepest map or list, found without recursion. */
function nestingDepth(text: string): number {
  let deepest = 0;
  for (const root of new Parser().parse(text)) {
    const open: { readonly token: CST.Token; readonly depth: number }[] = [{ token: root, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { token, depth } = next;
      deepest = Math.max(deepest, depth);
      if (token.type === "document" && token.value !== undefined) open.push({ token: token.value, depth });
      if (!("items" in token)) continue;
      for (const item of token.items) {
        if (item.key != null) open.push({ token: item.key, depth: depth + 1 });
        if (item.value !== undefined) open.push({ token: item.value, depth: depth + 1 });
      }
    }
  }
  return deepest;
}

const SYNTAX_HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  MULTIPLE_DOCS: "one scenario per file: remove the --- line",
  BLOCK_AS_IMPLICIT_KEY: "a text with a colon needs quotes; a nested key needs a line of its own",
  BAD_INDENT: "keys of one map start in the same column; every [ and { needs its closing bracket",
  TAG_RESOLVE_FAILED: "remove the tag, or quote the text when it starts with !",
};

interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function syntaxIssue(error: YAMLError, where: Position): Issue {
  const hint = SYNTAX_HINTS[error.code];
  return errorIssue("yaml-syntax", error.message, hint === undefined ? where : { ...where, hint });
}

function duplicateKeyIssue(tree: Tree, offset: number, where: Position): Issue {
  let path: PathKey[] = [];
  visit(tree, {
    Scalar(_, node, ancestors) {
      if (node.range?.[0] === offset) path = pathOf([...ancestors, node]);
    },
  });
  const message = `the key "${path.at(-1)}" is given twice in one map`;
  return errorIssue("duplicate-key", message, { ...where, path: formatPath(path), hint: "keep one of them" });
}

/** The path that a chain of nodes, outermost first, stands for. */
function pathOf(chain: readonly unknown[]): PathKey[] {
  return chain.flatMap((node, depth): PathKey[] => {
    if (isPair(node)) return [isScalar(node.key) ? String(node.key.value) : String(node.key)];
    return isSeq(node) ? [node.items.indexOf(chain[depth + 1])] : [];
  });
}

/** Every alias of the document, in its order. */
function aliasesOf(tree: Tree): { readonly name: string; readonly offset: number; readonly known: boolean }[] {
  const found: { name: string; offset: number; known: boolean }[] = [];
  visit(tree, {
    Alias(_, node) {
      found.push({ name: node.source, offset: node.range?.[0] ?? 0, known: node.resolve(tree) !== undefined });
    },
  });
  return found;
}

/** Offset of the value at `path`; of the innermost map around it when the key is missing there. */
function offsetOf(tree: Tree, path: readonly PathKey[], atKey: boolean): number {
  let node = resolved(tree, tree.contents);
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isMap(node)) {
      const pair = findPair(tree, node, String(step));
      if (pair === undefined) return offset;
      const key = pair.key as Node;
      const value = resolved(tree, pair.value as Node | null);
      const emptyValue = value === undefined || value.range?.[0] === value.range?.[1];
      const pointAtKey = emptyValue || (atKey && depth === path.length - 1);
      offset = (pointAtKey ? key.range : value.range)?.[0] ?? offset;
      node = value;
    } else if (isSeq(node)) {
      node = resolved(tree, node.items[Number(step)] as Node | undefined);
      offset = node?.range?.[0] ?? offset;
    }
  }
  return offset;
}

/** The node, or what an alias stands for. */
function resolved(tree: Tree, node: Node | null | undefined): Node | undefined {
  return (isAlias(node) ? node.resolve(tree) : node) ?? undefined;
}

/** The pair with this key, in the map itself or in one that it merges with "<<". */
function findPair(tree: Tree, map: YAMLMap, key: string): Pair | undefined {
  const keyOf = (pair: Pair) => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key));
  const own = map.items.findLast((pair) => keyOf(pair) === key); // of a key given twice, the last value counts
  if (own !== undefined) return own;
  for (const merge of map.items.filter((pair) => isScalar(pair.key) && pair.key.source === "<<")) {
    const source = resolved(tree, merge.value as Node | null);
    const candidates = isSeq(source) ? source.items.map((item) => resolved(tree, item as Node)) : [source];
    for (const candidate of candidates) {
      const found = isMap(candidate) ? findPair(tree, candidate, key) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
