// `stowage scenario pull --from-account`: asks AWS Batch itself for the replies that files hold otherwise.

import { makeAwsClients } from "../../live/aws/clients.js";
import { systemClock } from "../../live/clock.js";
import { pullAccount } from "../../live/pull/account.js";
import { CALLS_PER_SECOND, PULL_ATTEMPTS } from "../../live/pull/jobs.js";
import { Pace } from "../../live/pull/pace.js";
import type { PullSource } from "../../scenario/pull-replies.js";
import { askingAws } from "./aws-failure.js";

export interface AccountPull {
  /** Names or ARNs; empty: every queue of the region. */
  readonly queues: readonly string[];
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly onStep?: (call: string) => void;
}

/** The replies, as `pullScenario` takes them. Throws InputError for queues that are not there, OutputError for AWS's failures. */
export async function accountReplies(given: AccountPull): Promise<PullSource[]> {
  const { queues, onStep, region, endpoint = null } = given;
  const replies = await askingAws("the account could not be read", async () => {
    const batch = await makeAwsClients({ region, endpoint, maxAttempts: PULL_ATTEMPTS }).batch();
    return await pullAccount(batch, queues, new Pace(systemClock(), CALLS_PER_SECOND), onStep);
  });
  return [{ file: `the account's answers (${region})`, text: JSON.stringify(replies), expected: undefined }];
}
