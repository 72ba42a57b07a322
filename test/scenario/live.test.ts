// The block `live`: what becomes of it, what is wrong with it, and that replays do not see it.

import { describe, expect, it } from "vitest";
import { canonicalScenarioText } from "../../src/scenario/canonical.js";
import { andLaunch, andLive, changed, LIVE_SCENARIO } from "./live-support.js";
import { parse, type Row, shortRowsOf } from "./support.js";

describe("a block that is right", () => {
  it("is completed by defaults and by the scenario beside it", () => {
    expect(parse(LIVE_SCENARIO).live).toEqual({
      identity: { account: "123456789012", region: "us-east-1", computeEnvironment: "spot", pool: "spot" },
      launch: {
        subnets: [
          { subnetId: "subnet-0000000000000001a", zoneId: "use1-az1" },
          { subnetId: "subnet-0000000000000004a", zoneId: "use1-az4" },
        ],
        securityGroupIds: ["sg-00000000000000001"],
        instanceProfile: "ecsInstanceRole",
        ami: { kind: "ssm", parameter: "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id" },
        keyName: null,
        rootVolumeGib: 30, // billing.rootVolume
        rootDevice: "/dev/xvda",
        userData: "",
        tags: {},
        attributes: {},
        reservedMemoryMib: 32,
        deadManMs: 3_600_000,
        publicIp: false,
      },
      caps: {
        maxInstances: 100,
        maxVcpus: 256, // maxvCpus
        maxMicroUsdPerHour: 25_000_000,
        maxMicroUsdPerDay: 200_000_000,
        maxLaunchesPerTick: 20,
        maxLaunchesPerTenMinutes: 100,
        maxTerminationsPerTick: 20,
        maxTerminationShare: 0.25,
      },
      timing: { intervalMs: 15_000, earlyMs: 3_000, deadlineMs: 12_000, settleTicks: 4, freshMs: 30_000 },
      health: {
        registrationTimeoutMs: 900_000,
        disconnectedMs: 300_000,
        unhealthyShare: 0.45,
        unhealthyCount: 3,
        failedLaunches: 5,
        unplacedMs: 1_800_000,
        missingMs: 300_000,
      },
      lease: { kind: "dynamodb", table: "stowage-lease", durationMs: 30_000 },
      eventQueueUrl: null,
      killSwitch: { file: null, ssmParameter: null },
      drainMs: 15_000,
      folder: ".stowage/live/spot",
      http: { host: "127.0.0.1", port: 9464 },
      endpoint: null,
      batchReadsPerSecond: 5,
      logLevel: "info",
    });
  });

  it("keeps what it says", () => {
    const text = `${andLaunch(
      "imageId: ami-0123456789abcdef0",
      "keyName: ops",
      "rootVolumeGiB: 100",
      "rootDevice: /dev/sda1",
      "userData: echo hello",
      "tags: { team: genomics }",
      "attributes: { rack: a1 }",
      "reservedMemoryMiB: 256",
      "deadManSwitch: never",
      "publicIp: true",
    )
      .replace(
        "caps: { maxUsdPerHour: $25, maxUsdPerDay: $200 }",
        "caps: { maxInstances: 7, maxVcpus: 64, maxUsdPerHour: 2.5, maxUsdPerDay: $ 20.25, maxLaunchesPerTick: 3, " +
          "maxLaunchesPerTenMinutes: 4, maxTerminationsPerTick: 5, maxTerminationPercent: 12.5 }",
      )
      .replace("lease: { dynamodb: stowage-lease }", "lease: { s3: { bucket: b, key: k }, duration: 1m }")}
  computeEnvironment: arn:aws:batch:us-east-1:123456789012:compute-environment/spot
  pool: genomics
  timing: { earlyTick: 0, deadline: 8s, settleTicks: 2, freshness: 20s }
  health:
    registrationTimeout: 10m
    disconnected: 4m
    unhealthyShare: 0.3
    unhealthyCount: 2
    failedLaunches: 6
    unplaced: 1h
    missing: 6m
  eventQueueUrl: https://sqs.us-east-1.amazonaws.com/123456789012/stowage-spot
  killSwitch: { file: /etc/stowage/stop, ssmParameter: /stowage/stop }
  drain: 30s
  folder: /var/lib/stowage
  http: none
  endpoint: http://127.0.0.1:5000
  batchReadsPerSecond: 2
  logLevel: debug
`;
    expect(parse(text).live).toEqual({
      identity: {
        account: "123456789012",
        region: "us-east-1",
        computeEnvironment: "arn:aws:batch:us-east-1:123456789012:compute-environment/spot",
        pool: "genomics",
      },
      launch: {
        subnets: [
          { subnetId: "subnet-0000000000000001a", zoneId: "use1-az1" },
          { subnetId: "subnet-0000000000000004a", zoneId: "use1-az4" },
        ],
        securityGroupIds: ["sg-00000000000000001"],
        instanceProfile: "ecsInstanceRole",
        ami: { kind: "id", id: "ami-0123456789abcdef0" },
        keyName: "ops",
        rootVolumeGib: 100,
        rootDevice: "/dev/sda1",
        userData: "echo hello",
        tags: { team: "genomics" },
        attributes: { rack: "a1" },
        reservedMemoryMib: 256,
        deadManMs: null,
        publicIp: true,
      },
      caps: {
        maxInstances: 7,
        maxVcpus: 64,
        maxMicroUsdPerHour: 2_500_000,
        maxMicroUsdPerDay: 20_250_000,
        maxLaunchesPerTick: 3,
        maxLaunchesPerTenMinutes: 4,
        maxTerminationsPerTick: 5,
        maxTerminationShare: 0.125,
      },
      timing: { intervalMs: 15_000, earlyMs: 0, deadlineMs: 8_000, settleTicks: 2, freshMs: 20_000 },
      health: {
        registrationTimeoutMs: 600_000,
        disconnectedMs: 240_000,
        unhealthyShare: 0.3,
        unhealthyCount: 2,
        failedLaunches: 6,
        unplacedMs: 3_600_000,
        missingMs: 360_000,
      },
      lease: { kind: "s3", bucket: "b", key: "k", durationMs: 60_000 },
      eventQueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/stowage-spot",
      killSwitch: { file: "/etc/stowage/stop", ssmParameter: "/stowage/stop" },
      drainMs: 30_000,
      folder: "/var/lib/stowage",
      http: null,
      endpoint: "http://127.0.0.1:5000",
      batchReadsPerSecond: 2,
      logLevel: "debug",
    });
  });

  it("takes times, volume and address from the world that a replay has", () => {
    const world = "world: { decisionInterval: 10s, unmanaged: { earlyTick: 2s, drain: 20s } }\n";
    const { live } = parse(`${LIVE_SCENARIO}${world}billing: { rootVolume: 50.5 GiB, publicIpv4: true }\n`);
    // deadline: 12 s, but the interval is 10 s; volume: rounded up to whole GiB
    expect(live?.timing).toMatchObject({ intervalMs: 10_000, earlyMs: 2_000, deadlineMs: 10_000 });
    expect(live?.drainMs).toBe(20_000);
    expect(live?.launch).toMatchObject({ rootVolumeGib: 51, publicIp: true });
    expect(parse(`${LIVE_SCENARIO}billing: { rootVolume: 0 }\n`).live?.launch.rootVolumeGib).toBe(30);
  });

  it("is no part of the scenario's identity, and adds no note", () => {
    const without = LIVE_SCENARIO.slice(0, LIVE_SCENARIO.indexOf("live:"));
    expect(canonicalScenarioText(parse(LIVE_SCENARIO))).toBe(canonicalScenarioText(parse(without)));
    expect(parse(LIVE_SCENARIO).notes).toEqual(parse(without).notes);
    expect(parse(without).live).toBeUndefined();
  });

  it("is followed by the first strategy alone: the others may be what they like", () => {
    const strategies = "strategies: [best-fit, { name: other, queueDiscipline: easy, scaleDown: { mayKill: true } }]\n";
    expect(() => parse(`${LIVE_SCENARIO}${strategies}`)).not.toThrow();
  });
});

