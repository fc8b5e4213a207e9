import { LRUCache } from 'lru-cache';
import type { Address } from '../../address/address.ts';
import type { AbuseRecord } from '../reputation.ts';
import { type BlockMember, type BlockRecord, blockOf, NO_SCORE } from './block.ts';

/** Two days' quota of the largest published plan, as of records. About 4 MB when full. */
const MAX_BLOCKS = 10_000;

/** The scores of whole blocks in this process's memory. */
export class BlockScores {
  readonly #blocks = new LRUCache<number, BlockRecord>({ max: MAX_BLOCKS });

  /** Returns the last score of an address, fresh or not. */
  find(address: Address): AbuseRecord | undefined {
    const member = this.#blocks.size === 0 ? undefined : blockOf(address);
    const record = member && this.#blocks.get(member.block);
    const score = member && record?.scores[member.host];
    if (record === undefined || score === undefined || score === NO_SCORE) return undefined;
    return { score, checkedAt: record.checkedAt, ofBlock: true };
  }

  /** Returns when a block was checked, in milliseconds since the epoch. */
  checkedAt(block: number): number | undefined {
    return this.#blocks.get(block)?.checkedAt;
  }

  /** Forgets the score of one address. Returns what is left of the block. */
  forget({ block, host }: BlockMember): BlockRecord | undefined {
    const record = this.#blocks.get(block);
    if (record === undefined) return undefined;
    const rest = { ...record, scores: record.scores.with(host, NO_SCORE) };
    this.#blocks.set(block, rest);
    return rest;
  }

  /** Replaces the scores of a block. */
  set(block: number, record: BlockRecord): void {
    this.#blocks.set(block, record);
  }
}
