// The scheduling literature's disciplines on one machine, written from their definitions and from nothing else: slow, plain,
// and without a line of the product. Times and limits are whole milliseconds.

export interface OracleJob {
  readonly submitMs: number;
  readonly runtimeMs: number;
  /** Infinity: none. */
  readonly limitMs: number;
  readonly processors: number;
}

interface Running {
  readonly job: OracleJob;
  readonly startMs: number;
}

/** Which of the waiting jobs (in queue order) start now; `running` are those that run already. */
type Pass = (
  nowMs: number,
  waiting: readonly OracleJob[],
  running: readonly Running[],
  processors: number,
) => OracleJob[];

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const usedBy = (running: readonly Running[]) => sum(running.map(({ job }) => job.processors));

/** When a running job is believed to end: by its limit, or any moment now. */
const believedEndMs = ({ job, startMs }: Running, nowMs: number) => Math.max(nowMs, startMs + job.limitMs);

/** First come, first served: jobs start in order while they fit. */
const fcfsPass: Pass = (_nowMs, waiting, running, processors) => {
  const started: OracleJob[] = [];
  let free = processors - usedBy(running);
  for (const job of waiting) {
    if (job.processors > free) break;
    free -= job.processors;
    started.push(job);
  }
  return started;
};

/** EASY: as above, then jobs that do not delay the first one left. */
const easyPass: Pass = (nowMs, waiting, running, processors) => {
  const started = fcfsPass(nowMs, waiting, running, processors);
  const [head, ...rest] = waiting.slice(started.length);
  if (head === undefined) return started;
  const now = [...running, ...started.map((job) => ({ job, startMs: nowMs }))];
  const freeAt = (timeMs: number) => processors - usedBy(now.filter((one) => believedEndMs(one, nowMs) > timeMs));
  const ends = now.map((one) => believedEndMs(one, nowMs)).sort((a, b) => a - b);
  const shadowMs = ends.find((endMs) => freeAt(endMs) >= head.processors)!;
  let leftOver = freeAt(shadowMs) - head.processors;
  let free = processors - usedBy(now);
  for (const job of rest) {
    const endsInTime = nowMs + job.limitMs <= shadowMs;
    if (job.processors > free || !(endsInTime || job.processors <= leftOver)) continue;
    free -= job.processors;
    if (!endsInTime) leftOver -= job.processors;
    started.push(job);
  }
  return started;
};

/** Processors in use from one moment up to, not including, another. */
interface Use {
  readonly from: number;
  readonly to: number;
  readonly processors: number;
}

/** The very instant of the pass, before anything that is believed to end at it has ended. */
const HERE = Number.NEGATIVE_INFINITY;

/** Conservative: every waiting job in turn gets the earliest time at which it fits throughout; it starts if that is here. */
const conservativePass: Pass = (nowMs, waiting, running, processors) => {
  const uses: Use[] = running.map((one) => ({
    from: HERE,
    to: believedEndMs(one, nowMs),
    processors: one.job.processors,
  }));
  const freeAt = (moment: number) =>
    processors - sum(uses.filter(({ from, to }) => from <= moment && moment < to).map((use) => use.processors));
  const started: OracleJob[] = [];
  for (const job of waiting) {
    const endOf = (startMs: number) => (startMs === HERE ? nowMs : startMs) + job.limitMs;
    const fitsFrom = (startMs: number) => {
      const changes = [nowMs, ...uses.map(({ from }) => from)].filter((ms) => ms > startMs && ms < endOf(startMs));
      return [startMs, ...changes].every((moment) => freeAt(moment) >= job.processors);
    };
    const startMs = [HERE, nowMs, ...uses.map(({ to }) => to)].sort((a, b) => a - b).find(fitsFrom);
    if (startMs === undefined || startMs === Infinity) continue;
    uses.push({ from: startMs, to: endOf(startMs), processors: job.processors });
    if (startMs === HERE) started.push(job);
  }
  return started;
};

const PASSES = { fifo: fcfsPass, easy: easyPass, conservative: conservativePass };
export type OracleDiscipline = keyof typeof PASSES;

/**
 * Start times, ms, of jobs given in queue order (submit time, then id), none larger than the machine: at every instant first
 * all ends and submissions, then one pass; a job that ends when it starts is one more end of that instant.
 */
export function oracleStarts(
  jobs: readonly OracleJob[],
  processors: number,
  discipline: OracleDiscipline,
): Map<OracleJob, number> {
  const starts = new Map<OracleJob, number>();
  let running: Running[] = [];
  let waiting: OracleJob[] = [];
  let submitted = 0;
  const endMs = ({ job, startMs }: Running) => startMs + job.runtimeMs;
  while (submitted < jobs.length || running.length > 0) {
    const nowMs = Math.min(...running.map(endMs), jobs[submitted]?.submitMs ?? Infinity);
    running = running.filter((one) => endMs(one) > nowMs);
    while (submitted < jobs.length && jobs[submitted]!.submitMs <= nowMs) waiting.push(jobs[submitted++]!);
    const started = new Set(PASSES[discipline](nowMs, waiting, running, processors));
    waiting = waiting.filter((job) => !started.has(job));
    for (const job of started) {
      starts.set(job, nowMs);
      running.push({ job, startMs: nowMs });
    }
  }
  return starts;
}
