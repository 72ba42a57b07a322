// ARNs of AWS Batch: wherever a name is asked for, what the CLI prints may be an ARN.

/** The name in "arn:aws:batch:REGION:ACCOUNT:KIND/NAME"; anything else is a name already. */
export function resourceName(nameOrArn: string): string {
  return nameOrArn.startsWith("arn:") ? nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1) : nameOrArn;
}
