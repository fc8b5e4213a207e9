import type { Address } from '../../address/address.ts';
import type { CheckCause } from '../../causes.ts';
import type { LookupBudgets } from '../limits.ts';
import { BudgetCounter, type BudgetName } from './budgets.ts';
import type { Caller } from './caller.ts';
import type { LookupMerit } from './merit.ts';
import { Pace } from './pace.ts';
import type { SentCall } from './quota-estimate.ts';
import { Sightings } from './sightings.ts';

/** One address that is about to be looked up in AbuseIPDB. */
export interface Candidate {
  readonly address: Address;
  /** Undefined for a lookup on nobody's behalf, which has no budget. */
  readonly caller: Caller | undefined;
  /** Returns whether something else speaks against the address. */
  readonly hasReason: () => boolean;
  /** A stale record would be used instead. */
  readonly hasFallback: boolean;
  /** Called when the lookup is sent. */
  readonly onSent?: (() => void) | undefined;
}

/** Why a lookup was held back: a budget, the caller's share of a scarce quota, the pace, or the concurrent checks. */
export type HeldBackBy = BudgetName | 'share' | 'pace' | 'slots';

/** A subject's share of the calls of an hour while they are scarce. */
const SCARCE_SHARE = 0.04;

/**
 * Decides which addresses are worth a lookup: the quota is spent evenly, where it matters, and nobody gets much more of
 * it than others.
 */
export class LookupAdmission {
  readonly pace: Pace;
  readonly #budgets: BudgetCounter;
  readonly #sightings: Sightings;

  constructor(budgets: LookupBudgets, now: () => number) {
    this.pace = new Pace(now);
    this.#budgets = new BudgetCounter(budgets, now);
    this.#sightings = new Sightings(now);
  }

  /** Returns why a lookup must not be sent now; undefined if it may be. */
  heldBackBy(candidate: Candidate): Exclude<HeldBackBy, 'slots'> | undefined {
    const { address, caller, hasFallback } = candidate;
    if (caller !== undefined) {
      const budget = this.#budgets.exceeded(address, caller, !hasFallback);
      if (budget !== undefined) return budget;
      if (this.pace.isScarce && this.#budgets.callsFor(caller) >= this.#share()) return 'share';
    }
    // Only here, so that nobody raises the count of an address beyond the own budget.
    const sightings = this.#sightings.add(address.value, caller?.subject);
    if (this.pace.allows({ hasReason: false, hasFallback, sightings })) return undefined;
    // The reasons cost lookups in feeds, so they are asked for last.
    const merit: LookupMerit = { hasReason: candidate.hasReason(), hasFallback, sightings };
    return merit.hasReason && this.pace.allows(merit) ? undefined : 'pace';
  }

  /** Records that a lookup is sent. Its response must be passed to `pace.learn`. */
  spend({ address, caller, hasFallback, onSent }: Candidate): SentCall {
    if (caller !== undefined) this.#budgets.add(address, caller, !hasFallback);
    onSent?.();
    return this.pace.spend();
  }

  /** Calls an hour for one subject while they are scarce, at least 1. */
  #share(): number {
    return Math.max(1, Math.floor(SCARCE_SHARE * (this.pace.perHour ?? 0)));
  }
}

/** Returns the cause of an unknown reputation whose lookup was held back. */
export function causeOf(heldBackBy: HeldBackBy): CheckCause {
  if (heldBackBy === 'slots') return 'upstream';
  return heldBackBy === 'pace' ? 'quota' : 'budget';
}
