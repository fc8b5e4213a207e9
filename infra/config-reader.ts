/** Configuration that cannot be used; its message has a sentence for each mistake. */
export class ConfigError extends Error {}

/** Context that is CDK's own, or another tool's. */
const FOREIGN = /^(?:@|aws:|aws-cdk:|cdk:|availability-zones:|cli-|debug$)/;

/** Reads values by name, and gathers what is wrong with them. */
export class ConfigReader {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();
  readonly #mistakes: string[] = [];

  constructor(context: Readonly<Record<string, unknown>>) {
    const { riskGate = {}, ...given } = context;
    if (typeof riskGate !== 'object' || riskGate === null || Array.isArray(riskGate)) {
      this.#mistakes.push('riskGate in cdk.json is no object: write { "name": value }.');
    }
    const own = Object.entries(given).filter(([name]) => !FOREIGN.test(name));
    this.#values = { ...(riskGate as object), ...Object.fromEntries(own) };
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

  text(name: string): string | undefined {
    const value = this.#take(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'object') {
      this.mistake(`${name} is no text: write one value.`);
      return undefined;
    }
    return String(value).trim();
  }

  matching(name: string, pattern: RegExp, what: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    this.mistake(`${name} is "${text}": set it to ${what}.`);
    return undefined;
  }

  number(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.mistake(`${name} is "${text}": set it to a whole number from ${least} to ${most}.`);
    return fallback;
  }

  oneOf(name: string, values: readonly string[], fallback: string): string {
    const text = this.text(name);
    if (text === undefined) return fallback;
    if (values.includes(text)) return text;
    this.mistake(`${name} is "${text}": set it to one of ${values.join(', ')}.`);
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
      this.mistake(`${name} is no object of texts: write { "name": "value" } in cdk.json.`);
      return {};
    }
    return Object.fromEntries(entries);
  }

  #take(name: string): unknown {
    this.#read.add(name);
    return this.#values[name] ?? undefined;
  }
}
