// Dependencies: who waits in PENDING, who is released when, whose failure is whose. AWS Batch User Guide, "Job dependencies"
// and "Array jobs".

import { describe, expect, it } from "vitest";
import { ends, exits, log, roomy, rows, withParts } from "./batch-story.js";

describe("a job that depends on another one", () => {
  it("waits in PENDING and is released at the instant the other one succeeds", () => {
    // The engine hears nothing of j1 at 2.
    const input = withParts(roomy(rows([0, 10], [2, 5])), { dependsOn: [["j1", "j0"]] });
    expect(log(input)).toEqual([
      "0 submitted j0",
      "10 ended j0 from 0 Succeeded",
      "10 released j1",
      "15 ended j1 from 10 Succeeded",
    ]);
  });

  it("waits for the last of several", () => {
    const input = withParts(roomy(rows([0, 10], [0, 30], [0, 20], [0, 1])), {
      dependsOn: [
        ["j3", "j0"],
        ["j3", "j1"],
        ["j3", "j2"],
      ],
    });
    expect(ends(input)[3]).toBe("31 ended j3 from 30 Succeeded");
  });

  it("is RUNNABLE at once when it is submitted after the other one has succeeded, at its last instant too", () => {
    const input = withParts(roomy(rows([0, 10], [10, 1], [12, 1])), {
      dependsOn: [
        ["j1", "j0"],
        ["j2", "j0"],
      ],
    });
    expect(log(input).filter((line) => line.includes("submitted"))).toEqual([
      "0 submitted j0",
      "10 submitted j1",
      "12 submitted j2",
    ]);
  });

  it("fails when the other one fails, without waiting for those that still run", () => {
    const input = withParts(roomy(rows([0, 10], [0, 30], [0, 1])), {
      dependsOn: [
        ["j2", "j0"],
        ["j2", "j1"],
      ],
      scripts: { 0: [exits(1)] },
    });
    expect(log(input)).toEqual([
      "0 submitted j0",
      "0 submitted j1",
      "10 ended j0 from 0 Exited 1",
      "10 cancelled j2 DependencyFailed",
      "30 ended j1 from 0 Succeeded",
    ]);
  });

  it("fails at submission when the other one has failed before, and so do those that depend on it", () => {
    const input = withParts(roomy(rows([0, 10], [12, 1], [20, 1])), {
      dependsOn: [
        ["j1", "j0"],
        ["j2", "j1"],
      ],
      scripts: { 0: [exits(3)] },
    });
    expect(log(input)).toEqual([
      "0 submitted j0",
      "10 ended j0 from 0 Exited 3",
      "12 cancelled j1 DependencyFailed",
      "20 cancelled j2 DependencyFailed",
    ]);
  });

  it("passes its failure on to all behind it at the same instant, and to nobody else", () => {
    const input = withParts(roomy(rows([0, 10], [0, 1], [0, 1], [0, 1], [0, 40])), {
      dependsOn: [
        ["j1", "j0"],
        ["j2", "j1"],
        ["j3", "j2"],
      ],
      scripts: { 0: [exits(1)] },
    });
    expect(ends(input)).toEqual([
      "10 ended j0 from 0 Exited 1",
      "10 cancelled j1 DependencyFailed",
      "10 cancelled j2 DependencyFailed",
      "10 cancelled j3 DependencyFailed",
      "40 ended j4 from 0 Succeeded",
    ]);
  });

  it("of kind ENDED goes on when the other one ends, however that was, and among others in order of submission", () => {
    const input = withParts(roomy(rows([0, 10], [0, 1], [0, 1], [0, 1], [0, 5])), {
      dependsOn: [
        ["j1", "j0", "ENDED"],
        ["j2", "j0"],
        ["j3", "j2", "ENDED"], // which j0's failure cancels
        ["j4", "j1"],
      ],
      scripts: { 0: [exits(1)] },
    });
    expect(log(input)).toEqual([
      "0 submitted j0",
      "10 ended j0 from 0 Exited 1",
      "10 cancelled j2 DependencyFailed",
      "10 released j1",
      "10 released j3",
      "11 ended j1 from 10 Succeeded",
      "11 released j4",
      "11 ended j3 from 10 Succeeded",
      "16 ended j4 from 11 Succeeded",
    ]);
  });

  it("waits through the retries of the other one", () => {
    // 10 s to the failure, 10 s to the success.
    const input = withParts(roomy(rows([0, 10], [0, 1])), {
      dependsOn: [["j1", "j0"]],
      scripts: { 0: [exits(1), {}] },
      retry: { 0: { attempts: 2, evaluateOnExit: [] } },
    });
    expect(log(input)).toEqual([
      "0 submitted j0",
      "10 ended j0 from 0 Exited 1",
      "10 retried j0",
      "20 ended j0 from 10 Succeeded",
      "20 released j1",
      "21 ended j1 from 20 Succeeded",
    ]);
  });

  it("is released with others in order of submission, whatever the order of the edges", () => {
    const input = withParts(roomy(rows([0, 10], [0, 1], [0, 1], [0, 1])), {
      dependsOn: [
        ["j3", "j0"],
        ["j1", "j0"],
        ["j2", "j0"],
      ],
    });
    expect(log(input).filter((line) => line.includes("released"))).toEqual([
      "10 released j1",
      "10 released j2",
      "10 released j3",
    ]);
  });

  it("may be submitted before the job it waits for", () => {
    const input = withParts(roomy(rows([0, 1], [5, 10])), { dependsOn: [["j0", "j1"]] });
    expect(ends(input)).toEqual(["16 ended j0 from 15 Succeeded", "15 ended j1 from 5 Succeeded"]);
  });
});

