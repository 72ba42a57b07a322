// Help, version, and command lines that cannot be understood: what is wrong, what may have been meant, where to read more.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expectRefusal, root, stowage, testFolder } from "./stowage.js";

testFolder();

it("prints the help on stdout", () => {
  for (const args of [["--help"], ["-h"], ["help"]]) {
    const { code, stdout, stderr } = stowage(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of ["replay <scenario>", "explain <scenario> <what> <id>", "report <result>"]) {
      expect(stdout).toContain(`stowage ${command}`);
    }
    expect(stdout).toContain("stowage validate <scenarios..>");
    expect(stdout).toContain("stowage catalog");
    expect(stdout).toContain("Exit codes: 0 ok, 1 failed, 2 usage or invalid input.");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
  }
});

it.each([
  ["replay", "--out"],
  ["explain", "--run"],
  ["report", "--format"],
  ["validate", "scenarios"],
  ["catalog show", "--max-price"],
])("prints the help of %s", (command, option) => {
  const { code, stdout, stderr } = stowage([...command.split(" "), "--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(new RegExp(`^stowage ${command}`));
  expect(stdout).toContain(option);
});

it("prints the version of the package", () => {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string };
  expect(stowage(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

it("prints a completion script", () => {
  const { code, stdout } = stowage(["completion"]);
  expect(code).toBe(0);
  expect(stdout).toContain("begin-stowage-completions");
});

it.each([[[]], [["catalog"]]])("lists the commands when %j names none", (args) => {
  const { code, stdout, stderr } = stowage(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/Commands:\n +stowage/);
  expect(stderr).toMatch(/Say what to do: one of the commands above\.\n$/);
});

describe("a command line that cannot be understood", () => {
  it.each([
    ["repaly quickstart", 'error there is no command "repaly" (did you mean "replay"?) [usage]'],
    ["frobnicate", 'error there is no command "frobnicate" [usage]'],
    ["catalog shwo", 'error there is no command "shwo" (did you mean "show"?) [usage]'],
    ["replay", "error an argument is missing [usage]"],
    ["validate", "error an argument is missing [usage]"],
    ["explain quickstart job", "error an argument is missing [usage]"],
    ["replay quickstart again", 'error "again" is one argument too many [usage]'],
    ["replay quickstart --ouut x", 'error there is no option --ouut (did you mean "--out"?) [usage]'],
    ["replay quickstart --no-reprot", 'error there is no option --no-reprot (did you mean "--no-report"?) [usage]'],
    ["replay quickstart --zzzzzzzz=1", "error there is no option --zzzzzzzz [usage]"],
    ["replay quickstart --out", "error --out needs a value [usage]"],
    ["replay quickstart --out=", "error --out is empty [usage]"],
    ["replay quickstart --out a --out b", "error --out is given more than once [usage]"],
    [
      "replay quickstart --no-report --out x",
      "error --out says where the report goes, --no-report that there is none [usage]",
    ],
    ["report x --format folder", "error --format folder needs --out FOLDER [usage]"],
    ["report x --out y", "error --out needs --format folder [usage]"],
    ["report x --format htlm", 'error --format cannot be "htlm" (choices: "terminal", "markdown", "folder") [usage]'],
    [
      "explain quickstart lunch 17",
      'error what cannot be "lunch" (did you mean "launch"? choices: "launch", "termination", "job", "queue", "array", "name") [usage]',
    ],
    ["catalog show --limit few", "error --limit needs a number [usage]"],
    ["catalog show --min-vcpus two", "error --min-vcpus needs a number [usage]"],
    [
      "catalog show --arch arm",
      'error --arch cannot be "arm" (did you mean "arm64"? choices: "x86_64", "arm64") [usage]',
    ],
  ])("%s", (line, message) => {
    const outcome = stowage(line.split(" "));
    expectRefusal(outcome, 2);
    const [first, usage, more, ...rest] = outcome.stderr.split("\n");
    expect(first).toBe(message);
    expect(usage).toMatch(/^Usage: stowage /);
    expect(more).toMatch(/^More: {2}stowage [a-z ]*--help$/);
    expect(rest).toEqual([""]);
  });
});
