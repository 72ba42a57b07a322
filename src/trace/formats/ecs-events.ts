// EventBridge's "ECS Task State Change" events, and the tasks of DescribeTasks. A task is one attempt of a job of AWS Batch
// on ECS; its events tell the image pull, and, unlike the job's, the cluster it ran on. Several events tell of one task;
// the highest version counts.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html

import { EVENT_LISTS, INSIGHTS_HEADER, readEvents } from "../aws/event-envelopes.js";
import { RowStore } from "../aws/row-store.js";
import { readTask, type TaskRecord } from "../aws/task-detail.js";
import type { CanonicalColumn } from "../canonical/columns.js";
import type { FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { localZone } from "../local-zone.js";
import type { FormatOptions } from "../options.js";
import { emptyRawJob, hasTextTooLong } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { field } from "../text/json-values.js";
import type { Zone } from "../zone.js";

const STATE_CHANGE = "ECS Task State Change";
const LISTS: ReadonlySet<string> = new Set([...EVENT_LISTS, "tasks"]);

/** What rows may fill. */
const COLUMNS: readonly CanonicalColumn[] = ["pull_s", "job_definition"];

/** Numbers that are kept with a row. */
const LINE = 0;
const VERSION = 1;
const IS_OF_SERVICE = 2;
const FILE = 3;
const EXTRAS = 4;

const SUBMIT_NOTE =
  "the submission of a task is that of the task, not of the job: time that the job spent waiting for a machine is left out";

export const ecsEventsFormat: TraceFormat = {
  id: "ecs-events",
  title: "Amazon ECS: task state change events of EventBridge, replies of describe-tasks",
  detect: ({ text }) => (SIGNS.some((sign) => sign.every((part) => part.test(text))) ? "sure" : "no"),
  open: (sink, options) => new EcsEventsReader(sink, options),
};

/** An event, a reply of DescribeTasks, or Logs Insights' columns. */
const SIGNS: readonly (readonly RegExp[])[] = [
  [/ECS Task State Change/],
  [/"tasks"\s*:\s*\[/, /"taskArn"\s*:/],
  [INSIGHTS_HEADER, /\bdetail\.taskArn\b/],
];

class EcsEventsReader implements FormatReader {
  readonly columns = COLUMNS;
  private readonly sink: RowSink;
  private readonly zone: Zone;
  private readonly tasks = new RowStore(EXTRAS);

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.zone = localZone(options, sink);
  }

  /** Throws InputError when the file is neither JSON nor Logs Insights' CSV. */
  async read(source: TextSource): Promise<void> {
    await readEvents(source, LISTS, this.sink, ({ type, detail }, line) => {
      const isTask = type === STATE_CHANGE || (type === "" && field(detail, "taskArn") !== undefined);
      if (isTask) this.add(readTask(detail, line, this.zone));
      else this.sink.fold("other-event", line, () => `detail-type=${quoted(type)}`);
    });
  }

  finish(): void {
    const { tasks, sink } = this;
    const submitMs = (slot: number) => tasks.submitMs(slot) || 0;
    const raw = emptyRawJob();
    const slots = Array.from({ length: tasks.length }, (_, slot) => slot);
    for (const slot of slots.sort((a, b) => submitMs(a) - submitMs(b))) {
      tasks.load(slot, raw);
      const describe = () => `taskArn=${quoted(raw.id)}`;
      sink.file = tasks.extra(slot, FILE);
      if (tasks.extra(slot, IS_OF_SERVICE) === 1) {
        sink.reject("service-task", tasks.extra(slot, LINE), describe);
        continue;
      }
      sink.note(SUBMIT_NOTE);
      for (const code of tasks.adjustmentsOf(slot)) sink.adjust(code);
      sink.admit(raw, tasks.extra(slot, LINE), describe);
    }
  }

  private add({ raw, line, version, isOfService, adjustments }: TaskRecord): void {
    if (raw.id === "") {
      this.sink.reject("not-a-job", line, () => "it has no taskArn");
      return;
    }
    if (hasTextTooLong(raw)) {
      this.sink.reject("text-too-long", line, () => `taskArn=${quoted(raw.id)}`);
      return;
    }
    const { file } = this.sink;
    const extras = [line, version, Number(isOfService), file];
    const slot = this.tasks.slotOf(raw.id);
    if (slot === undefined) {
      this.tasks.set(raw, extras, adjustments);
      return;
    }
    const knownVersion = this.tasks.extra(slot, VERSION);
    const isBetter = version > knownVersion;
    const otherLine = isBetter ? this.tasks.extra(slot, LINE) : line;
    if (isBetter) this.sink.file = this.tasks.extra(slot, FILE);
    if (isBetter) this.tasks.set(raw, extras, adjustments);
    this.sink.fold(
      version === knownVersion ? "duplicate" : "earlier-event",
      otherLine,
      () => `taskArn=${quoted(raw.id)}`,
    );
    this.sink.file = file;
  }
}
