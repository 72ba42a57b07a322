// Records what AWS answers, one line of JSON for each request, redacted. Whoever has the lines can be AWS for another run of the
// same looks: each request is answered as the same one was, in its turn.

import { Readable } from "node:stream";
import type { Redactor } from "./redactor.js";
import { REFUSAL, SHAPES } from "./shapes.js";

/** A request and its answer. */
export interface Exchange {
  readonly service: string;
  readonly operation: string;
  /** The question, in one form for all protocols (`questionOf`). */
  readonly request: string;
  /** HTTP status; 0: no answer came. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** As the SDK's clients send and get them. */
export interface HttpQuestion {
  readonly body?: unknown;
}
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body?: unknown;
}

/** What clients read of them: the protocol, AWS's time, an error's name. */
const HEADERS = ["content-type", "date", "x-amzn-errortype"];

/** A look asks for prices of now: the time is none of the question. */
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

export class Recorder {
  private readonly write: (exchange: Exchange) => void;
  private readonly redactor: Redactor;

  constructor(write: (exchange: Exchange) => void, redactor: Redactor) {
    this.write = write;
    this.redactor = redactor;
  }

  /** An answer came; its body is read, and is there again for whoever comes next. */
  async answered(service: string, operation: string, question: HttpQuestion, answer: HttpAnswer): Promise<void> {
    const bytes = await bytesOf(answer.body);
    answer.body = Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false });
    const { redactor } = this;
    const request = questionOf(textOf(question.body), (text) => redactor.asked(text));
    const shape = answer.statusCode >= 400 ? REFUSAL : (SHAPES.get(`${service}.${operation}`) ?? {});
    const text = bytes.toString("utf8");
    const isXml = (answer.headers["content-type"] ?? "").includes("xml");
    const body = text === "" ? "" : isXml ? redactor.xml(text, shape) : jsonOrNothing(redactor, text, shape);
    const headers = Object.fromEntries(
      HEADERS.flatMap((name) => (name in answer.headers ? [[name, answer.headers[name]!]] : [])),
    );
    this.write({ service, operation, request, status: answer.statusCode, headers, body });
  }

  /** None came. */
  failed(service: string, operation: string, question: HttpQuestion): void {
    const request = questionOf(textOf(question.body), (text) => this.redactor.asked(text));
    this.write({ service, operation, request, status: 0, headers: {}, body: "" });
  }
}

/**
 * A request's body in one form: its parts by name, in their order, times left out. `asked` is what becomes of a text; default:
 * itself.
 */
export function questionOf(body: string, asked: (text: string) => string = (text) => text): string {
  const word = (text: string) => (TIME.test(text) ? "now" : asked(text));
  if (body.startsWith("{")) return JSON.stringify(sorted(JSON.parse(body), word));
  const fields = [...new URLSearchParams(body)].map(([key, value]) => [key, word(value)] as const);
  return JSON.stringify(Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1))));
}

function sorted(value: unknown, word: (text: string) => string): unknown {
  if (typeof value === "string") return word(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => sorted(each, word));
  const parts = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(parts.map(([key, part]) => [key, sorted(part, word)]));
}

/** A refusal may be a page of somebody's proxy: nothing of that is kept. */
function jsonOrNothing(redactor: Redactor, text: string, shape: Parameters<Redactor["json"]>[1]): string {
  try {
    return redactor.json(text, shape);
  } catch (error) {
    if (error instanceof SyntaxError) return "";
    throw error;
  }
}

function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : "";
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === "string" || body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
