// What the scenario itself says that people may not have meant.

import { MILLI } from "../../base/units.js";
import { readKillState } from "../gate/kill-switch.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

export async function checkSettings(facts: Facts, report: Report): Promise<void> {
  const { settings, tables, strategies } = facts.context;
  if (strategies > 1) {
    report.note(`the scenario has ${strategies} strategies: live mode follows the first, ${tables.strategy.name}`);
  }
  const types = facts.pools.map((pool) => tables.instanceTypes[tables.pools[pool]!.instanceType]!);
  const smallestVcpus = Math.min(...types.map(({ vcpuMilli }) => vcpuMilli / MILLI));
  if (types.length > 0 && smallestVcpus > settings.caps.maxVcpus) {
    const what = `the smallest allowed instance has ${smallestVcpus} vCPUs, live.caps.maxVcpus is ${settings.caps.maxVcpus}`;
    report.error(what, "nothing can be launched: raise the cap, or allow smaller types");
  }
  const { file } = settings.killSwitch;
  const kill = await readKillState({ file, readParameter: null, signals: [], leaseModes: [] });
  for (const source of kill.sources) report.warning(`a kill switch is on: ${source}`, "remove the file to go on");
  if (settings.endpoint !== null) report.note(`every call goes to ${settings.endpoint}, not to AWS`);
  if (report.findings.length === 0) report.ok(`strategy ${tables.strategy.name}; no kill switch is on`);
}
