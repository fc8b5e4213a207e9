import { statSync } from 'node:fs';

/** Configuration that cannot be used; its message has a sentence for each mistake. */
export class ConfigError extends Error {}

/** Context that is CDK's own, or another tool's. */
const FOREIGN = /^(?:@|aws:|aws-cdk:|cdk:|availability-zones:|cli-|debug$)/;

/** Reads values by name, and gathers what is wrong with them. */
export class ConfigReader {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();
  readonly #wrong = new Set<string>();
  readonly #mistakes: string[] = [];

  constructor(context: Readonly<Record<string, unknown>>) {
    const { riskGate = {}, ...given } = context;
    const isObject = typeof riskGate === 'object' && riskGate !== null && !Array.isArray(riskGate);
    if (!isObject) this.mistake('riskGate in cdk.json is no object: write { "name": value }.');
    const own = Object.entries(given).filter(([name]) => !FOREIGN.test(name));
    this.#values = { ...(isObject && riskGate), ...Object.fromEntries(own) };
  }

  mistake(sentence: string): void {
    this.#mistakes.push(sentence);
  }

  /** @throws ConfigError for all mistakes, values that nobody has read among them. */
  finish(): void {
    for (const name of Object.keys(this.#values)) {
      if (!this.#read.has(name)) {
        this.mistake(`${name} is no known configuration: see the table in README.md.`);
      }
    }
    if (this.#mistakes.length > 0) throw new ConfigError(this.#mistakes.join('\n'));
  }

  /** Whether there is a value, be it one that cannot be used. */
  isSet(name: string): boolean {
    return (this.#values[name] ?? '') !== '';
  }

  /** Whether a value has been refused already; what follows from it is no mistake of its own. */
  isWrong(name: string): boolean {
    return this.#wrong.has(name);
  }

  text(name: string): string | undefined {
    const value = this.#take(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'object') {
      this.#refuse(name, `${name} is no text: write one value.`);
      return undefined;
    }
    return String(value).trim();
  }

  matching(name: string, pattern: RegExp, what: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    this.#refuse(name, `${name} is "${text}": set it to ${what}.`);
    return undefined;
  }

  /** The path of a file that is there. */
  file(name: string): string | undefined {
    const path = this.text(name);
    if (path !== undefined && !statSync(path, { throwIfNoEntry: false })?.isFile()) {
      this.#refuse(name, `${name} is "${path}", which is no file: correct the path.`);
    }
    return path;
  }

  number(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.#refuse(name, `${name} is "${text}": set it to a whole number from ${least} to ${most}.`);
    return fallback;
  }

  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = values.find((candidate) => candidate === text);
    if (value !== undefined) return value;
    this.#refuse(name, `${name} is "${text}": set it to one of ${values.join(', ')}.`);
    return fallback;
  }

  /** A list, or a text with commas as `-c` gives it. */
  list(name: string): readonly string[] {
    const value = this.#take(name);
    const list = Array.isArray(value) ? value : String(value ?? '').split(',');
    return list.map((element) => String(element).trim()).filter((element) => element !== '');
  }

  record(name: string): Readonly<Record<string, string>> {
    const value = this.#take(name) ?? {};
    const entries = typeof value === 'object' ? Object.entries(value as object) : undefined;
    if (entries === undefined || entries.some(([, member]) => typeof member !== 'string')) {
      this.#refuse(name, `${name} is no object of texts: write { "name": "value" } in cdk.json.`);
      return {};
    }
    return Object.fromEntries(entries);
  }

  #refuse(name: string, sentence: string): void {
    this.#wrong.add(name);
    this.mistake(sentence);
  }

  #take(name: string): unknown {
    this.#read.add(name);
    return this.#values[name] ?? undefined;
  }
}
