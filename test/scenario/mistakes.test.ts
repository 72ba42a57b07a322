// Wrong inputs, first table: the document, traces and synthetic jobs. For each one exactly these issues, at exactly these
// places, in these words.

import { describe, expect, it } from "vitest";
import { and, type Row, rowsOf, SMALLEST, withShape, withTrace } from "./support.js";

const KNOWN_KEYS =
  "known keys: name, description, question, region, seed, trace, jobDefinitions, schedulingPolicies, consumableResources, " +
  "jobQueues, computeEnvironments, strategies, baselines, world, stress, billing, live";
const DURATION_HINT = "one number and one unit: ms, s, m (or min), h or d";
const MEMORY_HINT = "one number and one unit: MiB, GiB, TiB (powers of 1024) or MB, GB, TB (powers of 1000)";

const TOP: Row[] = [
  [
    "nothing but a name",
    "name: x\n",
    [
      'missing-key 1:1 trace | the key "trace" is missing',
      'missing-key 1:1 computeEnvironments | the key "computeEnvironments" is missing',
    ],
  ],
  ["an unknown key", and("regoin: x"), ['unknown-key 8:1 regoin | unknown key "regoin" | did you mean "region"?']],
  [
    "an unknown key like no other",
    and("frobnicate: x"),
    [`unknown-key 8:1 frobnicate | unknown key "frobnicate" | ${KNOWN_KEYS}`],
  ],
  ["__proto__ as a key", and("__proto__: {}"), [`unknown-key 8:1 __proto__ | unknown key "__proto__" | ${KNOWN_KEYS}`]],
  ["a key that needs quotes in a path", and("a b: 1"), [`unknown-key 8:1 ["a b"] | unknown key "a b" | ${KNOWN_KEYS}`]],
  [
    "a misspelt key is not also reported as missing",
    SMALLEST.replace("trace:", "trase:"),
    ['unknown-key 1:1 trase | unknown key "trase" | did you mean "trace"?'],
  ],
  ["a fraction", and("seed: 1.5"), ["wrong-type 8:7 seed | expected a whole number, got 1.5"]],
  ["a quoted number", and('seed: "1"'), ['wrong-type 8:7 seed | expected a number, got "1" | remove the quotes']],
  ["a negative seed", and("seed: -1"), ["out-of-range 8:7 seed | must be at least 0, got -1"]],
  ["infinity", and("seed: .inf"), ["wrong-type 8:7 seed | expected a number, got Infinity"]],
  [
    "a number that a double cannot hold",
    and("seed: 90071992547409930"),
    ["out-of-range 8:7 seed | must be at most 9007199254740991, got 90071992547409940"],
  ],
  ["a number as a name", and("name: 5"), ["wrong-type 8:7 name | expected a text, got 5 | put it in quotes"]],
  [
    "a name that leads out of the folder",
    and("name: ../x"),
    [
      'invalid-name 8:7 name | "../x" cannot name a report file | ' +
        'up to 100 characters, not starting with a dot, none of / \\ : * ? " < > |',
    ],
  ],
  ["an empty text", and('region: ""'), ["empty-value 8:9 region | must not be empty"]],
  [
    "a key without a value",
    and("world:"),
    ["wrong-type 8:1 world | expected a map, got nothing | give it a value or remove the key"],
  ],
  ["a list for a map", and("world: [1]"), ["wrong-type 8:8 world | expected a map, got a list"]],
  ["a map for a list", and("strategies: {}"), ["wrong-type 8:13 strategies | expected a list, got a map"]],
  ["no strategies", and("strategies: []"), ["empty-value 8:13 strategies | must have at least one entry"]],
  [
    "yes for true",
    and("billing: { publicIpv4: yes }"),
    ['wrong-type 8:24 billing.publicIpv4 | expected true or false, got "yes"'],
  ],
];

