import { type LineKind, parseJson, readValue } from './read-line.ts';

const FIRST_LINE = /^(\s*)\{\s*$/;
const LAST_LINE = /^(\s*)\},?\s*$/;

/** Records have at most 16 KiB on one line. A longer object is a document in which each line has its own record. */
const MAX_CHARACTERS = 256 * 1024;

/** Reads objects whose fields are on lines of their own, such as those of `aws logs tail --format json` and `jq`. */
export class IndentedObjects {
  readonly #onValue: (value: unknown) => boolean;
  #lines: string[] = [];
  #characters = 0;
  #indent = '';

  /** @param onValue receives each value that may be a decision record, and returns whether it is one. */
  constructor(onValue: (value: unknown) => boolean) {
    this.#onValue = onValue;
  }

  /** Receives every line, with what it contains on its own. */
  add(line: string, kind: LineKind): void {
    if (this.#lines.length === 0) {
      const indent = FIRST_LINE.exec(line)?.[1];
      if (indent !== undefined) this.#begin(line, indent);
      return;
    }
    this.#lines.push(line);
    this.#characters += line.length;
    if (kind === 'records' || this.#characters > MAX_CHARACTERS) this.#lines = [];
    else if (LAST_LINE.exec(line)?.[1] === this.#indent) this.#end();
  }

  #begin(line: string, indent: string): void {
    this.#lines = [line];
    this.#characters = line.length;
    this.#indent = indent;
  }

  #end(): void {
    const text = this.#lines.join('\n').replace(/,\s*$/, '');
    this.#lines = [];
    if (text.includes('"decision"')) readValue(parseJson(text), this.#onValue);
  }
}
