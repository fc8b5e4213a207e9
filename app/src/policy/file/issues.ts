import type { CheckName } from '../checks/names.ts';

/** An error prevents the start of the service; a warning does not. */
export type Severity = 'error' | 'warning';

/** What an issue may say besides its message. */
export interface IssueDetails {
  /** Where the marked part begins, in UTF-16 code units from the start of the string at the place. */
  readonly position?: number;
  /** Length of the marked part, in UTF-16 code units. */
  readonly length?: number;
  /** `key` marks the key of the place instead of its value. */
  readonly mark?: 'key';
  /** The name that the author probably meant. */
  readonly suggestion?: string;
}

/** One issue in a policy. */
export interface Issue extends IssueDetails {
  /** Keys from the root of the file, e.g. `['rules', 2, 'when']`. */
  readonly path: readonly (string | number)[];
  /** What is wrong and what to do, as a sentence without the place. */
  readonly message: string;
  readonly severity: Severity;
  /** The kind of a warning, in kebab case, e.g. `unused-list`. */
  readonly check?: string;
}

/** An issue that is found while the file is still YAML. */
export interface YamlIssue {
  /** In the text of the file, in UTF-16 code units. */
  readonly offset: number;
  /** The end of the marked part. @default one character */
  readonly end?: number;
  readonly message: string;
}

/** An issue with its place in the file. */
export interface LocatedIssue {
  readonly severity: Severity;
  /** The kind of a warning, in kebab case, e.g. `unused-list`. */
  readonly check?: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** The place in the policy, e.g. `rule "high-ip-risk", when`; empty for the whole file. */
  readonly place: string;
  /** The id of the rule. */
  readonly rule?: string;
  /** What is wrong and what to do, as a sentence without the place. */
  readonly message: string;
  /** The line of the file, without its line break. */
  readonly excerpt: string;
  /** The marked columns: the first one, and the one after the last. */
  readonly caret: { readonly from: number; readonly to: number };
  /** The name that the author probably meant. */
  readonly suggestion?: string;
  /** The sentence with file, line and place. */
  readonly text: string;
}

/** With a wrong separator, each of a list's 100,000 entries can have an issue. */
const MAX_SHOWN_ISSUES = 100;

/** A policy cannot be used. The message has one line for each issue: file, line, place, reason. */
export class PolicyError extends Error {
  /** The errors, in the order of the file. */
  readonly located: readonly LocatedIssue[];

  constructor(located: readonly LocatedIssue[]) {
    const shown = located.slice(0, MAX_SHOWN_ISSUES).map(({ text }) => text);
    const more = located.length - shown.length;
    super([...shown, ...(more > 0 ? [`… and ${more} more issues.`] : [])].join('\n'));
    this.name = 'PolicyError';
    this.located = located;
  }

  /** The errors, one sentence each. */
  get issues(): readonly string[] {
    return this.located.map(({ text }) => text);
  }
}

type Path = readonly (string | number)[];

/** A part of the string at a place; `length` is undefined for the rest of the string. */
interface Part {
  readonly position: number;
  readonly length: number | undefined;
}

/** Collects issues, so that one run reports all of them. Each instance stands for a place in the file. */
export class Issues {
  /** The issues of the whole file, shared by all instances that `at` and `within` return. */
  readonly list: Issue[];
  readonly #path: Path;
  readonly #part: Part | undefined;

  constructor(path: Path = [], list: Issue[] = [], part?: Part) {
    this.#path = path;
    this.list = list;
    this.#part = part;
  }

  /** Returns the collector for a place below this one. */
  at(...keys: Path): Issues {
    return new Issues([...this.#path, ...keys], this.list);
  }

  /**
   * Returns the collector for a part of the string at this place: its issues mark the part, or a part of it.
   *
   * @param position from the start of the string, or of the part that this collector stands for.
   */
  within(position: number, length?: number): Issues {
    const start = (this.#part?.position ?? 0) + position;
    return new Issues(this.#path, this.list, { position: start, length });
  }

  /** Adds an error. */
  add(message: string, details?: IssueDetails): void {
    this.list.push({ path: this.#path, message, severity: 'error', ...this.#locate(details) });
  }

  /**
   * Adds a warning.
   *
   * @param check its kind.
   */
  warn(check: CheckName, message: string, details?: IssueDetails): void {
    const severity = 'warning';
    this.list.push({ path: this.#path, message, severity, check, ...this.#locate(details) });
  }

  #locate(details: IssueDetails = {}): IssueDetails {
    if (this.#part === undefined) return details;
    const { position, length } = this.#part;
    if (details.position !== undefined) {
      return { ...details, position: position + details.position };
    }
    return { position, ...(length !== undefined && { length }), ...details };
  }
}

/** Returns whether one of the issues is an error. */
export function hasErrors(issues: readonly Pick<Issue, 'severity'>[]): boolean {
  return issues.some(({ severity }) => severity === 'error');
}
