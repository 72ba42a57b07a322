// Which delays a trace can tell anything about, and why the others stay as the scenario has them.

import type { FittedDelay, WorldDelay } from "../../model/calibration.js";
import type { Knob } from "./delays.js";
import { FEWEST_FOR_A_DELAY } from "./guess.js";
import { firstHalf, type Sample } from "./sample.js";
import type { SimulatedWaits } from "./simulated-waits.js";

/** A delay that so few of the jobs meet moves none of the quantiles that a fit looks at, all but the last. */
const MATTERS_FROM = 0.02;

export interface DelayPlan {
  readonly basis: FittedDelay["basis"];
  readonly reason: string;
}

export type DelayPlans = Readonly<Record<WorldDelay, DelayPlan>>;

/** Decides by a replay of the world as given. `hasBoots`: instances of EC2 are launched, not only machines of Fargate. */
export function planDelays(waits: SimulatedWaits, sample: Sample, hasBoots: boolean): DelayPlans {
  const startsNew = shareOf(waits.onNewInstance) >= MATTERS_FROM;
  const pulls = shareOf(waits.pulledImage) >= MATTERS_FROM;
  const finds = shareOf(waits.pulledImage.map((mark) => 1 - mark)) >= MATTERS_FROM;
  const recorded = enoughPulls(sample);
  return {
    decisionInterval: { basis: "searched", reason: "how long a job waits for the next decision" },
    ...launchPlans(startsNew, hasBoots, recorded),
    pull: pullPlan(pulls, startsNew, recorded),
    cachedPull: cachedPlan(finds, recorded),
  };
}

function launchPlans(startsNew: boolean, hasBoots: boolean, recorded: boolean): Pick<DelayPlans, "pending" | "boot"> {
  const none = { basis: "kept", reason: "hardly any job of the replay waits for an instance to be launched" } as const;
  if (!startsNew) return { pending: none, boot: none };
  const sum = recorded ? "" : "; it also takes up what the image pull was longer or shorter than assumed";
  if (!hasBoots) {
    const nothing = { basis: "kept", reason: "machines of Fargate have no boot" } as const;
    return { pending: { basis: "searched", reason: `from the launch to the machine${sum}` }, boot: nothing };
  }
  return {
    pending: { basis: "kept", reason: "waits show pending and boot only together; the bill could tell them apart" },
    boot: { basis: "searched", reason: `from running to registered${sum}` },
  };
}

function pullPlan(pulls: boolean, startsNew: boolean, recorded: boolean): DelayPlan {
  if (!pulls) return { basis: "kept", reason: "hardly any job of the replay waits for a first image pull" };
  if (recorded) return { basis: "recorded", reason: "the longest of the recorded container starts" };
  if (!startsNew) return { basis: "searched", reason: "first container start on an instance" };
  return { basis: "kept", reason: "no container starts are recorded, and waits show boot and pull only together" };
}

function cachedPlan(finds: boolean, recorded: boolean): DelayPlan {
  if (!finds) return { basis: "kept", reason: "hardly any job of the replay finds its image on the instance" };
  return recorded
    ? { basis: "recorded", reason: "the shortest of the recorded container starts" }
    : { basis: "searched", reason: "what every job waits at the least" };
}

/** The numbers that the search turns. A spread is searched for where a delay is long enough to show one. */
export function knobsOf(plans: DelayPlans): Knob[] {
  const searched = (delay: WorldDelay) => plans[delay].basis === "searched";
  const both = (delay: WorldDelay): Knob[] => [
    { delay, part: "median" },
    { delay, part: "spread" },
  ];
  return [
    ...(searched("boot") ? both("boot") : []),
    ...(searched("pending") ? both("pending") : []),
    ...(searched("pull") ? both("pull") : []),
    ...(["decisionInterval", "cachedPull"] as const).flatMap((delay): Knob[] =>
      searched(delay) ? [{ delay, part: "median" }] : [],
    ),
  ];
}

/** Whether there are recorded container starts to speak of in the first half too. */
function enoughPulls(sample: Sample): boolean {
  const { recordedPullMs, fitted } = firstHalf(sample);
  let known = 0;
  for (let i = 0; i < fitted; i++) if (!Number.isNaN(recordedPullMs[i]!)) known++;
  return known >= 2 * FEWEST_FOR_A_DELAY;
}

function shareOf(marks: Uint8Array): number {
  return marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
}
