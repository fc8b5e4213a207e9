import { type Token, tokenize } from './tokens.ts';

/** Reserved words, which are not valid as field names. */
const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'like', 'as', 'by', 'into', 'asc', 'desc']);

/** Reads tokens one after another, and fails at the first unexpected one. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(source: string) {
    this.#tokens = tokenize(source);
  }

  get atEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** Skips the next token if it is this sign or word. Returns whether it was. */
  skip(text: string): boolean {
    const next = this.#tokens[this.#at];
    if ((next?.kind !== 'sign' && next?.kind !== 'word') || next.text !== text) return false;
    this.#at += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.skip(text)) this.fail(`"${text}"`);
  }

  /** Returns the next token, which must be of this kind. */
  take(kind: Token['kind']): string {
    const next = this.#tokens[this.#at];
    if (next?.kind !== kind) this.fail(`a ${kind}`);
    this.#at += 1;
    return next.text;
  }

  takeIf(kind: Token['kind']): string | undefined {
    return this.#tokens[this.#at]?.kind === kind ? this.take(kind) : undefined;
  }

  /** Returns the name of a field. */
  name(): string {
    const quoted = this.takeIf('quoted');
    if (quoted !== undefined) return quoted;
    const name = this.take('word');
    if (KEYWORDS.has(name)) throw new Error(`"${name}" is a keyword and not a valid name.`);
    return name;
  }

  oneOf<T extends string>(names: readonly T[]): T {
    const word = this.take('word');
    const found = names.find((name) => name === word);
    if (found === undefined) throw new Error(`Expected one of ${names.join(', ')}, got "${word}".`);
    return found;
  }

  /** Reads a comma-separated list. */
  list<T>(read: () => T): T[] {
    const all = [read()];
    while (this.skip(',')) all.push(read());
    return all;
  }

  /**
   * Reads operands with left-associative binary operators between them.
   *
   * @param levels the operators by increasing precedence.
   */
  binary<T, Operator extends string>(
    levels: readonly (readonly Operator[])[],
    operand: () => T,
    combine: (operator: Operator, left: T, right: T) => T,
  ): T {
    const [operators, ...higher] = levels;
    if (operators === undefined) return operand();
    let left = this.binary(higher, operand, combine);
    for (;;) {
      const operator = operators.find((each) => this.skip(each));
      if (operator === undefined) return left;
      left = combine(operator, left, this.binary(higher, operand, combine));
    }
  }

  fail(expected: string): never {
    const next = this.#tokens[this.#at]?.text ?? 'the end';
    throw new Error(`Expected ${expected}, got ${JSON.stringify(next)}.`);
  }
}
