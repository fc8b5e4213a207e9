import type { Caller } from './caller.ts';

/** One client gets at most this share of the checks that can be sent at the same time, and one user an eighth. */
const CLIENT_SHARE = 1 / 2;
const USER_SHARE = 1 / 8;

/**
 * Limits concurrent checks, in total and for each caller: hanging checks of one client leave some to the others.
 */
export class FairSlots {
  readonly #max: number;
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes a slot, and returns the function that releases it; undefined if there is none for this caller. */
  take(caller: Caller | undefined): (() => void) | undefined {
    if (this.#total >= this.#max) return undefined;
    const keys = caller === undefined ? [] : this.#keysOf(caller);
    if (keys.some(([key, limit]) => (this.#taken.get(key) ?? 0) >= limit)) return undefined;
    this.#total += 1;
    for (const [key] of keys) this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
    return () => {
      this.#total -= 1;
      for (const [key] of keys) this.#release(key);
    };
  }

  #keysOf({ client, subject, hasUser }: Caller): readonly (readonly [string, number])[] {
    const ofClient = [client, this.#limit(CLIENT_SHARE)] as const;
    return hasUser ? [ofClient, [subject, this.#limit(USER_SHARE)]] : [ofClient];
  }

  #limit(share: number): number {
    return Math.max(1, Math.floor(this.#max * share));
  }

  #release(key: string): void {
    const left = (this.#taken.get(key) ?? 0) - 1;
    // Nothing remains of a caller without a check, so that memory is bounded by the slots.
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
  }
}
