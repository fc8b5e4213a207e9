/** One mistake in a policy: where it stands and what is wrong, as a sentence. */
export interface Issue {
  /** Members on the way from the root of the file, e.g. `['rules', 2, 'when']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A list with a wrong separator can have a mistake in each of 100,000 entries. */
const MAX_SHOWN_ISSUES = 100;

/** A policy that cannot be used. Its message has a line for each mistake: file, line, place, reason. */
export class PolicyError extends Error {
  readonly issues: readonly string[];

  constructor(problems: readonly string[]) {
    const shown = problems.slice(0, MAX_SHOWN_ISSUES);
    const more = problems.length - shown.length;
    super([...shown, ...(more > 0 ? [`… and ${more} more mistakes.`] : [])].join('\n'));
    this.name = 'PolicyError';
    this.issues = problems;
  }
}

/** Gathers mistakes below one place of the file, so that all of them are shown at once. */
export class Issues {
  readonly list: Issue[];
  readonly #path: readonly (string | number)[];

  constructor(path: readonly (string | number)[] = [], list: Issue[] = []) {
    this.#path = path;
    this.list = list;
  }

  at(...members: readonly (string | number)[]): Issues {
    return new Issues([...this.#path, ...members], this.list);
  }

  add(message: string): void {
    this.list.push({ path: this.#path, message });
  }
}
