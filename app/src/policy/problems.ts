/** One mistake in a policy: where it stands and what is wrong, as a sentence. */
export interface Problem {
  /** Members on the way from the root of the file, e.g. `['rules', 2, 'when']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A policy that cannot be used. Its message has a line for each mistake: file, line, place, reason. */
export class PolicyError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'PolicyError';
    this.problems = problems;
  }
}

/** Gathers mistakes below one place of the file, so that all of them are shown at once. */
export class Problems {
  readonly list: Problem[];
  readonly #path: readonly (string | number)[];

  constructor(path: readonly (string | number)[] = [], list: Problem[] = []) {
    this.#path = path;
    this.list = list;
  }

  at(...members: readonly (string | number)[]): Problems {
    return new Problems([...this.#path, ...members], this.list);
  }

  add(message: string): void {
    this.list.push({ path: this.#path, message });
  }
}
