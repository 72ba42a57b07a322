// README.md beside the generated files: what to run, in which order.

import { type InitAnswers, namesOf } from "./answers.js";

/** The page's text. */
export function initReadme(answers: InitAnswers): string {
  const { account, region, computeEnvironment, lease } = answers;
  const names = namesOf(answers);
  const table = lease.kind === "dynamodb" ? ", the lease's table" : "";
  const hosts = answers.instanceProfile === null ? ", the hosts' role" : "";
  return `# Live mode for ${computeEnvironment}

Account ${account}, region ${region}, pool \`${names.pool}\`. Nothing has been created: these are files to read and run.

| file | what |
|---|---|
| \`live.yaml\` | the scenario with its block \`live\`: look at the caps |
| \`events.cloudformation.yaml\` | event queue and rules${table}${hosts}, the controller's policy |
| \`events.tf\` | the same for Terraform; use one of the two |
| \`policy.json\` | the controller's policy alone |
| \`policy-replay.json\` | what \`stowage replay --on aws\` needs: only for those who submit test jobs |

1. Once in an account, for EC2 to launch fleets and spot instances (an error that they exist is fine):

   \`\`\`sh
   aws iam create-service-linked-role --aws-service-name ec2fleet.amazonaws.com
   aws iam create-service-linked-role --aws-service-name spot.amazonaws.com
   \`\`\`

2. Queue, rules and policy:

   \`\`\`sh
   aws cloudformation deploy --region ${region} --stack-name ${names.stack} \\
     --template-file events.cloudformation.yaml --capabilities CAPABILITY_NAMED_IAM
   \`\`\`

3. Attach the policy \`${names.controllerPolicy}\` to the role that the controller runs under.
4. Is everything there?

   \`\`\`sh
   stowage doctor live.yaml
   \`\`\`

5. What would it do? Without \`--apply\` nothing is sent that changes anything:

   \`\`\`sh
   stowage live live.yaml
   \`\`\`

6. Let it act:

   \`\`\`sh
   stowage live live.yaml --apply
   \`\`\`

To stop: \`touch .stowage/live/${names.pool}/stop\` where it was started, or \`stowage live kill live.yaml pause-all\` from anywhere. To take everything away:
\`stowage live uninstall live.yaml --apply\`, then delete the stack. docs/runbook.md has the rest.
`;
}
