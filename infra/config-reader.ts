import { statSync } from 'node:fs';
import { distance } from 'fastest-levenshtein';

/** Configuration that cannot be used; its message has a sentence for each mistake. */
export class ConfigError extends Error {}

/** Context with another name is of CDK (flags, looked-up values) or of another tool. */
const OPTION_NAME = /^[A-Za-z][\w-]*$/;

/** CDK's own context with a name like an option's: `cdk acknowledge` writes the first one. */
const CDK_NAME = /^(?:acknowledged-issue-numbers|cli-[\w-]+|debug)$/;

/** Reads values by name, and gathers what is wrong with them. */
export class ConfigReader {
  readonly #values: Readonly<Record<string, unknown>>;
  /** Names given under `riskGate`, where there is nothing but our own. */
  readonly #own: ReadonlySet<string>;
  readonly #read = new Set<string>();
  readonly #wrong = new Set<string>();
  readonly #mistakes: string[] = [];

  constructor(context: Readonly<Record<string, unknown>>) {
    const { riskGate = {}, ...given } = context;
    const isObject = typeof riskGate === 'object' && riskGate !== null && !Array.isArray(riskGate);
    if (!isObject) this.mistake('riskGate in cdk.json is no object: write { "name": value }.');
    const options = Object.entries(given).filter(
      ([name]) => OPTION_NAME.test(name) && !CDK_NAME.test(name),
    );
    this.#own = new Set(isObject ? Object.keys(riskGate) : []);
    this.#values = { ...(isObject && riskGate), ...Object.fromEntries(options) };
  }

  mistake(sentence: string): void {
    this.#mistakes.push(sentence);
  }

  /**
   * Ends the reading. An unknown name is a mistake under `riskGate`, or where it resembles a known one: an
   * `allowedCidr` that is silently ignored would open the endpoint to everybody.
   *
   * @returns unknown names beside `riskGate`, which may be another tool's.
   * @throws ConfigError for all mistakes.
   */
  finish(): readonly string[] {
    const foreign: string[] = [];
    for (const name of Object.keys(this.#values)) {
      if (this.#read.has(name)) continue;
      const similar = [...this.#read].find((known) => isSimilar(name, known));
      if (similar === undefined && !this.#own.has(name)) foreign.push(name);
      else {
        const remedy = similar === undefined ? '' : `did you mean ${similar}? `;
        this.mistake(`${name} is no known configuration: ${remedy}see the table in README.md.`);
      }
    }
    if (this.#mistakes.length > 0) throw new ConfigError(this.#mistakes.join('\n'));
    return foreign;
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

  /**
   * A text of the given form, which `what` describes.
   *
   * @param normalise brings its different spellings into one, before it is checked.
   */
  matching(
    name: string,
    pattern: RegExp,
    what: string,
    normalise: (text: string) => string = (text) => text,
  ): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const normal = normalise(text);
    if (pattern.test(normal)) return normal;
    this.#refuse(name, `${name} is "${text}": set it to ${what}.`);
    return undefined;
  }

  /** A text that `parse` can read; `form` says what it accepts. */
  parsed(name: string, parse: (text: string) => unknown, form: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || parse(text) !== undefined) return text;
    this.#refuse(name, `${name} is "${text}": set it to ${form}.`);
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

  /** The paths of files that are there, as a list or comma-separated. */
  files(name: string): readonly string[] {
    const paths = this.list(name);
    for (const path of paths) {
      if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
        this.#refuse(name, `${name} is "${path}", which is no file: correct the path.`);
      }
    }
    return paths;
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

/** Of so many letters one may be wrong, missing or too many in a name that is taken for another one. */
const LETTERS_PER_TYPO = 3;
/** A shorter name resembles too many. */
const MIN_SIMILAR_LENGTH = 5;

/** Tells whether a name is a known one with a slip, its beginning (`domian`), or short for it (`minTasks`). */
function isSimilar(name: string, known: string): boolean {
  const [given, wanted] = [name, known].map((text) => text.replace(/[-_]/g, '').toLowerCase());
  if (given === undefined || wanted === undefined) return false;
  if (given === wanted) return true;
  // A whole word (`domain`, `image`) is likely to be another tool's.
  const isWord = known.startsWith(name) && /[A-Z]/.test(known.charAt(name.length));
  if (given.length < MIN_SIMILAR_LENGTH || isWord) return false;
  const typos = Math.floor(given.length / LETTERS_PER_TYPO);
  return (
    distance(given, wanted) <= typos ||
    distance(given, wanted.slice(0, given.length)) <= typos ||
    isShortFor(given, wanted)
  );
}

/** Whether a name leaves out letters of another, as `minTasks` of `minimumTasks`, but for not more than half of them. */
function isShortFor(name: string, whole: string): boolean {
  let from = 0;
  for (const letter of name) {
    const at = whole.indexOf(letter, from);
    if (at < 0 || (from === 0 && at > 0)) return false;
    from = at + 1;
  }
  return name.length * 2 >= whole.length;
}
