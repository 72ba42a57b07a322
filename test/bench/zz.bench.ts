import { readFileSync } from "node:fs";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { planRuns, runPlan } from "../../src/run/replay.js";
import { resolveScenario } from "../../src/run/resolve.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import { generateTrace } from "../../src/trace/synthetic.js";
import { computeBill } from "../../src/metrics/bill.js";
import { JobPriceShares } from "../../src/metrics/job-price-shares.js";
import { attribute } from "../../src/metrics/attribution.js";
import { summariseWaits } from "../../src/metrics/waits.js";
import { buildSeries } from "../../src/metrics/series.js";
const text = readFileSync("/tmp/bench.yaml","utf8");
const sc = parseScenario(text, "b", "b"); const resolved = resolveScenario(sc, loadCatalog(), "b"); const trace = generateTrace(sc.trace as never);
const plan = planRuns(resolved, trace)[0]!;
for (let k = 0; k < 4; k++) {
const t: Record<string, number> = {}; const T = <X>(n: string, f: () => X): X => { const a = process.cpuUsage(); const v = f(); const b = process.cpuUsage(a); t[n] = (b.user + b.system) / 1e6; return v; };
const ledger = T("sim", () => runPlan(resolved, trace, plan));
const js = T("shares", () => new JobPriceShares(ledger.tables, resolved.priceShares));
const bill = T("bill", () => computeBill(ledger, resolved.billing, resolved.priceShares, js));
T("attribute", () => attribute(ledger, trace.workload, bill, js, 3333));
T("waits", () => summariseWaits(ledger, trace.workload));
T("series", () => buildSeries(ledger, trace.workload, bill, 3333));
console.log(JSON.stringify(t));
}