const KEYS: Row[] = [
  [
    "no money",
    changed("maxUsdPerHour: $25, maxUsdPerDay: $200", ""),
    [
      'missing-key live.caps.maxUsdPerHour | the key "maxUsdPerHour" is missing',
      'missing-key live.caps.maxUsdPerDay | the key "maxUsdPerDay" is missing',
    ],
  ],
  [
    "amounts that are none",
    changed("maxUsdPerHour: $25, maxUsdPerDay: $200", "maxUsdPerHour: 25 EUR, maxUsdPerDay: 0"),
    [
      'invalid-value live.caps.maxUsdPerHour | expected an amount such as $25, got "25 EUR"',
      "out-of-range live.caps.maxUsdPerDay | must be greater than 0, got 0",
    ],
  ],
  [
    "a day that costs less than an hour",
    changed("maxUsdPerDay: $200", "maxUsdPerDay: $20"),
    ["out-of-range live.caps.maxUsdPerDay | maxUsdPerDay must not be less than maxUsdPerHour"],
  ],
  [
    "an account number, which loses its zeros",
    changed('"123456789012"', "123456789"),
    [
      "invalid-value live.account | expected an account id of twelve digits, got 123456789 | " +
        'write it in quotes: "000123456789"',
    ],
  ],
  [
    "ids of other things",
    changed("[sg-00000000000000001]", "[subnet-00000000000000001]").replace("subnet-0000000000000004a", "my-subnet"),
    [
      'invalid-value live.launch.subnets[1].subnetId | expected a subnet id, got "my-subnet" | ' +
        "for example subnet-0123456789abcdef0",
      "invalid-value live.launch.securityGroupIds[0] | expected a security group id, got " +
        '"subnet-00000000000000001" | for example sg-0123456789abcdef0',
    ],
  ],
  [
    "no lease",
    changed("{ dynamodb: stowage-lease }", "{}"),
    ["conflicting-keys live.lease | expected one of dynamodb, s3, file, got none"],
  ],
  [
    "two leases",
    changed("{ dynamodb: stowage-lease }", "{ dynamodb: t, file: f }"),
    ["conflicting-keys live.lease | expected one of dynamodb, s3, file, got dynamodb and file"],
  ],
  [
    "a lease too short, a drain too short",
    `${changed("{ dynamodb: stowage-lease }", "{ dynamodb: t, duration: 9s }")}  drain: 14s\n`,
    [
      'out-of-range live.lease.duration | must be between 10s and 10m, got "9s"',
      'out-of-range live.drain | must be at least 15s, got "14s"',
    ],
  ],
  [
    "two images",
    andLaunch("imageId: ami-0123456789abcdef0", "imageSsmParameter: /my/ami"),
    ["conflicting-keys live.launch.imageSsmParameter | imageId and imageSsmParameter exclude each other"],
  ],
  [
    "tags and attributes of others",
    andLaunch("tags: { 'aws:x': a, 'stowage:pool': b }", "attributes: { stowage.pool: a, 'a b': c, d: \"x\\ny\" }"),
    [
      'reserved-name live.launch.tags["aws:x"] | tags that begin with aws: or stowage: cannot be chosen',
      'reserved-name live.launch.tags["stowage:pool"] | tags that begin with aws: or stowage: cannot be chosen',
      'reserved-name live.launch.attributes["stowage.pool"] | attributes that begin with ecs., com.amazonaws. or ' +
        "stowage. cannot be chosen",
      'invalid-value live.launch.attributes["a b"] | an attribute\'s name has letters, digits, and . _ - / (at most 128)',
      "invalid-value live.launch.attributes.d | an attribute's value has letters, digits, space, and . _ - : / \\ @",
    ],
  ],
  [
    "a pool that is a pattern",
    andLive('pool: "*"'),
    [
      'invalid-value live.pool | expected letters, digits, and . _ - (at most 128), got "*" | ' +
        "it is the value of the tag stowage:pool",
    ],
  ],
  ["an unknown key", andLive("lanch: {}"), ['unknown-key live.lanch | unknown key "lanch" | did you mean "launch"?']],
];