describe("a job that depends on an array", () => {
  const parts = { arrays: [{ children: [0, 1, 2] }], dependsOn: [["j3", "a0"]] } as const;

  it("waits for all children", () => {
    const input = withParts(roomy(rows([0, 10], [0, 30], [0, 20], [0, 1])), parts);
    expect(ends(input)[3]).toBe("31 ended j3 from 30 Succeeded");
  });

  it("fails when the array fails: a child has failed and all have ended", () => {
    const input = withParts(roomy(rows([0, 10], [0, 30], [0, 20], [0, 1])), { ...parts, scripts: { 0: [exits(1)] } });
    expect(ends(input)).toEqual([
      "10 ended j0 from 0 Exited 1",
      "30 ended j1 from 0 Succeeded",
      "20 ended j2 from 0 Succeeded",
      "30 cancelled j3 DependencyFailed",
    ]);
  });

  it("waits for children that are submitted later", () => {
    const input = withParts(roomy(rows([0, 10], [0, 1], [0, 1], [50, 10])), {
      arrays: [{ children: [0, 3] }],
      dependsOn: [["j1", "a0"]],
    });
    expect(ends(input)[1]).toBe("61 ended j1 from 60 Succeeded");
  });
});

describe("an array that depends on a job", () => {
  const jobs = rows([0, 10], [0, 1], [0, 2], [0, 3]);
  const parts = { arrays: [{ children: [1, 2, 3] }], dependsOn: [["a0", "j0"]] } as const;

  it("releases all children at once", () => {
    expect(ends(withParts(roomy(jobs), parts)).slice(1)).toEqual([
      "11 ended j1 from 10 Succeeded",
      "12 ended j2 from 10 Succeeded",
      "13 ended j3 from 10 Succeeded",
    ]);
  });

  it("waits for the last of several", () => {
    const input = withParts(roomy([...jobs, ...rows([0, 20])]), {
      ...parts,
      dependsOn: [
        ["a0", "j0"],
        ["a0", "j4"],
      ],
    });
    expect(ends(input).slice(1, 4)).toEqual([
      "21 ended j1 from 20 Succeeded",
      "22 ended j2 from 20 Succeeded",
      "23 ended j3 from 20 Succeeded",
    ]);
  });

  it("fails with all children", () => {
    expect(ends(withParts(roomy(jobs), { ...parts, scripts: { 0: [exits(1)] } })).slice(1)).toEqual([
      "10 cancelled j1 DependencyFailed",
      "10 cancelled j2 DependencyFailed",
      "10 cancelled j3 DependencyFailed",
    ]);
  });
});

