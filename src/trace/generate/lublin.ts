// The workload model of Lublin and Feitelson: U. Lublin and D. G. Feitelson, "The workload on parallel supercomputers:
// modeling the characteristics of rigid jobs", Journal of Parallel and Distributed Computing 63(11), 2003, pages 1105-1122.
// Written from the description and the constants of the authors' program lublin99.c; docs/workload-models.md tells the
// differences (another gamma sampler, milliseconds instead of cut seconds).
//
// - Size: 1 with serialProb, else 2^u rounded, u two-stage uniform; with pow2Prob u itself is rounded before.
// - Run time: e^g seconds, g of one of two gammas; the first one's probability falls linearly with the size.
// - Arrivals: e^g rush seconds apart, g gamma. Half-hour i of the day lets rush time pass weight(i) times as fast as the
//   clock; weights average 1 and follow a gamma density over the day. Batch and interactive jobs arrive independently.

import { exp } from "../../base/exact-math.js";
import { errorIssue, InputError, type Issue, throwIfErrors } from "../../base/issues.js";
import { type RandomStream, randomStream } from "../../base/random.js";
import { MS_PER_HOUR, MS_PER_SECOND } from "../../base/units.js";
import { wholeMib, wholeMilli } from "../quantities.js";
import { neutralJobRow, type SealedTrace, WorkloadBuilder } from "../workload-builder.js";
import { gammaCdf, sampleGamma } from "./gamma.js";
import {
  BUCKET_MS,
  BUCKET_S,
  BUCKETS_PER_DAY,
  type KindParameter,
  type KindPrefix,
  LUBLIN_PARAMETERS,
  type LublinParameter,
  MODEL_START_MS,
} from "./lublin-parameters.js";
import { type GeneratorOptions, jobId, refuseAfterLastDate } from "./options.js";
import { readSettings, type Values } from "./parameters.js";

/** How often a value that is too large is drawn again before the parameters are said not to fit. */
const MOST_DRAWS = 10_000;

type Kind = Values<KindParameter>;
type Common = Values<LublinParameter>;

/** Generates exactly `options.jobs` jobs. Throws InputError when the settings cannot be. */
export function generateLublin(options: GeneratorOptions): SealedTrace {
  const common = readSettings(LUBLIN_PARAMETERS, options.settings);
  const prefixes: readonly KindPrefix[] = common.types === 0 ? [""] : ["batch.", "interactive."];
  const kinds = prefixes.map((prefix) => kindOf(common, prefix));
  throwIfErrors(kinds.flatMap((kind, index) => relationIssues(kind, prefixes[index]!)));
  const sources = kinds.map((kind, index) => new LublinSource(kind, common, prefixes[index]!, options.seed));
  const builder = new WorkloadBuilder();
  const row = neutralJobRow();
  for (let number = 1; number <= options.jobs; number++) {
    const source = earliest(sources);
    const processors = source.drawSize();
    row.id = jobId(number);
    row.name = source.name;
    row.queue = source.queue;
    row.submitMs = Math.round(source.nextArrivalMs);
    row.runtimeMs = source.drawRuntimeMs(processors);
    row.vcpuMilli = wholeMilli(processors * common.vcpusPerProcessor);
    row.memoryMib = wholeMib((common.memoryMibPerVcpu * row.vcpuMilli) / 1_000);
    refuseAfterLastDate(row.submitMs);
    builder.addJob(row);
    source.advance();
  }
  return builder.seal();
}

/** Whose next job arrives first; the first one at equal times. */
function earliest(sources: readonly LublinSource[]): LublinSource {
  return sources.reduce((first, source) => (source.nextArrivalMs < first.nextArrivalMs ? source : first));
}

function kindOf(common: Common, prefix: KindPrefix): Kind {
  const entries = Object.entries(common).filter(([name]) =>
    prefix === "" ? !name.includes(".") : name.startsWith(prefix),
  );
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value])) as Record<
    KindParameter,
    number
  >;
}

function relationIssues(kind: Kind, prefix: string): Issue[] {
  const { serialProb, pow2Prob, uLow, uMed, uHi } = kind;
  const issues: Issue[] = [];
  if (serialProb + pow2Prob > 1) {
    issues.push(errorIssue("bad-parameter", `${prefix}serialProb and ${prefix}pow2Prob add up to more than 1`));
  }
  if (uLow > uMed || uMed > uHi) {
    issues.push(errorIssue("bad-parameter", `${prefix}uLow, ${prefix}uMed and ${prefix}uHi do not ascend`));
  }
  return issues;
}

