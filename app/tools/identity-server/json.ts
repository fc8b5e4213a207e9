/**
 * A JSON value. The parser is as strict and as lenient as the identity server's: it rejects comments, a byte order
 * mark and control characters in strings, and ignores text after the first value. `JSON.parse` would lose the
 * spelling of numbers: 900 and 900.0 are different lifetimes.
 */
export type Json = null | boolean | string | JsonNumber | JsonObject | readonly Json[];

/** A number, with its spelling. */
export class JsonNumber {
  readonly literal: string;

  constructor(text: string) {
    this.literal = text;
  }

  /** Whether it is written without fraction and exponent. */
  get isInteger(): boolean {
    return /^-?[0-9]+$/.test(this.literal);
  }
}

/** An object with all entries in order, repeated names included, because the type of each is checked. */
export class JsonObject {
  readonly entries: readonly (readonly [string, Json])[];

  constructor(entries: readonly (readonly [string, Json])[]) {
    this.entries = entries;
  }

  /** Returns the value of a field, the last one if the name is repeated. */
  get(name: string): Json | undefined {
    return this.entries.findLast(([entry]) => entry === name)?.[1];
  }
}

/** The string is not valid JSON. */
export class JsonError extends Error {}

const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const LITERAL = /true|false|null/y;
const LITERALS = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const MAX_DEPTH = 1000;

/**
 * Parses the first value of a string.
 *
 * @throws JsonError if the string does not begin with a value.
 */
export function parseJson(text: string): Json {
  return new Parser(text).value(0);
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new JsonError('nested too deeply');
    if (this.#skip('{')) return this.#object(depth);
    if (this.#skip('[')) return this.#array(depth);
    if (this.#text[this.#at] === '"') return this.#string();
    const literal = LITERALS.get(this.#match(LITERAL) ?? '');
    if (literal !== undefined) return literal;
    const number = this.#match(NUMBER);
    if (number === undefined) throw this.#unexpected();
    return new JsonNumber(number);
  }

  #object(depth: number): JsonObject {
    const entries: [string, Json][] = [];
    if (this.#skip('}')) return new JsonObject(entries);
    do {
      this.#match(WHITESPACE);
      const name = this.#string();
      if (!this.#skip(':')) throw this.#unexpected();
      entries.push([name, this.value(depth + 1)]);
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#unexpected();
    return new JsonObject(entries);
  }

  #array(depth: number): Json[] {
    const items: Json[] = [];
    if (this.#skip(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#skip(','));
    if (!this.#skip(']')) throw this.#unexpected();
    return items;
  }

  #string(): string {
    const start = this.#at;
    const quoted = this.#match(STRING);
    if (quoted === undefined) throw this.#unexpected();
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw new JsonError(`invalid string at offset ${start}`);
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skip(character: string): boolean {
    this.#match(WHITESPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(): JsonError {
    return new JsonError(`unexpected character or end at offset ${this.#at}`);
  }
}
