import { ToolError } from '../errors.ts';

/** A document without line feeds is split where one subscription record of CloudWatch Logs ends and the next begins. */
const JOINED = '}{"messageType"';
/** Size from which a line is searched for such a place. */
const SPLIT_CHARACTERS = 1024 * 1024;
/** Limit of one line. Records have at most 16 KiB, but a tool may print all of them as one JSON document. */
const MAX_LINE_CHARACTERS = 64 * 1024 * 1024;

/** Splits text that arrives in chunks into lines. */
export class LineSplitter {
  /** The number of the last line, from 1. */
  line = 0;
  #rest = '';
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** @throws ToolError if a line is too long to be kept in memory. */
  push(chunk: string): void {
    const text = this.#rest === '' ? chunk : this.#rest + chunk;
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#emit(text.slice(start, end));
      start = end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length >= SPLIT_CHARACTERS) this.#splitRest();
  }

  end(): void {
    if (this.#rest !== '') this.#emit(this.#rest);
    this.#rest = '';
  }

  #splitRest(): void {
    let start = 0;
    for (let at = this.#rest.indexOf(JOINED); at >= 0; at = this.#rest.indexOf(JOINED, start)) {
      this.#emit(this.#rest.slice(start, at + 1));
      start = at + 1;
    }
    this.#rest = this.#rest.slice(start);
    if (this.#rest.length <= MAX_LINE_CHARACTERS) return;
    throw new ToolError(
      `Line ${this.line + 1} is longer than ${MAX_LINE_CHARACTERS / 2 ** 20} MiB: write one record per line.`,
    );
  }

  #emit(line: string): void {
    this.line += 1;
    this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}