const TRACES: Row[] = [
  [
    "neither file nor synthetic",
    withTrace("unplaceable: fail"),
    ["missing-key 2:3 trace | expected one of file, synthetic or jobs, got none"],
  ],
  [
    "both file and synthetic",
    SMALLEST.replace("trace:", "trace:\n  file: jobs.csv"),
    ["conflicting-keys 3:3 trace.synthetic | expected one of file, synthetic or jobs, got file and synthetic"],
  ],
  [
    "a file's key for synthetic jobs",
    SMALLEST.replace("trace:", "trace:\n  delimiter: ','"),
    ["conflicting-keys 2:3 trace.delimiter | delimiter describes a trace file and has no meaning for synthetic jobs"],
  ],
  [
    "csv keys for swf",
    withTrace("file: jobs.swf.gz", "timeZone: UTC", 'delimiter: ";"'),
    [
      "conflicting-keys 3:3 trace.timeZone | timeZone has no meaning for an SWF trace",
      "conflicting-keys 4:3 trace.delimiter | delimiter has no meaning for an SWF trace",
    ],
  ],
  [
    "columns for swf",
    withTrace(
      "file: jobs.txt",
      "format: swf",
      "columns: { submit: {column: a, unit: s}, runtime: {column: b, unit: s} }",
    ),
    ["conflicting-keys 4:3 trace.columns | columns has no meaning for an SWF trace"],
  ],
  [
    "queue and queueMap",
    withTrace("file: jobs.csv", "queue: main", "queueMap: { a: main }"),
    ["conflicting-keys 4:3 trace.queueMap | queueMap has no effect when queue is given"],
  ],
  [
    "unknown queues",
    withTrace("file: jobs.csv", "queueMap: { queue-1: mian, b: main }"),
    ['unknown-job-queue 3:24 trace.queueMap["queue-1"] | there is no job queue "mian" | did you mean "main"?'],
  ],
  [
    "a format that is no text",
    withTrace("file: jobs.csv", "format: 7"),
    ["wrong-type 3:11 trace.format | expected a text, got 7 | put it in quotes"],
  ],
  [
    "a time zone that there is not",
    withTrace("file: jobs.csv", "timeZone: Europe/Bern"),
    [
      "invalid-time-zone 3:13 trace.timeZone | expected UTC, a fixed offset such as +02:00 or a zone such as " +
        'Europe/Berlin, got "Europe/Bern"',
    ],
  ],
  [
    "a long delimiter",
    withTrace("file: jobs.csv", "delimiter: tab"),
    ['out-of-range 3:14 trace.delimiter | must be 1 character long, got "tab"'],
  ],
  [
    "columns without units",
    withTrace(
      "file: jobs.csv",
      "columns:",
      "  submit: when",
      "  runtime: { column: took }",
      "  memory: mem",
      "  vcpus: 4",
    ),
    [
      'wrong-type 4:13 trace.columns.submit | expected a map, got "when" | ' +
        "name the column and its unit, e.g. {column: submit_time, unit: s}",
      "invalid-column 5:14 trace.columns.runtime | expected either column and unit, or from and to",
      'wrong-type 6:13 trace.columns.memory | expected a map, got "mem" | ' +
        "name the column and its unit, e.g. {column: memory, unit: MiB}",
      "wrong-type 7:12 trace.columns.vcpus | expected a text, got 4 | put it in quotes",
    ],
  ],
  [
    "a column mapping without its two needed columns, and a wrong unit",
    withTrace("file: jobs.csv", "columns: { gpus: { column: gpu, unit: millis } }"),
    [
      'missing-key 3:12 trace.columns.submit | the key "submit" is missing',
      'missing-key 3:12 trace.columns.runtime | the key "runtime" is missing',
      "invalid-value 3:41 trace.columns.gpus.unit | expected one of one, milli, percent, cpu-unit, " +
        'got "millis" | did you mean "milli"?',
    ],
  ],
];

