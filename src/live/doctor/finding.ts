// What the doctor says: one finding for each thing looked at.

export type Severity = "ok" | "note" | "warning" | "error";

export interface Finding {
  /** Name of the check. */
  readonly check: string;
  readonly severity: Severity;
  readonly what: string;
  /** What to do about it; "" where there is nothing to do. */
  readonly hint: string;
}

/** Collects the findings of one check. */
export class Report {
  readonly findings: Finding[] = [];
  private readonly check: string;

  constructor(check: string) {
    this.check = check;
  }

  /** It is as it must be. */
  ok(what: string): void {
    this.add("ok", what, "");
  }

  /** Worth knowing. */
  note(what: string, hint = ""): void {
    this.add("note", what, hint);
  }

  /** Live mode runs, but not as it should. */
  warning(what: string, hint: string): void {
    this.add("warning", what, hint);
  }

  /** Live mode cannot run, or jobs will never run. */
  error(what: string, hint: string): void {
    this.add("error", what, hint);
  }

  private add(severity: Severity, what: string, hint: string): void {
    this.findings.push({ check: this.check, severity, what, hint });
  }
}
