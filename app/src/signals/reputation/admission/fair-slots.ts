import type { Caller } from './caller.ts';

/** What one client gets of the concurrent checks that other clients leave, and one user of those of its client. */
const CLIENT_SHARE = 1 / 2;
const USER_SHARE = 1 / 4;

/**
 * Limits concurrent checks, in total and for each caller. Hanging checks of one client leave half of them to others,
 * those of two a quarter, and so on.
 */
export class FairSlots {
  readonly #max: number;
  /** Checks of each client and of each user that are pending. Their keys never collide. */
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes a slot, and returns the function that releases it; undefined if there is none for this caller. */
  take(caller: Caller | undefined): (() => void) | undefined {
    if (this.#total >= this.#max) return undefined;
    if (caller !== undefined && !this.#hasRoomFor(caller)) return undefined;
    const keys = caller === undefined ? [] : new Set([caller.client, caller.subject]);
    this.#total += 1;
    for (const key of keys) this.#taken.set(key, this.#takenBy(key) + 1);
    return () => {
      this.#total -= 1;
      for (const key of keys) this.#release(key);
    };
  }

  #hasRoomFor({ client, subject, hasUser }: Caller): boolean {
    const ofClient = this.#takenBy(client);
    const leftByClients = this.#max - (this.#total - ofClient);
    if (ofClient >= shareOf(CLIENT_SHARE, leftByClients)) return false;
    if (!hasUser) return true;
    const ofUser = this.#takenBy(subject);
    // A user may also have checks with other clients.
    const leftByUsers = shareOf(CLIENT_SHARE, this.#max) - Math.max(0, ofClient - ofUser);
    return ofUser < shareOf(USER_SHARE, leftByUsers);
  }

  #takenBy(key: string): number {
    return this.#taken.get(key) ?? 0;
  }

  #release(key: string): void {
    const left = this.#takenBy(key) - 1;
    // Nothing remains of a caller without a check, so that memory is bounded by the slots.
    if (left > 0) this.#taken.set(key, left);
    else this.#taken.delete(key);
  }
}

/** Returns a share of slots, at least one. */
function shareOf(share: number, slots: number): number {
  return Math.max(1, Math.floor(share * slots));
}
