import { conditionError } from './condition-error.ts';

/*
 * The cost limits of conditions. A client chooses strings and lists of up to 1 MiB, and some operations multiply
 * their cost: split, join, a search for a long string, nested loops. Costs are counted, not timed, so that the same
 * request always has the same outcome.
 */

/** The limit of one evaluation, in units of about a nanosecond. A condition that waits for signals is evaluated up to three times. */
export const MAX_CONDITION_COST = 10_000_000;

/**
 * The limit of all conditions and `${…}` of a policy for one request, in the same units: each of a hundred rules
 * may read the same long string.
 */
export const MAX_POLICY_COST = 5 * MAX_CONDITION_COST;

/** Costs of single operations in units of about a nanosecond, measured and rounded up. */
export const COST = {
  /** Per iteration of a loop, and per node of the condition that it evaluates. */
  iteration: 100,
  node: 20,
  /** Creating and catching the error of a failed iteration. */
  failedIteration: 8_000,
  /** Per function call, and per character that it reads or changes. */
  call: 40,
  readCharacter: 3,
  changedCharacter: 6,
  comparedCharacter: 0.2,
  matchedCharacter: 12,
  parsedCharacter: 120,
  /** Creating an element of a list, and indexing it. */
  madeElement: 150,
  comparedElement: 30,
  comparedMap: 250,
  lookup: 60,
  timeZone: 150_000,
} as const;

const LIMIT_EXCEEDED = conditionError(
  'exceeds the cost limit on this request: its lists or strings are too long',
);

/** Counts the cost of one evaluation, in units of about a nanosecond. */
export class CostMeter {
  #spent = 0;
  #limit = MAX_CONDITION_COST;

  /** Units spent since the start. */
  get spent(): number {
    return this.#spent;
  }

  get exceeded(): boolean {
    return this.#spent > this.#limit;
  }

  /** @param spentBefore units that other evaluations of the policy have spent for the same request. */
  start(spentBefore: number): void {
    this.#spent = 0;
    this.#limit = Math.max(0, Math.min(MAX_CONDITION_COST, MAX_POLICY_COST - spentBefore));
  }

  /** Adds units. Throws if the limit is exceeded. */
  spend(units: number): void {
    this.#spent += units;
    if (this.#spent > this.#limit) throw LIMIT_EXCEEDED;
  }

  /** Returns how many operations of this cost are within the limit. */
  affordable(unitsEach: number): number {
    return Math.max(0, Math.floor((this.#limit - this.#spent) / unitsEach));
  }

  /** Throws if the limit was exceeded, even if `||` has discarded the error since. */
  check(): void {
    if (this.exceeded) throw LIMIT_EXCEEDED;
  }
}