describe("N_TO_N", () => {
  // a0 = j0, j1, j2 of 10, 30 and 20 s; a1 = j3, j4, j5 of 1 s each.
  const jobs = rows([0, 10], [0, 30], [0, 20], [0, 1], [0, 1], [0, 1]);
  const arrays = [{ children: [0, 1, 2] }, { children: [3, 4, 5] }];

  it("makes child i wait for child i", () => {
    const input = withParts(roomy(jobs), { arrays, dependsOn: [["a1", "a0", "N_TO_N"]] });
    expect(ends(input).slice(3)).toEqual([
      "11 ended j3 from 10 Succeeded",
      "31 ended j4 from 30 Succeeded",
      "21 ended j5 from 20 Succeeded",
    ]);
  });

  it("fails child i only, when child i fails", () => {
    const input = withParts(roomy(jobs), { arrays, dependsOn: [["a1", "a0", "N_TO_N"]], scripts: { 2: [exits(1)] } });
    expect(ends(input).slice(3)).toEqual([
      "11 ended j3 from 10 Succeeded",
      "31 ended j4 from 30 Succeeded",
      "20 cancelled j5 DependencyFailed",
    ]);
  });

  it("adds to a dependency of the array as a whole", () => {
    const input = withParts(roomy([...jobs, ...rows([0, 25])]), {
      arrays,
      dependsOn: [
        ["a1", "a0", "N_TO_N"],
        ["a1", "j6"],
      ],
    });
    expect(ends(input).slice(3, 6)).toEqual([
      "26 ended j3 from 25 Succeeded",
      "31 ended j4 from 30 Succeeded",
      "26 ended j5 from 25 Succeeded",
    ]);
  });
});

describe("SEQUENTIAL", () => {
  const jobs = rows([0, 10], [0, 20], [0, 30], [0, 1]);
  const parts = { arrays: [{ children: [0, 1, 2], sequential: true }], dependsOn: [["j3", "a0"]] } as const;

  it("makes child i wait for child i - 1", () => {
    expect(ends(withParts(roomy(jobs), parts))).toEqual([
      "10 ended j0 from 0 Succeeded",
      "30 ended j1 from 10 Succeeded",
      "60 ended j2 from 30 Succeeded",
      "61 ended j3 from 60 Succeeded",
    ]);
  });

  it("needs nobody else to wait for the array", () => {
    expect(ends(withParts(roomy(jobs.slice(0, 3)), { arrays: parts.arrays }))[2]).toBe("60 ended j2 from 30 Succeeded");
  });

  it("ends with the first child that fails", () => {
    expect(ends(withParts(roomy(jobs), { ...parts, scripts: { 1: [exits(1)] } }))).toEqual([
      "10 ended j0 from 0 Succeeded",
      "30 ended j1 from 10 Exited 1",
      "30 cancelled j2 DependencyFailed",
      "30 cancelled j3 DependencyFailed",
    ]);
  });

  it("begins when the array's own dependencies have succeeded", () => {
    const input = withParts(roomy([...rows([0, 100]), ...jobs.slice(0, 2)]), {
      arrays: [{ children: [1, 2], sequential: true }],
      dependsOn: [["a0", "j0"]],
    });
    expect(ends(input).slice(1)).toEqual(["110 ended j1 from 100 Succeeded", "130 ended j2 from 110 Succeeded"]);
  });
});
