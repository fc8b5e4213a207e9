import type { Formula } from '../../cel/analysis/formula.ts';
import type { Value } from '../../cel/analysis/restrictions.ts';

/*
 * Evaluates formulas in an imagined request, as condition.ts evaluates conditions in a real one.
 */

/** The field has no value, though its signal is known. */
export const MISSING = Symbol('missing');
/** The signal is unknown. */
export const UNKNOWN = Symbol('unknown');
/** The part of the condition fails. */
export const FAILS = Symbol('fails');
/** The signal is unknown, and the test of its absence has this result. */
export const UNKNOWN_TRUE = Symbol('unknown, true without the signal');

export type State = Value | typeof MISSING | typeof UNKNOWN | typeof FAILS | typeof UNKNOWN_TRUE;

/** An imagined request. */
export interface World {
  /** The states of variables and opaque parts, by key. */
  readonly states: ReadonlyMap<string, State>;
  /** Whether the address is unknown, and with it every signal. */
  isAddressUnknown: boolean;
  /** `YYYY-MM-DD`. */
  date: string;
}

export type Outcome =
  | { readonly status: 'matched' }
  | { readonly status: 'not-matched' }
  | { readonly status: 'unknown'; readonly reads: Reads }
  | { readonly status: 'failed'; readonly reads: Reads };

/** What a condition read that is unknown, or may be. */
export type Reads = ReadonlySet<string>;

/** Returns whether other conditions have read all that a condition read. */
export function areIncluded(reads: Reads, others: Reads): boolean {
  return [...reads].every((read) => others.has(read));
}

const MATCHED: Outcome = { status: 'matched' };
const NOT_MATCHED: Outcome = { status: 'not-matched' };

/** Returns how a condition turns out in a world. */
export function outcomeIn(formula: Formula, world: World): Outcome {
  const evaluation = new Evaluation(world, false);
  const result = evaluation.run(formula);
  if (typeof result === 'boolean') return result ? MATCHED : NOT_MATCHED;
  const { reads, readUnknown } = evaluation;
  if (readUnknown && new Evaluation(world, true).run(formula) === true) return MATCHED;
  return { status: result, reads };
}

type Result = boolean | 'unknown' | 'failed';

class Evaluation {
  readonly reads = new Set<string>();
  /** Whether a signal was read that is unknown, rather than without a field. */
  readUnknown = false;
  readonly #world: World;
  readonly #unknownAsAbsent: boolean;

  constructor(world: World, unknownAsAbsent: boolean) {
    this.#world = world;
    this.#unknownAsAbsent = unknownAsAbsent;
  }

  run(formula: Formula): Result {
    switch (formula.op) {
      case 'constant':
        return formula.value;
      case 'not': {
        const result = this.run(formula.of);
        return typeof result === 'boolean' ? !result : result;
      }
      case 'and':
        return this.#logical(formula.left, formula.right, false);
      case 'or':
        return this.#logical(formula.left, formula.right, true);
      case 'if': {
        const condition = this.run(formula.condition);
        if (typeof condition !== 'boolean') return condition;
        return this.run(condition ? formula.whenTrue : formula.whenFalse);
      }
      case 'opaque':
        return this.#opaque(formula.key, formula.readsSignal);
      default: {
        const { key, unit } = formula.variable;
        const state = this.#world.states.get(key);
        if (state === MISSING || state === UNKNOWN) {
          this.#read(unit ?? '', state === UNKNOWN);
          const isAbsent = state === MISSING || this.#unknownAsAbsent;
          return formula.op === 'has' && isAbsent ? false : 'unknown';
        }
        return formula.op === 'has' || formula.allows(state as Value, this.#world.date);
      }
    }
  }

  #logical(left: Formula, right: Formula, deciding: boolean): Result {
    const first = this.run(left);
    if (first === deciding) return deciding;
    const second = this.run(right);
    if (second === deciding) return deciding;
    if (first === 'failed' || second === 'failed') return 'failed';
    if (first === 'unknown' || second === 'unknown') return 'unknown';
    return !deciding;
  }

  #opaque(key: string, readsSignal: boolean): Result {
    const state = this.#world.states.get(key);
    if (readsSignal) this.#read(`opaque ${key}`, state === UNKNOWN || state === UNKNOWN_TRUE);
    if (state === FAILS) return 'failed';
    if (state === UNKNOWN_TRUE && this.#unknownAsAbsent) return true;
    return state === UNKNOWN || state === UNKNOWN_TRUE ? 'unknown' : state === true;
  }

  #read(unit: string, isUnknown: boolean): void {
    if (isUnknown) this.readUnknown = true;
    this.reads.add(this.#world.isAddressUnknown ? 'address' : unit);
  }
}
