// Names of what belongs to a pool: short enough for IAM and SQS, and no two pools share one.

import { describe, expect, it } from "vitest";
import { namesOf } from "../../../src/live/init/answers.js";
import { ANSWERS } from "./answers.js";

const names = (pool: string, region = "ap-southeast-1") => namesOf({ ...ANSWERS, pool, region });

describe("names", () => {
  it("are the pool's where they fit", () => {
    // IAM: 64 - "stowage-", "-host-" (14) - "ap-southeast-1" (14) = 36
    const fits = "p".repeat(36);
    expect(names(fits)).toMatchObject({
      eventQueue: `stowage-${fits}-events`,
      hostRole: `stowage-${fits}-host-ap-southeast-1`,
      controllerPolicy: `stowage-${fits}-controller-ap-southeast-1`,
      stack: `stowage-${fits}-events`,
    });
    expect(names(fits).hostRole).toHaveLength(64);
  });

  it.each(["eu-west-1", "ap-southeast-1", "us-gov-west-1"])("are cut to fit in %s", (region) => {
    const { hostRole, eventQueue, controllerPolicy, stack } = names("p".repeat(128), region);
    expect(hostRole).toHaveLength(64); // roles and instance profiles: 64 and 128
    expect(eventQueue.length).toBeLessThanOrEqual(80);
    expect(controllerPolicy.length).toBeLessThanOrEqual(128);
    expect(stack.length).toBeLessThanOrEqual(128);
  });

  it.each([
    ["that differ where names are cut", `${"p".repeat(60)}1`, `${"p".repeat(60)}2`],
    ["that differ in a character that names cannot have", "a.b", "a-b"],
  ])("of pools %s differ", (_, one, other) => {
    const shared = Object.entries(names(one)).filter(
      ([key, value]) =>
        ["hostRole", "eventQueue", "controllerPolicy", "stack"].includes(key) && value === names(other)[key as "stack"],
    );
    expect(shared).toEqual([]);
  });

  it("of stacks have no underscore, and differ all the same", () => {
    expect(names("a_b").stack).toMatch(/^stowage-a-b-[0-9a-f]{8}-events$/);
    expect(names("a_b").eventQueue).toBe("stowage-a_b-events");
  });
});
