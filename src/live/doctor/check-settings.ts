// What the scenario itself says that people may not have meant.

import { MILLI } from "../../base/units.js";
import { parameterReader, readKillState } from "../gate/kill-switch.js";
import { ask } from "./ask.js";
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
  if (settings.endpoint !== null) report.note(`every call goes to ${settings.endpoint}, not to AWS`);
  await checkKillSwitches(facts, report);
  if (report.findings.length === 0) report.ok(`strategy ${tables.strategy.name}; no kill switch is on`);
}

async function checkKillSwitches(facts: Facts, report: Report): Promise<void> {
  const { file, ssmParameter } = facts.context.settings.killSwitch;
  const inFile = await readKillState({ file, readParameter: null, signals: [], leaseModes: [] });
  for (const source of inFile.sources) report.warning(`a kill switch is on: ${source}`, "remove the file to go on");
  if (ssmParameter === null) return;
  const client = await facts.context.clients.ssm();
  const said = await ask("SSM.GetParameter", parameterReader(client, ssmParameter, facts.deadline.signal));
  if (said === null) {
    const what = `there is no SSM parameter ${ssmParameter}: it stops nothing until it is made`;
    report.note(what, "with one of the words of docs/runbook.md");
  }
  const inParameter = await readKillState({
    file: null,
    readParameter: () => Promise.resolve(said),
    signals: [],
    leaseModes: [],
  });
  for (const source of inParameter.sources) {
    report.warning(`a kill switch is on: ${source}`, `write none into ${ssmParameter} to go on`);
  }
}
