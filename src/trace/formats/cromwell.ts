// Cromwell's workflow metadata (GET /api/workflows/v1/{id}/metadata): one JSON document a workflow, or a list of such, its
// calls by name, each shard and each attempt an entry of its own.
// https://cromwell.readthedocs.io/en/stable/api/RESTAPI/#workflow-metadata-response

import { errorIssue, InputError } from "../../base/issues.js";
import type { CanonicalColumn } from "../canonical/columns.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { localZone } from "../local-zone.js";
import type { FormatOptions } from "../options.js";
import type { RawField } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { CallReader } from "../workflow/cromwell-call.js";
import { fieldOf, isObject, numberOf, readDocument, textOf } from "../workflow/json-document.js";
import { dependableId, UniqueIds } from "../workflow/unique-ids.js";

/** Workflows inside workflows; Cromwell's own limit is far below. */
const MOST_LEVELS = 100;

const UNEXPANDED =
  "A call of a sub-workflow is no job. Where its own calls are missing, ask for metadata with expandSubWorkflows=true";

export const cromwellFormat: TraceFormat = {
  id: "cromwell",
  title: "Cromwell workflow metadata (JSON)",
  detect,
  open: (sink, options) => new CromwellReader(sink, options),
};

/** What rows may fill. */
const COLUMNS: readonly CanonicalColumn[] = ["depends_on"];

function detect({ text }: FileStart): Certainty {
  const hasKeys = /"(?:workflowProcessingEvents|actualWorkflowLanguage|executionStatus)"\s*:/.test(text);
  return /^\s*(?:\[\s*)?\{/.test(text) && hasKeys ? "sure" : "no";
}

/** A workflow whose calls are still to be read. */
interface OpenWorkflow {
  readonly metadata: unknown;
  readonly level: number;
}

class CromwellReader implements FormatReader {
  readonly columns = COLUMNS;
  private readonly sink: RowSink;
  private readonly call: CallReader;
  private readonly ids = new UniqueIds();
  /** Calls so far in this file: they stand for lines. */
  private calls = 0;
  private entry: unknown;
  private name = "";

  constructor(sink: RowSink, options: FormatOptions) {
    this.sink = sink;
    this.call = new CallReader(localZone(options, sink));
  }

  /** Lines are the calls' numbers. Throws InputError when the file is no such document. */
  async read({ name, chunks }: TextSource): Promise<void> {
    const root = await readDocument(chunks, name);
    const documents: readonly unknown[] = Array.isArray(root) ? root : [root];
    for (const document of documents) refuseOthers(document, name);
    this.calls = 0;
    const open: OpenWorkflow[] = documents.map((metadata) => ({ metadata, level: 1 })).reverse();
    for (let next = open.pop(); next !== undefined; next = open.pop()) this.takeWorkflow(next, open);
  }

  finish(): void {}

  private takeWorkflow({ metadata, level }: OpenWorkflow, open: OpenWorkflow[]): void {
    const calls = fieldOf(metadata, "calls");
    if (calls === undefined) return; // it failed before its first call
    if (!isObject(calls)) {
      this.reject("malformed", metadata);
      return;
    }
    const workflow = textOf(metadata, "id") || textOf(metadata, "workflowName");
    for (const [name, entries] of Object.entries(calls)) {
      this.name = name;
      if (Array.isArray(entries)) this.takeCall(entries, workflow, level, open);
      else this.reject("malformed", entries);
    }
  }

  /** All shards and attempts of one call. */
  private takeCall(entries: readonly unknown[], workflow: string, level: number, open: OpenWorkflow[]): void {
    const ids = new Map<string, string>();
    const idOf = new Map<unknown, string>();
    for (const entry of entries) {
      if (!isObject(entry)) continue; // it is rejected below
      const tried = triedOf(entry, 0);
      const id = this.ids.take(dependableId(`${workflow}/${this.name}/${tried}`));
      if (!ids.has(tried)) ids.set(tried, id);
      idOf.set(entry, id);
    }
    for (const entry of entries) {
      const inner = fieldOf(entry, "subWorkflowMetadata");
      if (isObject(inner) && level === MOST_LEVELS) this.reject("too-deep", entry);
      else if (isObject(inner)) {
        open.push({ metadata: inner, level: level + 1 });
        this.sink.fold("summary", ++this.calls, this.describeOf(entry));
      } else if (fieldOf(entry, "subWorkflowId") !== undefined) {
        this.sink.note(UNEXPANDED);
        this.reject("not-a-job", entry);
      } else if (!isObject(entry)) this.reject("malformed", entry);
      else this.takeEntry(entry, idOf.get(entry)!, ids.get(triedOf(entry, -1)) ?? "", workflow);
    }
  }

  private takeEntry(entry: unknown, id: string, retryOf: string, workflow: string): void {
    const { call, sink } = this;
    call.read(entry);
    if (call.rejection !== undefined) {
      this.reject(call.rejection, entry);
      return;
    }
    call.raw.id = id;
    call.raw.name = this.name;
    call.raw.dependsOn = retryOf === "" ? "" : `${retryOf}:ENDED`;
    if (retryOf !== "") sink.adjust("chained-retry");
    if (id !== dependableId(`${workflow}/${this.name}/${triedOf(entry, 0)}`)) sink.adjust("repeated-id");
    for (const code of call.adjustments) sink.adjust(code);
    for (const sentence of call.notes) sink.note(sentence);
    sink.admit(call.raw, ++this.calls, this.describeOf(entry));
  }

  private reject(code: Parameters<RowSink["reject"]>[0], entry: unknown): void {
    this.sink.reject(code, ++this.calls, this.describeOf(entry));
  }

  private describeOf(entry: unknown): (field: RawField) => string {
    this.entry = entry;
    return this.describe;
  }

  private readonly describe = (field: RawField): string => {
    const tried = `${quoted(this.name)} shard/attempt ${triedOf(this.entry, 0)}`;
    const facts = CallReader.describe(this.entry, field);
    return facts === "" ? tried : `${tried}: ${facts}`;
  };
}

/** Shard and attempt of an entry, or of one that came `later` attempts later. -1: the call is not scattered. */
function triedOf(entry: unknown, later: number): string {
  const shard = textOf(entry, "shardIndex") || "-1";
  const attempt = numberOf(entry, "attempt");
  return `${shard}/${(Number.isFinite(attempt) ? attempt : 1) + later}`;
}

/** Cromwell has a second shape of calls, for comparisons of costs, and other files have no calls. */
function refuseOthers(root: unknown, file: string): void {
  const calls = fieldOf(root, "calls");
  const isKnown = fieldOf(root, "workflowName") !== undefined || fieldOf(root, "status") !== undefined;
  if (calls === undefined && isKnown) return; // it failed before its first call
  if (!isObject(calls)) {
    const hint = "import what GET /api/workflows/v1/{id}/metadata gives";
    const message = "the document has no calls: it is no workflow metadata of Cromwell";
    throw new InputError([errorIssue("not-cromwell", message, { file, hint })]);
  }
  const flat = Object.keys(calls).find((name) => !Array.isArray(calls[name]));
  if (flat === undefined) return;
  const message =
    "calls are lists of attempts in workflow metadata; this is a summary for comparisons, or another file";
  throw new InputError([errorIssue("not-cromwell", message, { file, path: `calls.${flat}` })]);
}
