// What the reader of the figures must know about what is a model, and about what is not modelled.

import { REFUSAL_WORDS, RefusalReason } from "../model/market.js";
import type { RunSummary } from "../model/run-result.js";
import type { ComputeEnvironmentSpec, Scenario } from "../scenario/scenario.js";
import { spotNotes } from "./market/market-notes.js";

const isFargate = ({ type }: ComputeEnvironmentSpec) => type === "FARGATE" || type === "FARGATE_SPOT";

/** `spotAsOf`: the date of the snapshot of spot prices. */
export function modelNotes({ computeEnvironments, baselines, billing, market }: Scenario, spotAsOf: string): string[] {
  const notes: string[] = [];
  if (computeEnvironments.some(({ type }) => type === "SPOT")) notes.push(...spotNotes(market, spotAsOf));
  if (computeEnvironments.some(isFargate)) {
    notes.push(
      "On Fargate a job takes the smallest valid size that holds what it asks for, and is billed at the prices under billing.fargate, whatever the region.",
    );
  }
  if (computeEnvironments.some(({ type }) => type === "FARGATE_SPOT")) {
    const percent = Math.round(billing.fargate.spotDiscount * 1000) / 10;
    notes.push(`Fargate Spot is taken to cost ${percent} % less than Fargate, always, and is never interrupted.`);
  }
  if (baselines.includes("aws-batch-managed") && computeEnvironments.some(({ managed }) => !managed)) {
    notes.push(
      "AWS Batch launches nothing in UNMANAGED compute environments: aws-batch-managed plays them as MANAGED.",
    );
  }
  return [...notes, ...market.stress.map(({ text }) => `Stress: ${text}.`)];
}

/** Runs whose launches the caps of the `live` block have held back: their waits are not the strategy's alone. */
export function capNotes(runs: readonly Pick<RunSummary, "name" | "spot">[]): string[] {
  const denied = runs.filter(({ spot }) =>
    spot.refusals.some(({ reason }) => reason === REFUSAL_WORDS[RefusalReason.Capped]),
  );
  if (denied.length === 0) return [];
  const names = denied.map(({ name }) => name).join(", ");
  return [`Caps of the live block (live.caps) held launches back, and jobs waited for that: ${names}.`];
}