const SHAPES: Row[] = [
  [
    "numbers without units",
    withShape("{ name: a, vcpus: 1, memory: 30, runtime: 15 }"),
    [
      "invalid-memory-size 5:43 trace.synthetic.shapes[0].memory | expected a memory size such as 30 GiB, got 30 | " +
        "write 30 MiB or 30 GiB",
      "invalid-duration 5:56 trace.synthetic.shapes[0].runtime | expected a duration such as 15s, got 15 | write 15s",
    ],
  ],
  [
    "units that do not exist",
    withShape("{ name: a, vcpus: 1, memory: 3 gb, runtime: 1h30m }"),
    [
      `invalid-memory-size 5:43 trace.synthetic.shapes[0].memory | expected a memory size such as 30 GiB, got "3 gb" | ${MEMORY_HINT}`,
      `invalid-duration 5:58 trace.synthetic.shapes[0].runtime | expected a duration such as 15s, got "1h30m" | ${DURATION_HINT}`,
    ],
  ],
  [
    "nothing and less than nothing",
    withShape("{ name: a, vcpus: 0, memory: 0, gpus: -1, weight: 0, runtime: -5s }"),
    [
      "out-of-range 5:32 trace.synthetic.shapes[0].vcpus | must be greater than 0, got 0",
      "out-of-range 5:43 trace.synthetic.shapes[0].memory | must be greater than 0, got 0",
      "out-of-range 5:52 trace.synthetic.shapes[0].gpus | must be at least 0, got -1",
      "out-of-range 5:64 trace.synthetic.shapes[0].weight | must be greater than 0, got 0",
      'out-of-range 5:76 trace.synthetic.shapes[0].runtime | must not be negative, got "-5s"',
    ],
  ],
  [
    "distributions that are none",
    SMALLEST.replace(
      "shapes: [{ name: a, vcpus: 1, memory: 1 GiB, runtime: 1m }]",
      [
        "shapes:",
        "- { name: a, vcpus: 1, memory: 1 GiB, runtime: { median: 20m, p95: 10m } }",
        "- { name: b, vcpus: 1, memory: 1 GiB, runtime: { min: 2s, max: 1s } }",
        "- { name: c, vcpus: 1, memory: 1 GiB, runtime: { median: 2s } }",
        "- { name: d, vcpus: 1, memory: 1 GiB, runtime: { median: 0, p95: 1s } }",
        "- { name: e, vcpus: 1, memory: 1 GiB, runtime: { meen: 0 } }",
        "- { name: f, vcpus: 1, memory: 1 GiB, runtime: [1s] }",
      ].join("\n    "),
    ),
    [
      "out-of-range 6:72 trace.synthetic.shapes[0].runtime.p95 | p95 must not be less than median",
      "out-of-range 7:68 trace.synthetic.shapes[1].runtime.max | max must not be less than min",
      "invalid-distribution 8:52 trace.synthetic.shapes[2].runtime | " +
        "expected {min, max}, {mean} or {median, p95}, got {median} | a plain duration such as 30s is a constant",
      "out-of-range 9:62 trace.synthetic.shapes[3].runtime.median | median must be greater than 0",
      "invalid-distribution 10:52 trace.synthetic.shapes[4].runtime | " +
        "expected {min, max}, {mean} or {median, p95}, got {} | a plain duration such as 30s is a constant",
      'unknown-key 10:54 trace.synthetic.shapes[4].runtime.meen | unknown key "meen" | did you mean "mean"?',
      `invalid-duration 11:52 trace.synthetic.shapes[5].runtime | expected a duration such as 15s, got a list | ${DURATION_HINT}`,
    ],
  ],
  [
    "a workload of nothing",
    SMALLEST.replace("jobs: 10", "jobs: 0")
      .replace("duration: 1h", "duration: 0")
      .replace(/shapes: .*/, "dailyCycle: 2"),
    [
      'missing-key 3:5 trace.synthetic.shapes | the key "shapes" is missing',
      "out-of-range 3:11 trace.synthetic.jobs | must be at least 1, got 0",
      "out-of-range 4:15 trace.synthetic.duration | must be greater than 0, got 0",
      "out-of-range 5:17 trace.synthetic.dailyCycle | must be at most 1, got 2",
    ],
  ],
  [
    "a shape that names no queue where there are two",
    and(
      "jobQueues:",
      "- { jobQueueName: a, computeEnvironmentOrder: [{ order: 1, computeEnvironment: spot }] }",
      "- { jobQueueName: b, computeEnvironmentOrder: [{ order: 1, computeEnvironment: spot }] }",
    ),
    [
      'missing-key 5:14 trace.synthetic.shapes[0].queue | the key "queue" is missing, and there are 2 job queues | one of a, b',
    ],
  ],
  [
    "a shape with an unknown queue, and a name given twice",
    withShape(
      "{name: a, queue: x, vcpus: 1, memory: 1MiB, runtime: 1s}, {name: a, vcpus: 1, memory: 1MiB, runtime: 1s}",
    ),
    [
      'unknown-job-queue 5:31 trace.synthetic.shapes[0].queue | there is no job queue "x" | defined: main',
      'duplicate-name 5:79 trace.synthetic.shapes[1].name | the shape "a" is defined twice',
    ],
  ],
];

describe.each([
  ["the document", TOP],
  ["trace", TRACES],
  ["synthetic", SHAPES],
])("%s", (_, rows) => {
  it.each(rows)("%s", (__, text, expected) => {
    expect(rowsOf(text)).toEqual(expected);
  });
});
