import { DailyQuota } from '../../../app/dev/simulator/quota.ts';
import type { Address } from '../../../app/src/signals/address/address.ts';
import type { Caller } from '../../../app/src/signals/reputation/admission/caller.ts';
import { HourlySketch } from '../../../app/src/signals/reputation/admission/hourly-sketch.ts';
import { Pace } from '../../../app/src/signals/reputation/admission/pace.ts';
import { type BlockMember, blockOf } from '../../../app/src/signals/reputation/blocks/block.ts';
import { BlockCandidates } from '../../../app/src/signals/reputation/blocks/block-candidates.ts';

/** Counters in each row of the sketch of subjects. */
const SUBJECTS_WIDTH = 4_096;

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
  readonly #candidates: BlockCandidates;
  readonly #checkedAt = new Map<number, number>();
  #exhaustedUntil = 0;

  /** @param quota CHECK-BLOCK requests a day. */
  constructor(quota: number, now: () => number) {
    this.#now = now;
    this.#quota = new DailyQuota(quota, now);
    this.#pace = new Pace(now);
    this.#candidates = new BlockCandidates(now);
    this.#callsOf = new HourlySketch(SUBJECTS_WIDTH, now);
  }

  /** Returns when the /24 of an address was last checked; undefined if it never was. */
  checkedAt(address: Address): number | undefined {
    return this.#checkedAt.get(memberOf(address).block);
  }

  /** Checks the /24 of an address if that is worth it. Returns false if it is not. */
  tryCheck({ address, caller, hasFallback }: BlockQuery): boolean {
    const member = memberOf(address);
    if (!this.#candidates.add(member) || this.#now() < this.#exhaustedUntil) return false;
    if (!this.#pace.allows({ hasReason: !hasFallback, hasFallback })) return false;
    const subject = caller?.subject;
    if (subject !== undefined) {
      if (this.#pace.isScarce && this.#callsOf.count(subject) > 0) return false;
      this.#callsOf.add(subject);
    }
    return this.#send(member.block);
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
}

/** Returns an address as part of its /24. @throws Error for IPv6, which the stream does not have. */
export function memberOf(address: Address): BlockMember {
  const member = blockOf(address);
  if (member === undefined) throw new Error(`${address.value} is not an IPv4 address`);
  return member;
}
