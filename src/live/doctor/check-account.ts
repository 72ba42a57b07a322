// Who asks, in which account and region.

import { ask } from "./ask.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

export async function checkAccount(facts: Facts, report: Report): Promise<void> {
  const { clients, settings } = facts.context;
  const { account, region } = settings.identity;
  if (clients.region !== region) {
    report.error(`the clients are for ${clients.region}, the scenario for ${region}`, "ask in the scenario's region");
  }
  const { Account = "", Arn = "" } = await ask("STS.GetCallerIdentity", async () => {
    const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
    const client = await clients.sts();
    return client.send(new GetCallerIdentityCommand({}), facts.options());
  });
  if (Account === account) {
    report.ok(`account ${account}, region ${region}, as ${Arn}`);
  } else {
    const hint = "use credentials of the other account, or correct live.account: nothing is written before they agree";
    report.error(`these credentials are of account ${Account}, the scenario is for ${account}`, hint);
  }
  if (Arn.endsWith(":root")) {
    report.warning("these are the account's root credentials", "run under a role with policy.json alone");
  }
}
