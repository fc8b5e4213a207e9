/**
 * A JSON reader as strict, and as lenient, as the identity server's: no comments, no byte order mark,
 * no control characters in strings; but text after the first value is not looked at. `JSON.parse`
 * will not do, because it forgets how a number was written: 900 and 900.0 are different lifetimes.
 */
export type Json = null | boolean | string | JsonNumber | JsonObject | readonly Json[];

/** A number as it was written. */
export class JsonNumber {
  readonly literal: string;

  constructor(text: string) {
    this.literal = text;
  }

  /** Written without fraction and exponent. */
  get whole(): boolean {
    return /^-?[0-9]+$/.test(this.literal);
  }
}

/** All members in their order, repeated names included, since each of them is type-checked. */
export class JsonObject {
  readonly entries: readonly (readonly [string, Json])[];

  constructor(members: readonly (readonly [string, Json])[]) {
    this.entries = members;
  }

  /** The member of that name; of several the last one counts. */
  get(name: string): Json | undefined {
    return this.entries.findLast(([member]) => member === name)?.[1];
  }
}

/** The text is no JSON. */
export class JsonError extends Error {}

const WHITE_SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const LITERAL = /true|false|null/y;
const LITERALS = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const DEEPEST = 1000;

/**
 * The first value of a text.
 * @throws {JsonError} if it does not begin with one
 */
export function parseJson(text: string): Json {
  return new Reader(text).value(0);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    if (depth > DEEPEST) throw new JsonError('nested too deeply');
    if (this.#skip('{')) return this.#object(depth);
    if (this.#skip('[')) return this.#array(depth);
    if (this.#text[this.#at] === '"') return this.#string();
    const literal = LITERALS.get(this.#take(LITERAL) ?? '');
    if (literal !== undefined) return literal;
    const number = this.#take(NUMBER);
    if (number === undefined) throw this.#unexpected();
    return new JsonNumber(number);
  }

  #object(depth: number): JsonObject {
    const members: [string, Json][] = [];
    if (this.#skip('}')) return new JsonObject(members);
    do {
      this.#take(WHITE_SPACE);
      const name = this.#string();
      if (!this.#skip(':')) throw this.#unexpected();
      members.push([name, this.value(depth + 1)]);
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#unexpected();
    return new JsonObject(members);
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
    const quoted = this.#take(STRING);
    if (quoted === undefined) throw this.#unexpected();
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw new JsonError(`a string that is none at offset ${start}`);
    }
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skip(character: string): boolean {
    this.#take(WHITE_SPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(): JsonError {
    return new JsonError(`unexpected text or end at offset ${this.#at}`);
  }
}
