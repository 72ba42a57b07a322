// What the reader of the figures must know of the market that they were made in.

import type { MarketSpec } from "../../scenario/market-spec.js";

/** Sentences on the prices, capacity and interruptions of EC2's spot pools. What is in files is told where they are read. */
export function spotNotes(market: MarketSpec, spotAsOf: string): string[] {
  const notes: string[] = [];
  const { prices, capacity, interruptions, interruptedByPrice, stress } = market;
  if (prices.kind === "snapshot") {
    const untilWhen = stress.some(({ effect }) => effect.kind === "price") ? "but for stress" : "for the whole run";
    notes.push(
      `Spot instances are billed at the prices of the snapshot of ${spotAsOf}, at most today's on-demand price, ${untilWhen}.`,
    );
  } else if (prices.kind === "process") {
    notes.push(`Spot prices start from the snapshot of ${spotAsOf} and follow a seeded process: a model.`);
  }
  if (capacity.kind === "unlimited" && interruptions === null && !interruptedByPrice && stress.length === 0) {
    notes.push(
      "Capacity is unlimited and no spot instance is interrupted: real spot runs pay for rework on top (world.spot).",
    );
    return notes;
  }
  notes.push(capacityNote(market), interruptionNote(market));
  if (interruptedByPrice) notes.push("Spot instances are taken when their price exceeds bidPercentage.");
  return notes;
}

function capacityNote({ capacity, stress }: MarketSpec): string {
  switch (capacity.kind) {
    case "unlimited":
      return stress.length === 0 ? "Capacity is unlimited." : "Capacity is unlimited but for stress.";
    case "seeded":
      return "Spot capacity comes and goes by a seeded process: a model, since AWS publishes none.";
    case "trace":
      return "Spot capacity is replayed; on-demand capacity is unlimited.";
  }
}

function interruptionNote({ capacity, interruptions, interruptedByPrice, stress }: MarketSpec): string {
  if (interruptions === "advisor") {
    return "Single spot instances are interrupted as often as the Spot Instance advisor's bands say, at constant rates: a model with a wide error.";
  }
  if (interruptions !== null) return "Single spot instances are interrupted at the rates of the scenario: a model.";
  const causes = [
    ...(capacity.kind === "unlimited" ? [] : ["lack of capacity"]),
    ...(interruptedByPrice ? ["their price"] : []),
    ...(stress.length === 0 ? [] : ["stress"]),
  ];
  return `Spot instances are interrupted by ${causes.join(", ")} alone.`;
}
