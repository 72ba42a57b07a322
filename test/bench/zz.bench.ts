import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { planRuns, runPlan } from "../../src/run/replay.js";
import { resolveScenario } from "../../src/run/resolve.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import { generateTrace } from "../../src/trace/synthetic.js";
import { summariseRun } from "../../src/metrics/summary.js";
const text = readFileSync("/tmp/bench.yaml","utf8");
const sc = parseScenario(text, "b", "b"); const resolved = resolveScenario(sc, loadCatalog(pathToFileURL("src/catalog/data/")), "b"); const trace = generateTrace(sc.trace as never);
const plan = planRuns(resolved, trace)[0]!;
const sims: number[] = [], sums: number[] = [];
for (let k = 0; k < 9; k++) {
const T = <X>(n: number[], f: () => X): X => { const a = process.cpuUsage(); const v = f(); const b = process.cpuUsage(a); n.push((b.user + b.system) / 1e6); return v; };
const ledger = T(sims, () => runPlan(resolved, trace, plan));
if (!process.env.NOSUM) T(sums, () => summariseRun(plan.label, ledger, trace.workload, resolved.billing, resolved.priceShares));
}
console.log(process.env.NAME, "sim", sims.sort()[4], sims[0], "sum", sums.sort()[4], sums[0]);
