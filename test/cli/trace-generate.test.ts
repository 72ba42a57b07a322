import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { expectRefusal, stowage, testFolder, writeFiles } from "./stowage.js";

const folder = testFolder();
let files = 0;
const fresh = (extension: string) => join(folder, `generated-${++files}${extension}`);

describe("stowage trace generate", () => {
  it("writes a model's trace, the same bytes for the same seed", () => {
    const [first, second, third] = [fresh(".csv"), fresh(".csv"), fresh(".csv")];
    const made = (output: string, seed: string) =>
      stowage(["trace", "generate", "lublin", "--jobs", "500", "--seed", seed, "--output", output]);
    expect(made(first, "1")).toMatchObject({ code: 0, stderr: `Trace: ${first}\n` });
    expect(made(second, "1").stdout).toMatch(/^500 jobs, submitted within /);
    made(third, "2");
    const lines = readFileSync(first, "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(501);
    expect(readFileSync(second, "utf8")).toBe(readFileSync(first, "utf8"));
    expect(readFileSync(third, "utf8")).not.toBe(readFileSync(first, "utf8"));
  });

  it("makes a trace like another one and tells how good it is", () => {
    const [original, like] = [fresh(".csv.gz"), fresh(".csv.gz")];
    stowage(["trace", "generate", "cloud", "--jobs", "2000", "--set", "days=10", "--output", original]);
    const args = ["trace", "generate", "like", original, "--times", "2", "--output", like];
    const outcome = stowage(args);
    expect(outcome).toMatchObject({ code: 0 });
    for (const word of [
      "run time, s",
      "array size",
      "KS",
      "index of dispersion, 1 h",
      "autocorrelation per hour, 24 h",
    ]) {
      expect(outcome.stdout).toContain(word);
    }
    expect(outcome.stdout).toMatch(/Nothing is poor\.|Poor: .+\./);
    const rows = gunzipSync(readFileSync(like)).toString().trimEnd().split("\n").length - 1;
    expect(rows).toBeGreaterThanOrEqual(4_000);
    const json = JSON.parse(stowage([...args, "--force", "--json"]).stdout);
    expect(json).toMatchObject({ jobs: rows, fit: { marginals: expect.any(Array), arrivals: expect.any(Array) } });
    expect(stowage(["trace", "generate", "--like", original, "--jobs", "10", "-o", fresh(".csv")]).code).toBe(0);
  });

  it("lists parameters", () => {
    const { stdout } = stowage(["trace", "generate", "lublin", "--parameters"]);
    expect(stdout).toContain("serialProb");
    expect(stdout).toContain("0.244 (0 to 1)");
    const json = JSON.parse(stowage(["trace", "generate", "cloud", "--parameters", "--json"]).stdout);
    expect(json.arrayMost).toMatchObject({ default: 10_000, max: 10_000 });
  });

  const original = writeFiles(folder, { "one.csv": "id,submit_ms,runtime_s,vcpus,memory_mib\na,0,1,1,1\n" });
  it.each([
    [["lublin"], "say where to"],
    [["--output", "x.csv"], "say which model"],
    [["like", "--output", "x.csv"], "like needs the files"],
    [["cloud", "--from", "swf", "--output", "x.csv"], "--from is for reading an original"],
    [["cloud", "--seed", "-1", "--output", "x.csv"], "--seed needs a whole number from 0"],
    [["like", "one.csv", "--times", "0", "--output", "x.csv"], "--times needs a number greater than 0"],
    [["like", "one.csv", "--duration", "0s", "--output", "x.csv"], "--duration: must be greater than 0"],
    [["cloud", "one.csv", "--output", "x.csv"], "has no original"],
    [["cloud", "--times", "2", "--output", "x.csv"], "need an original"],
    [["like", "one.csv", "--times", "2", "--jobs", "2", "--output", "x.csv"], "not both"],
    [["like", "one.csv", "--duration", "soon", "--output", "x.csv"], "--duration"],
    [["like", "none.csv", "--output", "x.csv"], "no such file"],
    [["lublin", "--set", "serialProp=1", "--output", "x.csv"], 'did you mean "serialProb"?'],
    [["lublin", "--jobs", "0", "--output", "x.csv"], "number of jobs"],
    [["lublin", "--jobs", "2.5", "--output", "x.csv"], "number of jobs"],
  ])("refuses %j", (args, words) => {
    const outcome = stowage(["trace", "generate", ...args], { cwd: original });
    expectRefusal(outcome, 2);
    expect(outcome.stderr).toContain(words);
  });
});
