import { type LookupMerit, shareToLeave } from './merit.ts';
import { QuotaEstimate, type QuotaReport, type SentCall } from './quota-estimate.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Calls are scarce if less than this share of a burst is saved. A lower one would let an attacker have what is saved
 * beyond it, again and again.
 */
const SCARCE = 9 / 10;

/** After this time without any, a lookup of a new address takes what is left for those with a reason. */
const MAX_WAIT_WITHOUT_REASON_MS = 15 * MINUTE_MS;

/** The slowest pace is one call in this time, so that no hour is blind and a reset is noticed. */
const MAX_GAP_MS = 45 * MINUTE_MS;

/** The fastest pace, as a multiple of an even one: a quiet night leaves calls for the day. */
const FASTEST = 4;

/** Calls that rounding errors can amount to: a full burst must suffice for each lookup. */
const ROUNDING = 1e-6;

const NEW_ADDRESS: LookupMerit = { hasReason: false, hasFallback: false };

/**
 * Spreads the daily quota of an account evenly over the time until its reset, with room for bursts of one hour's calls.
 * Each response states the calls of other tasks as well, so that all tasks share one pace without asking each other.
 */
export class Pace {
  readonly #now: () => number;
  readonly #quota: QuotaEstimate;
  /** Calls that may be sent now: what the pace has allowed, up to a burst. Negative if others have spent more. */
  #saved = 0;
  #savedAt = 0;
  /** What the pace has allowed beyond a burst since the last report. Others may have spent it. */
  #surplus = 0;
  /** Since when lookups of new addresses without a reason are held back. */
  #heldBackSince: number | undefined;

  /** @param now milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
    this.#quota = new QuotaEstimate(now);
  }

  /** Returns whether a lookup may spend a call. Without any report yet, each may. */
  allows(merit: LookupMerit): boolean {
    const { limit } = this.#quota;
    if (limit === undefined) return true;
    this.#save(limit);
    const burst = this.#burst(limit);
    const mustBeLeft = Math.min(shareToLeave(merit) * burst, burst - 1);
    const isAllowed = this.#saved - 1 >= mustBeLeft - ROUNDING;
    const isNewWithoutReason = !merit.hasReason && !merit.hasFallback;
    return isNewWithoutReason ? this.#allowsWithoutReason(isAllowed) : isAllowed;
  }

  /** Returns whether calls are scarce: more than a tenth of a burst is spent. */
  get isScarce(): boolean {
    const { limit } = this.#quota;
    if (limit === undefined) return false;
    this.#save(limit);
    return this.#saved < SCARCE * this.#burst(limit);
  }

  /** Calls per hour at the current pace; undefined without any report yet. */
  get perHour(): number | undefined {
    const { limit } = this.#quota;
    if (limit === undefined) return undefined;
    this.#save(limit);
    return this.#ratePerMs(limit) * HOUR_MS;
  }

  /** The current pace as a percentage of an even one; undefined without any report yet. */
  get percent(): number | undefined {
    const { perHour } = this;
    const { limit } = this.#quota;
    return perHour === undefined || limit === undefined
      ? undefined
      : (100 * perHour) / (evenRatePerMs(limit) * HOUR_MS);
  }

  /** Records that a call is sent. Its result must be passed to `learn`. */
  spend(): SentCall {
    this.#saved -= 1;
    return this.#quota.send();
  }

  /** Learns from the headers of a response. A call without a response has none. */
  learn(call: SentCall, report: QuotaReport): void {
    const limitBefore = this.#quota.limit;
    if (limitBefore !== undefined) this.#save(limitBefore);
    const byOthers = this.#quota.learn(call, report);
    const { limit } = this.#quota;
    if (byOthers === undefined || limit === undefined) return;
    if (limitBefore === undefined) this.#start(limit);
    else this.#subtract(Math.max(0, byOthers - this.#surplus), limit);
    this.#surplus = 0;
  }

  /** Learns when the quota will be reset, in milliseconds since the epoch. */
  learnReset(at: number): void {
    this.#quota.learnReset(at);
  }

  /** Forgets everything, because another account is used. */
  forget(): void {
    this.#quota.forget();
  }

  /** Starts with a burst, of which the calls without a report yet are a part. */
  #start(limit: number): void {
    this.#savedAt = this.#now();
    this.#saved = 0;
    const burst = Math.min(this.#burst(limit), this.#quota.left);
    this.#saved = Math.max(0, burst - this.#quota.inFlight);
  }

  /** Subtracts what others have spent, even more than is saved; but within an hour there is a call again. */
  #subtract(calls: number, limit: number): void {
    const lowest = Math.min(this.#saved, 1 - this.#burst(limit));
    this.#saved = Math.max(lowest, this.#saved - calls);
  }

  /** Adds the calls that the pace has allowed since the last time. */
  #save(limit: number): void {
    const now = this.#now();
    if (this.#quota.assumeDueReset()) {
      // Lets the next lookup find out what is left.
      this.#saved = Math.max(this.#saved, 1 + shareToLeave(NEW_ADDRESS) * this.#burst(limit));
    }
    // The clock can be set back.
    const elapsed = Math.max(0, now - this.#savedAt);
    this.#savedAt = now;
    const saved = this.#saved + elapsed * this.#ratePerMs(limit);
    this.#saved = Math.min(saved, this.#fullBurst(limit));
    this.#surplus += saved - this.#saved;
  }

  #allowsWithoutReason(isAllowed: boolean): boolean {
    const now = this.#now();
    const since = Math.min(this.#heldBackSince ?? now, now);
    const hasWaited = now - since >= MAX_WAIT_WITHOUT_REASON_MS && this.#saved >= 1;
    this.#heldBackSince = isAllowed || hasWaited ? undefined : since;
    return isAllowed || hasWaited;
  }

  /** Calls that can be saved up: those of an hour at the current pace, so that little is left without any for longer. */
  #burst(limit: number): number {
    return Math.max(1, this.#ratePerMs(limit) * HOUR_MS);
  }

  /** The burst once it is saved. After a reset, more is saved than that, and `#burst` is too low. */
  #fullBurst(limit: number): number {
    const { left, msUntilReset } = this.#quota;
    return Math.max(1, paceWithin(limit, left / (msUntilReset + HOUR_MS)) * HOUR_MS);
  }

  #ratePerMs(limit: number): number {
    const { left, msUntilReset } = this.#quota;
    return paceWithin(limit, Math.max(0, left - Math.max(0, this.#saved)) / msUntilReset);
  }
}

/** Returns a rate, in calls per millisecond, within the slowest and the fastest pace. */
function paceWithin(limit: number, ratePerMs: number): number {
  return Math.min(Math.max(ratePerMs, 1 / MAX_GAP_MS), FASTEST * evenRatePerMs(limit));
}

function evenRatePerMs(limit: number): number {
  return limit / DAY_MS;
}
