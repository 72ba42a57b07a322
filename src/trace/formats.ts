// The formats of trace files, all of them. To add one: a file in formats/, a row here.

import type { TraceFormat } from "./format.js";
import { alibabaGpuFormat } from "./formats/alibaba-gpu.js";
import { awsBatchFormat } from "./formats/aws-batch.js";
import { batchEventsFormat } from "./formats/batch-events.js";
import { cromwellFormat } from "./formats/cromwell.js";
import { csvFormat } from "./formats/csv.js";
import { ecsEventsFormat } from "./formats/ecs-events.js";
import { google2011Format } from "./formats/google-2011.js";
import { lsfFormat } from "./formats/lsf.js";
import { nextflowFormat } from "./formats/nextflow.js";
import { nextflowReportFormat } from "./formats/nextflow-report.js";
import { pbsFormat } from "./formats/pbs.js";
import { slurmFormat } from "./formats/slurm.js";
import { swfFormat } from "./formats/swf.js";
import { wfformatFormat } from "./formats/wfformat.js";

/** In the order in which help lists them; of equally certain ones detection takes the first. */
export const TRACE_FORMATS: readonly TraceFormat[] = [
  csvFormat,
  awsBatchFormat,
  batchEventsFormat,
  ecsEventsFormat,
  swfFormat,
  slurmFormat,
  pbsFormat,
  lsfFormat,
  nextflowFormat,
  nextflowReportFormat,
  cromwellFormat,
  wfformatFormat,
  alibabaGpuFormat,
  google2011Format,
];

export function formatById(id: string): TraceFormat | undefined {
  return TRACE_FORMATS.find((format) => format.id === id);
}
