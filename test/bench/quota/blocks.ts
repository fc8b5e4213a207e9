import { DailyQuota } from '../../../app/dev/simulator/quota.ts';
import type { Address } from '../../../app/src/signals/address/address.ts';
import type { Caller } from '../../../app/src/signals/reputation/admission/caller.ts';
import { HourlySketch } from '../../../app/src/signals/reputation/admission/hourly-sketch.ts';
import { Pace } from '../../../app/src/signals/reputation/admission/pace.ts';

const HOUR_MS = 3_600_000;

/** Counters in each row of the sketch of subjects. */
const SUBJECTS_WIDTH = 4_096;

/** The last two addresses of a /24 that needed a lookup. */
interface Need {
  host: number;
  at: number;
  otherAt: number;
}

/** What a CHECK-BLOCK would be made for. */
export interface BlockQuery {
  readonly address: Address;
  readonly caller: Caller | undefined;
  /** A stale record would be used instead. */
  readonly hasFallback: boolean;
}

/** CHECK-BLOCK as the service uses it: when several addresses of a /24 need a lookup within an hour. */
export class BlockLookups {
  readonly #now: () => number;
  readonly #quota: DailyQuota;
  readonly #pace: Pace;
  readonly #callsOf: HourlySketch;
  readonly #needs = new Map<number, Need>();
  readonly #checkedAt = new Map<number, number>();
  #exhaustedUntil = 0;

  /** @param quota CHECK-BLOCK requests a day. */
  constructor(quota: number, now: () => number) {
    this.#now = now;
    this.#quota = new DailyQuota(quota, now);
    this.#pace = new Pace(now);
    this.#callsOf = new HourlySketch(SUBJECTS_WIDTH, now);
  }

  /** Returns when the /24 of an address was last checked; undefined if it never was. */
  checkedAt(address: Address): number | undefined {
    return this.#checkedAt.get(blockOf(address));
  }

  /** Checks the /24 of an address if that is worth it. Returns false if it is not. */
  tryCheck({ address, caller, hasFallback }: BlockQuery): boolean {
    const bits = Number(address.bits);
    if (!this.#isOneOfSeveral(bits) || this.#now() < this.#exhaustedUntil) return false;
    if (!this.#pace.allows({ hasReason: !hasFallback, hasFallback })) return false;
    const subject = caller?.subject;
    if (subject !== undefined) {
      if (this.#pace.isScarce && this.#callsOf.count(subject) > 0) return false;
      this.#callsOf.add(subject);
    }
    return this.#send(blockOf(address));
  }

  #send(block: number): boolean {
    const quota = this.#quota;
    const call = this.#pace.spend();
    const isLeft = quota.tryConsume();
    this.#pace.learn(call, { quotaRemaining: quota.remaining, quotaLimit: quota.limit });
    if (isLeft) {
      this.#checkedAt.set(block, this.#now());
      return true;
    }
    this.#exhaustedUntil = quota.resetsAt;
    this.#pace.learnReset(quota.resetsAt);
    return false;
  }

  /** Records that an address needs a lookup. Returns whether another one of its /24 did, within the last hour. */
  #isOneOfSeveral(bits: number): boolean {
    const now = this.#now();
    const host = bits % 256;
    const block = Math.floor(bits / 256);
    const need = this.#needs.get(block);
    if (need === undefined) {
      this.#needs.set(block, { host, at: now, otherAt: Number.NEGATIVE_INFINITY });
      return false;
    }
    if (need.host !== host) {
      need.otherAt = need.at;
      need.host = host;
    }
    need.at = now;
    return now - need.otherAt < HOUR_MS;
  }
}

/** Returns the number of the /24 of an IPv4 address. */
export function blockOf({ bits }: Address): number {
  return Math.floor(Number(bits) / 256);
}
