import { LRUCache } from 'lru-cache';
import type { BlockMember } from './block.ts';

const HOUR_MS = 3_600_000;

/** Blocks that are remembered. One that is forgotten costs one more CHECK. */
const MAX_BLOCKS = 20_000;

/** The last address of a block that needed a lookup, and when. Times are in milliseconds since the epoch. */
interface Need {
  host: number;
  at: number;
  /** When another address last needed a lookup. */
  otherAt: number;
}

/** Finds the blocks of which several addresses need a lookup within an hour. */
export class BlockCandidates {
  readonly #needs = new LRUCache<number, Need>({ max: MAX_BLOCKS });
  readonly #now: () => number;

  /** @param now milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records that an address needs a lookup. Returns whether another one of its block did, within the last hour. */
  add({ block, host }: BlockMember): boolean {
    const now = this.#now();
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
    const age = now - need.otherAt;
    // The clock can be set back.
    return age >= 0 && age < HOUR_MS;
  }
}
