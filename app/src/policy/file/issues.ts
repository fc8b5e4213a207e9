/** One issue in a policy. */
export interface Issue {
  /** Keys from the root of the file, e.g. `['rules', 2, 'when']`. */
  readonly path: readonly (string | number)[];
  /** What is wrong and what to do, as a sentence without the place. */
  readonly message: string;
}

/** An issue that is found while the file is still YAML. */
export interface YamlIssue {
  /** In the text of the file, in characters. */
  readonly offset: number;
  readonly message: string;
}

/** With a wrong separator, each of a list's 100,000 entries can have an issue. */
const MAX_SHOWN_ISSUES = 100;

/** A policy cannot be used. The message has one line for each issue: file, line, place, reason. */
export class PolicyError extends Error {
  readonly issues: readonly string[];

  constructor(issues: readonly string[]) {
    const shown = issues.slice(0, MAX_SHOWN_ISSUES);
    const more = issues.length - shown.length;
    super([...shown, ...(more > 0 ? [`… and ${more} more issues.`] : [])].join('\n'));
    this.name = 'PolicyError';
    this.issues = issues;
  }
}

/** Collects issues, so that one run reports all of them. Each instance stands for a place in the file. */
export class Issues {
  /** The issues of the whole file, shared by all instances that `at` returns. */
  readonly list: Issue[];
  readonly #path: readonly (string | number)[];

  constructor(path: readonly (string | number)[] = [], list: Issue[] = []) {
    this.#path = path;
    this.list = list;
  }

  /** Returns the collector for a place below this one. */
  at(...keys: readonly (string | number)[]): Issues {
    return new Issues([...this.#path, ...keys], this.list);
  }

  add(message: string): void {
    this.list.push({ path: this.#path, message });
  }
}
