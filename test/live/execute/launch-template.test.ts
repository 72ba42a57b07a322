import { describe, expect, it } from "vitest";
import { amiParameter } from "../../../src/live/execute/ami.js";
import { templateContent, templateName, type Variant } from "../../../src/live/execute/launch-template.js";
import { CLUSTER, deadline, MIXED_TABLES, SETTINGS, start, TABLES } from "./fixture.js";

const SPOT: Variant = { architecture: "x86_64", hasGpu: false, market: "spot" };
const content = (launch: Partial<typeof SETTINGS.launch> = {}, variant = SPOT) =>
  templateContent({
    settings: { ...SETTINGS, launch: { ...SETTINGS.launch, ...launch } },
    clusterArn: CLUSTER,
    imageId: "ami-1",
    variant,
  });

describe("a launch template", () => {
  it("has all that an instance needs", () => {
    const tags = [
      { Key: "team", Value: "night shift" },
      { Key: "stowage:pool", Value: "night" },
    ];
    expect(content()).toEqual({
      ImageId: "ami-1",
      IamInstanceProfile: { Name: "ecsInstanceRole" },
      InstanceInitiatedShutdownBehavior: "terminate",
      MetadataOptions: { HttpTokens: "required", HttpEndpoint: "enabled" },
      BlockDeviceMappings: [
        { DeviceName: "/dev/xvda", Ebs: { VolumeSize: 30, VolumeType: "gp3", DeleteOnTermination: true } },
      ],
      NetworkInterfaces: [
        { DeviceIndex: 0, AssociatePublicIpAddress: true, Groups: ["sg-1"], DeleteOnTermination: true },
      ],
      TagSpecifications: ["instance", "volume", "network-interface", "spot-instances-request"].map((ResourceType) => ({
        ResourceType,
        Tags: tags,
      })),
      UserData: expect.stringMatching(/^[\w+/=]+$/),
    });
  });

  it("tags a spot request only where there is one", () => {
    const resources = content({}, { ...SPOT, market: "on-demand" }).TagSpecifications!.map((each) => each.ResourceType);
    expect(resources).toEqual(["instance", "volume", "network-interface"]);
  });

  it("takes a profile by ARN, a key, and tags that cannot hide ours", () => {
    const arn = "arn:aws:iam::123456789012:instance-profile/x";
    const one = content({ instanceProfile: arn, keyName: "key", tags: { "stowage:pool": "mine" } });
    expect(one).toMatchObject({ IamInstanceProfile: { Arn: arn }, KeyName: "key" });
    expect(one.TagSpecifications![0]!.Tags).toEqual([{ Key: "stowage:pool", Value: "night" }]);
  });

  it("is named by its content, in characters that EC2 takes", () => {
    expect(templateName("night", content())).toMatch(/^stowage-night-[0-9a-f]{20}$/);
    expect(templateName("night", content())).toBe(templateName("night", content()));
    expect(templateName("night", content({ rootVolumeGib: 31 }))).not.toBe(templateName("night", content()));
    expect(templateName(`a b:${"x".repeat(200)}`, content())).toMatch(/^stowage-a_b_x{86}-[0-9a-f]{20}$/);
  });

  it("is created once, tagged, and found by the next process", async () => {
    const { aws, lease, make, executor } = await start();
    const launch = (token: string) => ({ kind: "launch", instances: [1], pools: [0], token }) as const;
    await executor.execute([launch("token-1"), launch("token-2")], deadline());
    expect(aws.sent("CreateLaunchTemplate")).toHaveLength(1);
    expect(aws.sent("CreateLaunchTemplate")[0]!.params).toMatchObject({
      "TagSpecification.1.ResourceType": "launch-template",
      "TagSpecification.1.Tag.2.Key": "stowage:pool",
      "TagSpecification.1.Tag.2.Value": "night",
    });
    lease.pending = []; // as if a look had shown them
    const next = await make();
    const outcomes = await next.execute([launch("token-3")], deadline()); // the name is taken: by the same content
    expect(outcomes).toMatchObject([{ kind: "launched" }]);
    expect(aws.templates.size).toBe(1);
  });

  it("is one per architecture, GPUs and market", async () => {
    const launch = { ...SETTINGS.launch, ami: { kind: "ssm", parameter: PARAMETER } as const };
    const changes = { tables: MIXED_TABLES, settings: { ...SETTINGS, launch } };
    const { aws, executor } = await start(changes, { parameters: PARAMETERS });
    const command = { kind: "launch", instances: [1], pools: [0, 1, 2], token: "token-1" } as const;
    await executor.execute([command], deadline());
    expect(aws.sent("CreateLaunchTemplate").map(({ params }) => params["LaunchTemplateData.ImageId"])).toEqual([
      "ami-00000000000000001",
      "ami-00000000000000002",
      "ami-00000000000000003",
    ]);
    const fleet = aws.sent("CreateFleet")[0]!.params;
    expect([1, 2, 3].map((i) => fleet[`LaunchTemplateConfigs.${i}.Overrides.1.Priority`])).toEqual(["0", "1", "2"]);
  });
});

