// Roles: of EC2's services, which make launches possible at all, and of the hosts. Live mode asks for no permission to read IAM, so
// that this is a reminder, with what can be seen from the names.

import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

export function checkRoles(facts: Facts, report: Report): void {
  const { launch, identity } = facts.context.settings;
  const { instanceProfile } = launch;
  report.note(
    "EC2 needs the service-linked roles AWSServiceRoleForEC2Fleet and AWSServiceRoleForEC2Spot, made once in an account",
    "aws iam create-service-linked-role --aws-service-name ec2fleet.amazonaws.com, and spot.amazonaws.com",
  );
  if (instanceProfile.startsWith("arn:")) {
    const isProfile = instanceProfile.includes(":instance-profile/");
    const hint = "name the instance profile, not the role: arn:aws:iam::ACCOUNT:instance-profile/NAME";
    if (!isProfile) report.error(`${instanceProfile} is no instance profile`, hint);
    else if (!instanceProfile.includes(`:${identity.account}:`)) {
      report.error(`${instanceProfile} is not of account ${identity.account}`, "name one of this account");
    }
  }
  report.note(
    `hosts run as the instance profile ${instanceProfile}`,
    "its role needs AmazonEC2ContainerServiceforEC2Role: without it hosts boot and never register",
  );
}
