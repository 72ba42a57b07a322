// EC2 counts the vCPUs that an account runs per market and class of families
// (docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html, "Standard (A, C, D, H, I, M, R, T, Z)", ...).

/** Families whose name begins with the letter of another class. */
const OWN_CLASS = ["inf", "trn", "dl", "hpc", "mac", "vt", "u"];
const STANDARD = "acdhimrtz";

/** The class of families that an instance type is counted in, e.g. "standard" for "m6i.large", "p" for "p4d.24xlarge". */
export function quotaClassOf(typeName: string): string {
  const letters = /^[a-z]*/.exec(typeName)![0];
  if (letters === "vt") return "g"; // counted together
  if (OWN_CLASS.includes(letters)) return letters;
  const first = letters.charAt(0);
  return STANDARD.includes(first) ? "standard" : first;
}