const ROOT = "/aws/service/ecs/optimized-ami/amazon-linux-2023";
const PARAMETER = `${ROOT}/recommended/image_id`;
const PARAMETERS = {
  [PARAMETER]: "ami-00000000000000001",
  [`${ROOT}/arm64/recommended/image_id`]: "ami-00000000000000002",
  [`${ROOT}/gpu/recommended/image_id`]: "ami-00000000000000003",
};

describe("AMIs", () => {
  const X86 = { architecture: "x86_64", hasGpu: false } as const;
  const ARM = { architecture: "arm64", hasGpu: false } as const;
  const GPU = { architecture: "x86_64", hasGpu: true } as const;

  it.each([
    [PARAMETER, X86, PARAMETER],
    [PARAMETER, ARM, `${ROOT}/arm64/recommended/image_id`],
    [PARAMETER, GPU, `${ROOT}/gpu/recommended/image_id`],
    [`${ROOT}/arm64/recommended`, X86, `${ROOT}/recommended`],
    [PARAMETER, { architecture: "arm64", hasGpu: true } as const, undefined],
    ["/my/ami", ARM, "/my/ami"],
  ])("%s for %j is %s", (parameter, kind, expected) => {
    expect(amiParameter(parameter, kind)).toBe(expected);
  });

  const withAmi = (ami: typeof SETTINGS.launch.ami) => ({
    settings: { ...SETTINGS, launch: { ...SETTINGS.launch, ami } },
  });

  it("are read once, and their drift is told", async () => {
    const changes = withAmi({ kind: "ssm", parameter: PARAMETER });
    const { aws, executor } = await start(changes, { parameters: PARAMETERS });
    expect(aws.take()).toEqual(["GetParameter"]);
    expect(await executor.amiDrift(deadline())).toEqual([]);
    aws.parameters.set(PARAMETER, "ami-0000000000000000f");
    expect(await executor.amiDrift(deadline())).toEqual([
      { parameter: PARAMETER, pinned: "ami-00000000000000001", now: "ami-0000000000000000f" },
    ]);
    await executor.execute([{ kind: "launch", instances: [1], pools: [0], token: "t" }], deadline());
    const { params } = aws.sent("CreateLaunchTemplate")[0]!;
    expect(params["LaunchTemplateData.ImageId"]).toBe("ami-00000000000000001");
  });

  it("come out of JSON too", async () => {
    const parameter = `${ROOT}/recommended`;
    const name = "al2023-ami-ecs-hvm-2023.0.20260101-kernel-6.1-x86_64";
    const json = JSON.stringify({ image_name: name, image_id: "ami-0123456789abcdef0" });
    const { aws, executor } = await start(withAmi({ kind: "ssm", parameter }), { parameters: { [parameter]: json } });
    aws.parameters.set(parameter, "ami-0000000000000000f");
    expect(await executor.amiDrift(deadline())).toMatchObject([{ pinned: "ami-0123456789abcdef0" }]);
  });

  it("that cannot be read are the user's mistake, told at the start", async () => {
    const own = withAmi({ kind: "ssm", parameter: "/my/ami" });
    await expect(start(own)).rejects.toThrow(/SSM parameter \/my\/ami \(ParameterNotFound/);
    await expect(start(own, { parameters: { "/my/ami": "none" } })).rejects.toThrow(/it holds "none"/);
  });

  it("one cannot serve two architectures", async () => {
    const two = { tables: MIXED_TABLES, ...withAmi({ kind: "id", id: "ami-0123456789abcdef0" }) };
    await expect(start(two)).rejects.toThrow(/one AMI cannot serve/);
    await expect(start({ ...two, tables: TABLES })).resolves.toBeDefined();
  });

  it("user data that is too long is told at the start", async () => {
    const launch = { ...SETTINGS.launch, userData: "x".repeat(17_000) };
    await expect(start({ settings: { ...SETTINGS, launch } })).rejects.toThrow(/user data is/);
  });
});
