// The import rules of ARCHITECTURE.md, made from one table: which module may import which, and which packages. A module is
// a folder of src. Run by `npm run check:imports`; test/architecture shows that the rules bite.

/**
 * Allowed imports per module. `packages` are the module's own: no other module may import them unless it lists them too.
 * `node: true` allows Node's built-in modules; the others run unchanged in a browser.
 */
export const MODULES = {
  base: { may: [], packages: ["seedrandom"], why: "the toolbox knows no domain" },
  model: { may: ["base"], packages: [], why: "the vocabulary depends on nothing that uses it" },
  core: { may: ["model", "base"], packages: [], why: "decisions are free of I/O and of any driver" },
  ledger: { may: ["model", "base"], packages: [], why: "the record must outlive the code that fills it" },
  engine: { may: ["core", "ledger", "model", "base"], packages: [], why: "core and ledger, and no driver" },
  catalog: { may: ["model", "base"], packages: [], node: true, why: "facts and prices know nothing of their use" },
  trace: {
    may: ["model", "base"],
    packages: ["csv-parse"],
    node: true,
    why: "the only module that reads outside formats",
  },
  scenario: {
    may: ["model", "base"],
    packages: ["yaml", "zod"],
    why: "the user's language, checked before anything runs",
  },
  sim: {
    may: ["engine", "ledger", "model", "base"],
    packages: [],
    why: "a driver: it sees the engine, never the core",
  },
  live: {
    may: ["engine", "catalog", "ledger", "model", "base"],
    packages: ["@aws-sdk", "@smithy", "pino", "prom-client"],
    node: true,
    why: "the only module that speaks to AWS; it never sees the simulated world",
  },
  metrics: {
    may: ["ledger", "model", "base"],
    packages: [],
    why: "figures come from the ledger alone, whoever filled it",
  },
  report: {
    may: ["model", "base"],
    packages: ["vega[^/]*", "zod", "picocolors", "cli-table3"],
    why: "a report reads a result and nothing else, so that a saved result gives the same report",
  },
  run: {
    may: [
      "engine",
      "core",
      "ledger",
      "catalog",
      "trace",
      "scenario",
      "sim",
      "live",
      "metrics",
      "report",
      "model",
      "base",
    ],
    packages: ["highs"],
    node: true,
    why: "the composition root; planning and the command line stand above it",
  },
  plan: {
    may: ["run", "scenario", "metrics", "model", "base"],
    packages: [],
    why: "search and comparison over whole runs",
  },
  cli: {
    may: ["plan", "run", "catalog", "report", "scenario", "model", "base"],
    packages: ["yargs", "cli-progress", "picocolors", "cli-table3"],
    node: true,
    why: "the only module that knows it is a command line",
  },
};

const anyOf = (names) => `(${names.join("|")})`;
const otherModules = (name, { may }) => Object.keys(MODULES).filter((other) => other !== name && !may.includes(other));

function moduleRules([name, rule]) {
  const from = { path: `^src/${name}/` };
  const rules = [
    {
      name: `${name}-modules`,
      comment: `${name} may import ${rule.may.join(", ") || "no other module"}: ${rule.why}.`,
      from,
      to: { path: `^src/${anyOf(otherModules(name, rule))}/` },
    },
    {
      name: `${name}-packages`,
      comment: `${name} may import ${rule.packages.join(", ") || "no package"}: a package has one home, so that it can be replaced.`,
      from,
      to: {
        path: "node_modules/",
        pathNot: rule.packages.length === 0 ? "^$" : `node_modules/(@types/)?${anyOf(rule.packages)}/`,
      },
    },
  ];
  if (rule.node !== true) {
    rules.push({
      name: `${name}-node`,
      comment: `${name} runs unchanged in a browser, or has no business with files: no built-in modules of Node.`,
      from,
      to: { dependencyTypes: ["core"] },
    });
  }
  return rules;
}

const SPECIAL_RULES = [
  {
    name: "no-unknown-modules",
    comment: "A new folder of src needs a row in the table above, and one in ARCHITECTURE.md.",
    from: { path: "^src/[^/]+/", pathNot: `^src/${anyOf(Object.keys(MODULES))}/` },
    to: {},
  },
  {
    name: "no-hidden-truth",
    comment: "What a job really does (model/profile.ts) is known to the simulated world only: no policy can cheat.",
    from: { path: "^src/(core|engine)/" },
    to: { path: "^src/model/profile\\.ts$" },
  },
  {
    name: "sim-ledger-type-only",
    comment: "The simulator hands the engine's ledger on: it needs its type only.",
    from: { path: "^src/sim/" },
    to: { path: "^src/ledger/", dependencyTypesNot: ["type-only"] },
  },
  {
    name: "no-tests-in-product",
    comment: "The product does not ship tests and tools.",
    from: { path: "^src/" },
    to: { path: "^(test|tools)/" },
  },
  {
    name: "no-dev-dependencies",
    comment: "A user's installation has no development dependencies.",
    from: { path: "^src/" },
    to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
  },
  {
    name: "no-unlisted-packages",
    comment: "A package that package.json does not list may vanish with an update of another one.",
    // The page's script takes single parts of vega at the versions that vega itself asks for: one copy of each.
    from: { path: "^(src|test|tools)/", pathNot: "^src/report/runtime/" },
    to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
  },
  {
    name: "no-unresolved",
    comment: "An import that leads nowhere fails at run time.",
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: "no-cycles",
    comment: "Files that import each other can only be understood, tested and moved together.",
    from: {},
    to: { circular: true },
  },
  {
    name: "no-orphans",
    comment: "A file that nothing imports and that imports nothing is dead.",
    from: { orphan: true, path: "^src/" },
    to: {},
  },
];

export default {
  forbidden: [...Object.entries(MODULES).flatMap(moduleRules), ...SPECIAL_RULES].map((rule) => ({
    ...rule,
    severity: "error",
  })),
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|\\.cache)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
