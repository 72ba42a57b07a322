// Tasks that try a failed one's work again. Nextflow writes each try as a task of its own, of the same name: a task is the
// next try of one that failed if it was submitted when that one had ended.

/** A task that failed and was not tried again as far as is known. */
export interface FailedTask {
  readonly id: string;
  /** The earliest time at which it can have ended, and not before its own submission. */
  readonly endMs: number;
  /** Counted from 1; NaN: unknown. */
  readonly attempt: number;
}

/**
 * Where no attempt numbers tell: a try that comes later than this after the failure is another task of that name. Nextflow
 * submits the next try as soon as it sees the failure: within 1.4 s in the runs at hand, later where the number of jobs is
 * limited.
 */
const MOST_DELAY_MS = 5 * 60_000;

/** Failures of one name that may wait for their next try; tasks need not have names of their own. */
const MOST_OPEN = 256;

export class RetryChains {
  private readonly open = new Map<string, FailedTask[]>();

  add(name: string, failed: FailedTask): void {
    const list = this.open.get(name);
    if (list === undefined) this.open.set(name, [failed]);
    else list.push(failed);
    if (list !== undefined && list.length > MOST_OPEN) list.shift();
  }

  /** Takes out the failed task that a task submitted at `submitMs` tries again, and returns its id; "": none. */
  take(name: string, submitMs: number, attempt: number): string {
    const list = this.open.get(name);
    if (list === undefined) return "";
    const index = list.findIndex((failed) => isNextTry(failed, submitMs, attempt));
    if (index < 0) return "";
    const [failed] = list.splice(index, 1);
    if (list.length === 0) this.open.delete(name);
    return failed!.id;
  }
}

/** Strictly later: so no circle of such pairs can come about. */
function isNextTry(failed: FailedTask, submitMs: number, attempt: number): boolean {
  if (!(failed.endMs < submitMs)) return false;
  const areNumbered = !Number.isNaN(attempt) && !Number.isNaN(failed.attempt);
  return areNumbered ? attempt === failed.attempt + 1 : submitMs - failed.endMs <= MOST_DELAY_MS;
}
