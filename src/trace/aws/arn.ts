// Amazon resource names: "arn:aws:batch:REGION:ACCOUNT:job-queue/NAME".

/** The last path element of an ARN, with a revision where it has one; a bare name is itself. */
export function nameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** The account of an ARN; "" when the text is none. */
export function accountOfArn(arn: string): string {
  return arn.startsWith("arn:") ? (arn.split(":", 5)[4] ?? "") : "";
}
