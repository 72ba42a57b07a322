// The product's central promise: a trace replayed by the simulator, and by the whole of live mode over HTTP against a World in
// stepped virtual time, gives the same actions, through interruptions, refusals and fleets that are answered in part.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { replaySession } from "../../../src/live/session/replay-session.js";
import {
  type DecisionLine,
  type LoggedAction,
  loggedActions,
  type SessionLine,
  sessionText,
} from "../../../src/live/session/session-log.js";
import { ActionKind } from "../../../src/model/action.js";
import { RefusalReason } from "../../../src/model/market.js";
import { UnmanagedRun } from "../../../src/sim/unmanaged/simulate-unmanaged.js";
import { HAS_REAL_FILES } from "../../real-traces/real-files.js";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { scenarioAccount } from "../../world/scenario-account.js";
import { LiveProcess, makeRig } from "../rig/rig.js";
import { REAL_SCENARIOS } from "./real-scenarios.js";

interface Logged {
  readonly at: number;
  readonly actions: readonly LoggedAction[];
}

/** Decisions that did anything: times of waking up are nobody's business. */
function deeds(lines: readonly Logged[]): string[] {
  return lines
    .map(({ at, actions }) => ({ at, actions: actions.filter(([kind]) => kind !== ActionKind.WakeAt) }))
    .filter(({ actions }) => actions.length > 0)
    .map((line) => JSON.stringify(line));
}

async function simulated(text: string) {
  const { input } = await scenarioAccount(text);
  const lines: Logged[] = [];
  const run = new UnmanagedRun(input, {
    runsOn: true,
    decided: (at, actions) => lines.push({ at, actions: loggedActions(actions) }),
  });
  while (run.step(Number.POSITIVE_INFINITY)) {
    // On to the end.
  }
  const { ledger } = run.finish();
  const causes = ledger.instances.endCause.data.subarray(0, ledger.instances.length);
  return {
    lines,
    ledger,
    taken: causes.filter((cause) => cause === 1).length,
    refused: causes.filter((cause) => cause === 3).length,
    denied: ledger.refusals.value.data
      .subarray(0, ledger.refusals.length)
      .filter((reason) => reason === RefusalReason.Capped).length,
  };
}

/** The rig's caps, which nothing comes near to, and narrower ones. */
function withCaps(text: string, caps: string): string {
  const names = [...caps.matchAll(/(\w+):/g)].map(([, name]) => name);
  const wide = /^ {2}caps: \{ (.*) \}$/m.exec(text)![1]!.split(", ");
  const kept = wide.filter((cap) => !names.includes(cap.split(":")[0]!));
  return text.replace(/^ {2}caps: .*$/m, `  caps: { ${[...kept, caps].join(", ")} }`);
}

const isDecision = (line: SessionLine): line is DecisionLine => !Array.isArray(line) && "at" in line;

describe.skipIf(!HAS_REAL_FILES || (motoMissing() !== null && process.env.CI === undefined))("parity", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto.stop());
  // What one trace has left behind would be the next one's.
  beforeEach(() => moto.reset());

  it.each(REAL_SCENARIOS)(
    "$name: the simulator and live mode do the same",
    async ({ text, caps }) => {
      const made = await makeRig({ text, moto });
      const rig = caps === undefined ? made : { ...made, scenarioText: withCaps(made.scenarioText, caps) };
      try {
        const process = await LiveProcess.start(rig);
        const expected = await simulated(rig.scenarioText);
        const wanted = deeds(expected.lines);
        for (let nowMs = 0; nowMs < Number.POSITIVE_INFINITY; nowMs = await process.advance()) {
          await process.tick(nowMs);
          const sofar = deeds(process.lines.filter(isDecision));
          expect(sofar).toEqual(wanted.slice(0, sofar.length));
        }
        expect(deeds(process.lines.filter(isDecision))).toEqual(wanted);
        expect(wanted.length).toBeGreaterThan(10);
        if (caps === undefined) expect(Math.min(expected.taken, expected.refused)).toBeGreaterThan(0);
        expect(expected.denied > 0).toBe(caps !== undefined);
        const replay = await replaySession(process.lines.map(sessionText));
        expect(replay.difference).toBeNull();
      } finally {
        await rig.world.close();
      }
    },
    600_000,
  );
});
