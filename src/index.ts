// The library. One call each for what the command line does:
//
//   const { resolved, trace, header } = await loadReplay("scenario.yaml");
//   const result = replay(resolved, trace, header);
//   process.stdout.write(renderTerminal(result, { colour: false, width: 120 }));
//
// Or step by step, without files: parseScenario, resolveScenario, generateTrace or readTrace, resultHeader, replay.
// What is wrong with the input is thrown as one InputError with all its issues.

export { formatIssue, InputError, type Issue } from "./base/issues.js";
export { type Catalog, loadCatalog } from "./catalog/catalog.js";
export type { ResultFile, ResultHeader, RunSummary } from "./model/run-result.js";
export { renderMarkdown } from "./report/markdown.js";
export { readResult } from "./report/result-schema.js";
export { renderTerminal, type TerminalOptions } from "./report/terminal.js";
export { OutputError } from "./run/errors.js";
export { jobsCsv } from "./run/jobs-csv.js";
export { type LoadedReplay, loadReplay, resultHeader } from "./run/load-replay.js";
export { type ReplayHooks, type ReplayTrace, replay } from "./run/replay.js";
export { renderedFiles } from "./run/report-files.js";
export { type ResolvedScenario, resolveScenario } from "./run/resolve.js";
export { type ReportFile, resultText, writeReportFolder } from "./run/write-report.js";
export { parseScenario } from "./scenario/parse-scenario.js";
export type { Scenario } from "./scenario/scenario.js";
export type { SyntheticTraceOptions, TraceFileOptions } from "./trace/options.js";
export { readTrace } from "./trace/read-trace.js";
export { generateTrace } from "./trace/synthetic.js";
