// Whose account pays: by the credentials that would be used.

import type { AwsClients } from "../aws/clients.js";

export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** Throws what the call throws. Everybody may ask. */
export async function whoPays(clients: Pick<AwsClients, "sts">): Promise<Caller> {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const { Account: account = "", Arn: arn = "" } = await (await clients.sts()).send(new GetCallerIdentityCommand({}));
  return { account, arn };
}