const RELATIONS: Row[] = [
  [
    "a managed environment",
    changed("type: UNMANAGED", "type: MANAGED"),
    [
      "not-unmanaged computeEnvironments[0].type | live mode needs type UNMANAGED | " +
        "AWS Batch launches instances in MANAGED environments itself: make one of type UNMANAGED",
    ],
  ],
  [
    "an environment that says no type is managed",
    changed("    type: UNMANAGED\n", ""),
    [
      "not-unmanaged computeEnvironments[0] | live mode needs type UNMANAGED | " +
        "AWS Batch launches instances in MANAGED environments itself: make one of type UNMANAGED",
    ],
  ],
  [
    "a fixed fleet on EKS",
    changed(
      "type: UNMANAGED",
      "type: UNMANAGED\n    containerOrchestrationType: EKS\n    fixedFleet: [{ instanceType: m5.large, count: 1 }]",
    ),
    [
      "conflicting-keys computeEnvironments[0].containerOrchestrationType | live mode serves ECS, not EKS",
      "conflicting-keys computeEnvironments[0].fixedFleet | live mode cannot serve a fixed fleet: it launches what jobs need",
    ],
  ],
  [
    "two environments",
    changed("live:\n", "  - { computeEnvironmentName: od, computeResources: { type: EC2, maxvCpus: 8 } }\nlive:\n"),
    [
      "too-many-environments computeEnvironments | live mode serves one compute environment, and there are 2 | " +
        "one scenario, and one process, for each of them",
    ],
  ],
  [
    "another environment's name",
    andLive("computeEnvironment: arn:aws:batch:us-east-1:123456789012:compute-environment/spit"),
    [
      'unknown-compute-environment live.computeEnvironment | there is no compute environment "spit" | did you mean "spot"?',
    ],
  ],
  [
    "no zones",
    changed(", zones: [use1-az1, use1-az4]", ""),
    [
      "missing-key computeEnvironments[0].computeResources.zones | live mode needs the zones of the compute environment: " +
        "those that have a subnet | zones: [use1-az1, use1-az4]",
    ],
  ],
  [
    "zones without a subnet, and a subnet elsewhere",
    changed("zones: [use1-az1, use1-az4]", "zones: [use1-az1, use1-az2]"),
    [
      "zone-without-subnet computeEnvironments[0].computeResources.zones[1] | no subnet is given for the zone use1-az2 | " +
        "add one to live.launch.subnets, or leave the zone out",
      "unknown-zone live.launch.subnets[1].zoneId | use1-az4 is not among the zones of the compute environment | " +
        "the zones are use1-az1, use1-az2",
    ],
  ],
  [
    "a zone with two subnets",
    changed(
      "      - { subnetId: subnet-0000000000000004a",
      "      - { subnetId: subnet-0000000000000001a, zoneId: use1-az1 }\n      - { subnetId: subnet-0000000000000004a",
    ),
    [
      'duplicate-name live.launch.subnets[1].subnetId | the subnet "subnet-0000000000000001a" is listed twice',
      'duplicate-zone live.launch.subnets[1].zoneId | the zone "use1-az1" has another subnet already | ' +
        "a fleet takes one subnet for each zone",
    ],
  ],
  [
    "one AMI for two architectures",
    andLaunch("imageId: ami-0123456789abcdef0").replace("maxvCpus: 256", "maxvCpus: 256, instanceTypes: [m7i, m7g]"),
    [
      "conflicting-keys live.launch.imageId | one AMI cannot serve x86_64 and arm64 instance types | " +
        "allow one architecture, or leave imageId out: AWS's images of both are known",
    ],
  ],
  [
    "no job queues",
    changed(/jobQueues:\n.*\n/, ""),
    ["missing-key jobQueues | live mode needs the names of the job queues | as they are called in AWS Batch"],
  ],
  [
    "names that AWS Batch does not have",
    changed("jobQueueName: q", "jobQueueName: my queue"),
    ['invalid-name jobQueues[0].jobQueueName | no job queue of AWS Batch is called "my queue"'],
  ],
  [
    "an ideal world",
    `${LIVE_SCENARIO}world: ideal\n`,
    ["conflicting-keys world | live mode needs a decisionInterval, and an ideal world has none"],
  ],
  [
    "decisions at every event",
    `${LIVE_SCENARIO}world: { decisionInterval: 0 }\n`,
    ["out-of-range world.decisionInterval | live mode needs a decisionInterval greater than 0 | 15s is usual"],
  ],
  [
    "times that do not fit together",
    andLive("timing: { earlyTick: 16s, deadline: 31s, freshness: 30s }"),
    [
      "out-of-range live.timing.earlyTick | must not be longer than world.decisionInterval",
      "out-of-range live.timing.deadline | must not be longer than world.decisionInterval",
      "out-of-range live.timing.freshness | must not be shorter than deadline: a tick would find its own look too old",
    ],
  ],
  [
    "a first strategy that live mode cannot follow",
    `${LIVE_SCENARIO}strategies: [{ name: s, queueDiscipline: easy, queueDisciplines: { q: fifo-skip }, scaleDown: { mayKill: true, idleDelay: 1h } }]\n`,
    [
      "conflicting-keys strategies[0].queueDiscipline | AWS Batch orders its queues itself: easy cannot be had in live mode | " +
        "leave it out: queues are served as they were created, first in first out or by fair share",
      "conflicting-keys strategies[0].queueDisciplines.q | AWS Batch orders its queues itself: fifo-skip cannot be had in " +
        "live mode | leave it out: queues are served as they were created, first in first out or by fair share",
      "conflicting-keys strategies[0].scaleDown.mayKill | live mode kills no jobs | " +
        "an instance with a job on it is never ended by choice",
      "out-of-range strategies[0].scaleDown.idleDelay | hosts would power themselves off before this: " +
        "live.launch.deadManSwitch is shorter | make the switch longer, or never",
    ],
  ],
];

describe("mistakes inside the block", () => {
  it.each(KEYS)("%s", (_, text, rows) => expect(shortRowsOf(text)).toEqual(rows));
});

describe("mistakes between the block and the rest", () => {
  it.each(RELATIONS)("%s", (_, text, rows) => expect(shortRowsOf(text)).toEqual(rows));
});
