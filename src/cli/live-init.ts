// `stowage live init`: the files that live mode begins with.

import type { CommandModule } from "yargs";
import { type AwsArguments, endpointOf, listOf, regionOf, withAwsOptions } from "./aws-options.js";

interface InitArguments extends AwsArguments {
  "compute-environment": string;
  subnets: string;
  "security-groups": string;
  "instance-types": string;
  market: "SPOT" | "EC2";
  "max-vcpus": number;
  "max-usd-per-hour": number;
  "max-usd-per-day": number;
  lease: string;
  pool: string | undefined;
  "instance-profile": string | undefined;
  "instance-role": string | undefined;
  out: string;
}

const text = (describe: string) => ({ type: "string", requiresArg: true, describe }) as const;
const amount = (describe: string) => ({ type: "number", requiresArg: true, demandOption: true, describe }) as const;

export const liveInitCommand: CommandModule<object, InitArguments> = {
  command: "init",
  describe: "Write scenario, IAM policy, CloudFormation and Terraform for a compute environment; nothing is created",
  builder: (command) =>
    withAwsOptions(command)
      .option("compute-environment", { ...text("Name of the UNMANAGED compute environment"), demandOption: true })
      .option("subnets", { ...text("Ids, one per Availability Zone, separated by commas"), demandOption: true })
      .option("security-groups", { ...text("Ids, separated by commas"), demandOption: true })
      .option("instance-types", { ...text("Types or families, separated by commas"), default: "optimal" })
      .option("market", { choices: ["SPOT", "EC2"] as const, default: "SPOT" as const, describe: "What to buy" })
      .option("max-vcpus", amount("maxvCpus: never more than this"))
      .option("max-usd-per-hour", amount("Hard cap on what runs at once"))
      .option("max-usd-per-day", amount("Hard cap per day (UTC)"))
      .option("lease", { ...text("dynamodb:TABLE, s3:BUCKET/KEY or file:PATH"), default: "dynamodb:stowage-lease" })
      .option("pool", text("Value of the tag stowage:pool [default: the compute environment's name]"))
      .option("instance-profile", text("Instance profile that is there, name or ARN [default: the templates make one]"))
      .option("instance-role", text("The role in it, name or ARN [default: called as the profile]"))
      .check(({ "instance-profile": profile, "instance-role": role }) => {
        if (role !== undefined && profile === undefined) throw new Error("--instance-role is for --instance-profile");
        return true;
      })
      .option("out", { ...text("Folder of the files"), default: "live" }),
  handler: async (given) => {
    const { initLive } = await import("../run/live/init-live.js");
    const paths = await initLive({
      computeEnvironment: given["compute-environment"],
      region: regionOf(given),
      endpoint: endpointOf(given),
      subnets: listOf(given.subnets),
      securityGroups: listOf(given["security-groups"]),
      instanceTypes: listOf(given["instance-types"]),
      market: given.market,
      maxVcpus: given["max-vcpus"],
      maxUsdPerHour: given["max-usd-per-hour"],
      maxUsdPerDay: given["max-usd-per-day"],
      lease: given.lease,
      pool: given.pool,
      instanceProfile: given["instance-profile"],
      instanceRole: given["instance-role"],
      out: given.out,
    });
    process.stdout.write(`${paths.join("\n")}\n`);
    process.stderr.write("Nothing was created in the account. Begin with the README among these files.\n");
  },
};
