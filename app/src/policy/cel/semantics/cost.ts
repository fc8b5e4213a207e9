import { conditionError } from './condition-error.ts';

/*
 * How much work a condition may be. A client chooses texts and lists of up to 1 MiB, and some functions make
 * more of them than they were given: split, join, contains with a text to look for, a loop in a loop. Work is
 * counted, not timed, so that the same request always ends the same way.
 */

/** What one evaluation may cost, in units of about a nanosecond; a condition that waits for signals is evaluated up to three times. */
export const MAX_CONDITION_COST = 10_000_000;

/**
 * What all conditions and `${…}` of a policy together may cost for one request: each of a hundred rules may read the
 * same long text.
 */
export const MAX_POLICY_COST = 5 * MAX_CONDITION_COST;

/** What each thing costs, in units of about a nanosecond: measured, and rounded up. */
export const COST = {
  /** A turn of a loop, and each node of the condition that it evaluates. */
  turn: 100,
  node: 20,
  /** A turn that fails: the error that it throws. */
  failedTurn: 8_000,
  /** A call of a function, and then: a character that is read, and one that is changed into another. */
  call: 40,
  readCharacter: 3,
  changedCharacter: 6,
  comparedCharacter: 0.2,
  matchedCharacter: 12,
  parsedCharacter: 120,
  /** An element of a list that is made, with what it costs to find it later. */
  madeElement: 150,
  comparedElement: 30,
  comparedMap: 250,
  lookup: 60,
  timeZone: 150_000,
} as const;

const TOO_COSTLY = conditionError(
  'takes too much work on what this request contains: its lists or texts are too long',
);

/** Counts the work of one evaluation. */
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

  /** @param spentBefore units that the policy's other evaluations have cost for the same request. */
  start(spentBefore: number): void {
    this.#spent = 0;
    this.#limit = Math.max(0, Math.min(MAX_CONDITION_COST, MAX_POLICY_COST - spentBefore));
  }

  /** Adds units, and throws when there have been more than an evaluation may cost. */
  spend(units: number): void {
    this.#spent += units;
    if (this.#spent > this.#limit) throw TOO_COSTLY;
  }

  /** How many things of this cost can still be paid for. */
  affordable(unitsEach: number): number {
    return Math.max(0, Math.floor((this.#limit - this.#spent) / unitsEach));
  }

  /** Throws when too much was spent, whatever became of the error in between: `||` may have dropped it. */
  check(): void {
    if (this.exceeded) throw TOO_COSTLY;
  }
}
