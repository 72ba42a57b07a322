// The account's vCPU quotas against what the caps allow.

import { MILLI } from "../../base/units.js";
import type { Market } from "../../model/instance-type.js";
import { ask, CallFailed } from "./ask.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

/** Service Quotas, EC2: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", "All Standard ... Spot Instance Requests". */
const STANDARD_QUOTA: Readonly<Record<Market, string>> = { "on-demand": "L-1216C47A", spot: "L-34B43A08" };
const STANDARD_FAMILY = /^[acdhimrtz]\d/;

export async function checkQuotas(facts: Facts, report: Report): Promise<void> {
  const { settings, tables } = facts.context;
  const markets = new Set<Market>();
  const others = new Set<string>();
  let largestVcpus = 0;
  for (const pool of facts.pools) {
    const { instanceType, market } = tables.pools[pool]!;
    const { name, vcpuMilli } = tables.instanceTypes[instanceType]!;
    largestVcpus = Math.max(largestVcpus, vcpuMilli / MILLI);
    if (STANDARD_FAMILY.test(name)) markets.add(market);
    else others.add(name.split(".")[0]!);
  }
  for (const market of markets) await checkMarket(facts, market, settings.caps.maxVcpus, largestVcpus, report);
  if (others.size > 0) {
    const hint = "look at them in the Service Quotas console";
    report.note(`families with quotas of their own are not compared: ${[...others].join(", ")}`, hint);
  }
}

async function checkMarket(
  facts: Facts,
  market: Market,
  maxVcpus: number,
  largestVcpus: number,
  report: Report,
): Promise<void> {
  const QuotaCode = STANDARD_QUOTA[market];
  const vcpus = await quotaOf(facts, QuotaCode);
  const what = `the account may run ${vcpus} ${market} vCPUs of standard families`;
  const hint = `ask for more in the Service Quotas console (${QuotaCode}), or lower live.caps.maxVcpus`;
  if (vcpus === null) report.note(`the quota ${QuotaCode} for ${market} vCPUs is not known here`);
  else if (vcpus < largestVcpus) report.error(`${what}: not enough for every type that is allowed`, hint);
  else if (vcpus < maxVcpus) report.warning(`${what}, the caps allow ${maxVcpus}`, hint);
  else report.ok(`${what}, the caps allow ${maxVcpus}`);
}

/** Null: Service Quotas does not know it. */
async function quotaOf(facts: Facts, QuotaCode: string): Promise<number | null> {
  try {
    const { Quota } = await ask("ServiceQuotas.GetServiceQuota", async () => {
      const { GetServiceQuotaCommand } = await import("@aws-sdk/client-service-quotas");
      const client = await facts.context.clients.serviceQuotas();
      return client.send(new GetServiceQuotaCommand({ ServiceCode: "ec2", QuotaCode }), facts.options());
    });
    return Quota?.Value ?? null;
  } catch (thrown) {
    if (thrown instanceof CallFailed && thrown.failure.code === "NoSuchResourceException") return null;
    throw thrown;
  }
}