/** Jobs of one kind, one after the other. Sizes, run times and arrivals have streams of their own. */
class LublinSource {
  readonly name: string;
  readonly queue: string;
  /** Epoch milliseconds of the next job. */
  nextArrivalMs = MODEL_START_MS;
  private readonly kind: Kind;
  private readonly common: Common;
  private readonly sizes: RandomStream;
  private readonly runtimes: RandomStream;
  private readonly arrivals: RandomStream;
  private readonly weights: readonly number[];
  /** The half-hour that nextArrivalMs lies in, counted from the midnight before the start, and what of its weight has passed. */
  private bucket: number;
  private spent = 0;

  constructor(kind: Kind, common: Common, prefix: KindPrefix, seed: number) {
    this.kind = kind;
    this.common = common;
    const type = prefix.replace(".", "");
    this.name = type === "" ? "lublin" : type;
    this.queue = type === "" ? "default" : type;
    this.sizes = randomStream(seed, `lublin/${prefix}sizes`);
    this.runtimes = randomStream(seed, `lublin/${prefix}runtimes`);
    this.arrivals = randomStream(seed, `lublin/${prefix}arrivals`);
    this.weights = bucketWeights(kind.anum, kind.bnum, common.cycleStart);
    this.bucket = (common.startHour * MS_PER_HOUR) / BUCKET_MS;
    this.advance();
  }

  drawSize(): number {
    const { serialProb, pow2Prob, uLow, uMed, uHi, uProb } = this.kind;
    const kind = this.sizes.uniform();
    if (kind < serialProb) return 1;
    const isLower = this.sizes.uniform() < uProb;
    const [from, to] = isLower ? [uLow, uMed] : [uMed, uHi];
    const log2 = from + (to - from) * this.sizes.uniform();
    return Math.round(exp(Math.LN2 * (kind < serialProb + pow2Prob ? Math.floor(log2 + 0.5) : log2)));
  }

  drawRuntimeMs(processors: number): number {
    const { a1, b1, a2, b2, pa, pb } = this.kind;
    const isFirst = this.runtimes.uniform() < Math.min(1, Math.max(0, pa * processors + pb));
    const drawn = isFirst
      ? this.drawBelow(a1, b1, this.common.maxLnRuntime, this.runtimes, "run times")
      : this.drawBelow(a2, b2, this.common.maxLnRuntime, this.runtimes, "run times");
    return Math.round(exp(drawn) * MS_PER_SECOND);
  }

  /** Moves on to the next arrival: whole days first, then half-hours, then into the one where the points run out. */
  advance(): void {
    const { aarr, arar, barr } = this.kind;
    const drawn = this.drawBelow(aarr * arar, barr, this.common.maxLnInterarrival, this.arrivals, "arrivals");
    let points = this.spent + exp(drawn) / BUCKET_S;
    const days = Math.floor(points / BUCKETS_PER_DAY);
    points -= days * BUCKETS_PER_DAY;
    this.bucket += days * BUCKETS_PER_DAY;
    let weight = this.weights[this.bucket % BUCKETS_PER_DAY]!;
    while (points > weight) {
      points -= weight;
      this.bucket++;
      weight = this.weights[this.bucket % BUCKETS_PER_DAY]!;
    }
    this.spent = points;
    this.nextArrivalMs = MODEL_START_MS + (this.bucket + points / weight) * BUCKET_MS;
  }

  private drawBelow(shape: number, scale: number, limit: number, stream: RandomStream, what: string): number {
    for (let draw = 0; draw < MOST_DRAWS; draw++) {
      const value = sampleGamma(shape, scale, stream);
      if (value <= limit) return value;
    }
    const message = `the gamma distribution of ${what}, shape ${shape} and scale ${scale}, gives hardly any value up to ${limit}`;
    throw new InputError([errorIssue("bad-parameter", message)]);
  }
}

/** Weights of the half-hours from midnight on, 1 on average. Throws InputError when no day can be made of them. */
export function bucketWeights(anum: number, bnum: number, cycleStart: number): readonly number[] {
  const weights = new Array<number>(BUCKETS_PER_DAY).fill(0);
  let sum = 0;
  for (let i = cycleStart; i < BUCKETS_PER_DAY + cycleStart; i++) {
    const weight = gammaCdf(i + 0.5, anum, bnum) - gammaCdf(i - 0.5, anum, bnum);
    weights[(i - 1) % BUCKETS_PER_DAY] = weight;
    sum += weight;
  }
  const scaled = weights.map((weight) => (weight * BUCKETS_PER_DAY) / sum);
  if (!(scaled.reduce((total, weight) => total + weight, 0) > 0)) {
    throw new InputError([
      errorIssue("bad-parameter", `no half-hour of the day has a weight: anum ${anum}, bnum ${bnum}`),
    ]);
  }
  return scaled;
}
