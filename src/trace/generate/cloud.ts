// A bursty cloud workload: sessions of SubmitJob calls over days and weeks, array jobs, workflows, heavy-tailed run times,
// failures. A model of our own, simple enough to have closed forms (docs/workload-models.md states them):
//
// - Sessions begin as a Poisson process whose rate is (1 + dailyCycle * wave) * (weekendFactor at the weekend).
// - A session makes a geometric number of calls for jobs of one name, a lognormal time apart.
// - A call submits an array (bounded Pareto size), a workflow (prepare -> array -> gather -> array -> gather ...) or a job.
// - Names have a Zipf popularity, one shape each, and a lognormal median run time. A run time is lognormal around its
//   name's median, or with tailShare Pareto beyond median * e^(2 sigma).

import { exp, ln } from "../../base/exact-math.js";
import { errorIssue, throwIfErrors } from "../../base/issues.js";
import { type RandomStream, randomStream } from "../../base/random.js";
import { MIB_PER_GIB, MS_PER_DAY, MS_PER_HOUR, MS_PER_SECOND } from "../../base/units.js";
import { wholeMilli } from "../quantities.js";
import { stableOrder } from "../stable-order.js";
import { dailyWave } from "../synthetic.js";
import type { SealedTrace } from "../workload-builder.js";
import { CLOUD_PARAMETERS, type CloudParameter } from "./cloud-parameters.js";
import { CloudRows, type JobKind } from "./cloud-rows.js";
import { MODEL_START_MS } from "./lublin-parameters.js";
import { type GeneratorOptions, refuseAfterLastDate } from "./options.js";
import { readSettings, type Values } from "./parameters.js";
import { sampleBoundedPareto, sampleGeometric, sampleLognormal, WeightedChoice } from "./sampling.js";

/** GiB for each vCPU of the general families c, m and r, and how many names ask for as much. */
const GIB_PER_VCPU: readonly number[] = [2, 4, 8];
const GIB_PER_VCPU_WEIGHTS: readonly number[] = [0.5, 0.3, 0.2];
/** The peak of synthetic.ts's daily wave. */
const WAVE_PEAK_MS = 14 * MS_PER_HOUR;
const SATURDAY = 5;

type Cloud = Values<CloudParameter>;

/** One SubmitJob call, or the calls of one workflow. */
interface Request {
  readonly submitMs: number;
  readonly kind: number;
  /** Children of an array job, or of each fan-out of a workflow; 1: a single job. */
  readonly width: number;
  /** Stages of a workflow; 0: none. */
  readonly stages: number;
}

/** Generates exactly `options.jobs` jobs; the last array or workflow is cut. Throws InputError when the settings cannot be. */
export function generateCloud(options: GeneratorOptions): SealedTrace {
  const cloud = readSettings(CLOUD_PARAMETERS, options.settings);
  throwIfErrors(
    cloud.arrayShare + cloud.workflowShare > 1
      ? [errorIssue("bad-parameter", "arrayShare and workflowShare add up to more than 1")]
      : [],
  );
  const kinds = drawKinds(cloud, randomStream(options.seed, "cloud/kinds"));
  const requests = drawRequests(cloud, options, kinds);
  const rows = new CloudRows(cloud, kinds, options);
  for (const index of stableOrder(Float64Array.from(requests, ({ submitMs }) => submitMs))) {
    const { submitMs, kind, width, stages } = requests[index]!;
    refuseAfterLastDate(submitMs);
    if (stages > 0) rows.addWorkflow(kind, submitMs, stages, width);
    else if (width > 1) rows.addArray(kind, submitMs, width);
    else rows.addSingle(kind, submitMs);
  }
  return rows.seal();
}

function drawKinds(cloud: Cloud, stream: RandomStream): JobKind[] {
  const sizes = Math.floor(ln(cloud.vcpusMost) / Math.LN2 + 1e-9) + 1;
  const vcpus = new WeightedChoice(Array.from({ length: sizes }, (_, i) => exp(i * ln(cloud.vcpusDecay))));
  const memory = new WeightedChoice(GIB_PER_VCPU_WEIGHTS);
  const digits = String(cloud.kinds).length;
  return Array.from({ length: cloud.kinds }, (_, index) => {
    const amount = 1 << vcpus.draw(stream);
    return {
      name: `kind-${String(index + 1).padStart(digits, "0")}`,
      vcpuMilli: wholeMilli(amount),
      memoryMib: amount * GIB_PER_VCPU[memory.draw(stream)]! * MIB_PER_GIB,
      gpuMilli: stream.uniform() < cloud.gpuShare ? wholeMilli(1) : 0,
      medianMs: sampleLognormal(cloud.runtimeMedian, cloud.kindSigma, stream) * MS_PER_SECOND,
    };
  });
}

/** Session after session, until there are jobs enough. */
function drawRequests(cloud: Cloud, { jobs, seed }: GeneratorOptions, kinds: readonly JobKind[]): Request[] {
  const stream = randomStream(seed, "cloud/arrivals");
  const popularity = new WeightedChoice(kinds.map((_, index) => exp(-cloud.kindZipf * ln(index + 1))));
  const requests: Request[] = [];
  for (let drawn = 0; drawn < jobs; ) {
    let submitMs = MODEL_START_MS + drawInstant(cloud, stream);
    const kind = popularity.draw(stream);
    for (let left = sampleGeometric(cloud.sessionRequests, stream); left > 0 && drawn < jobs; left--) {
      const request = drawRequest(cloud, submitMs, kind, stream);
      requests.push(request);
      drawn += request.stages === 0 ? request.width : 1 + request.stages * (request.width + 1);
      submitMs += Math.round(sampleLognormal(cloud.thinkSeconds, cloud.thinkSigma, stream) * MS_PER_SECOND);
    }
  }
  return requests;
}

function drawRequest(cloud: Cloud, submitMs: number, kind: number, stream: RandomStream): Request {
  const { arrayShare, arrayExponent, arrayMost, workflowShare, workflowStages, workflowWidthMost } = cloud;
  const form = stream.uniform();
  if (form < arrayShare) {
    return { submitMs, kind, stages: 0, width: sampleBoundedPareto(2, arrayMost, arrayExponent, stream) };
  }
  if (form >= arrayShare + workflowShare) return { submitMs, kind, stages: 0, width: 1 };
  const stages = sampleGeometric(workflowStages, stream);
  return { submitMs, kind, stages, width: sampleBoundedPareto(2, workflowWidthMost, arrayExponent, stream) };
}

/** Milliseconds after the start, in whole ones, with a density in proportion to the rate, by rejection. */
function drawInstant(cloud: Cloud, stream: RandomStream): number {
  const most = (1 + cloud.dailyCycle) * Math.max(1, cloud.weekendFactor);
  for (;;) {
    const instantMs = stream.uniform() * cloud.days * MS_PER_DAY;
    if (stream.uniform() * most < sessionRate(cloud, instantMs)) return Math.floor(instantMs);
  }
}

/** Relative rate of sessions at an instant after the start (a Monday, 00:00); 1 on average over a weekday. */
export function sessionRate(
  { dailyCycle, peakHour, weekendFactor }: Values<"dailyCycle" | "peakHour" | "weekendFactor">,
  instantMs: number,
): number {
  const isWeekend = Math.floor(instantMs / MS_PER_DAY) % 7 >= SATURDAY;
  const wave = dailyWave(instantMs + WAVE_PEAK_MS - peakHour * MS_PER_HOUR);
  return (1 + dailyCycle * wave) * (isWeekend ? weekendFactor : 1);
}
