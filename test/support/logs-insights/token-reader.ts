import { type Token, tokensOf } from './tokens.ts';

/** Words that mean something by themselves, and so name no field. */
const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'like', 'as', 'by', 'into', 'asc', 'desc']);

/** Goes through the tokens of a query, and fails at the first one that is not what must come. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(query: string) {
    this.#tokens = tokensOf(query);
  }

  get atEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** Whether a sign or a word comes next; it is passed if so. */
  skip(text: string): boolean {
    const next = this.#tokens[this.#at];
    if ((next?.kind !== 'sign' && next?.kind !== 'word') || next.text !== text) return false;
    this.#at += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.skip(text)) this.fail(`"${text}"`);
  }

  /** The text of the next token, which is of that kind. */
  take(kind: Token['kind']): string {
    const next = this.#tokens[this.#at];
    if (next?.kind !== kind) this.fail(`a ${kind}`);
    this.#at += 1;
    return next.text;
  }

  takeIf(kind: Token['kind']): string | undefined {
    return this.#tokens[this.#at]?.kind === kind ? this.take(kind) : undefined;
  }

  /** The name of a field, or of a new one. */
  name(): string {
    const quoted = this.takeIf('quoted');
    if (quoted !== undefined) return quoted;
    const name = this.take('word');
    if (KEYWORDS.has(name)) throw new Error(`"${name}" is a keyword, and no name.`);
    return name;
  }

  oneOf<T extends string>(names: readonly T[]): T {
    const word = this.take('word');
    const found = names.find((name) => name === word);
    if (found === undefined) throw new Error(`"${word}" is none of ${names.join(', ')}.`);
    return found;
  }

  /** What `read` reads, as often as commas part it. */
  list<T>(read: () => T): T[] {
    const all = [read()];
    while (this.skip(',')) all.push(read());
    return all;
  }

  fail(wanted: string): never {
    const next = this.#tokens[this.#at]?.text ?? 'the end';
    throw new Error(`Wanted ${wanted}, and found ${JSON.stringify(next)}.`);
  }
}
