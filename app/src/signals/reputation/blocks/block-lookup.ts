import { PendingWork } from '../../../lib/pending-work.ts';
import type { Address } from '../../address/address.ts';
import type { BlockClient } from '../abuseipdb/block-client.ts';
import type { Caller } from '../admission/caller.ts';
import type { DynamoDbCache } from '../cache/dynamodb-cache.ts';
import { type FreshnessLimits, freshnessOf } from '../freshness.ts';
import { HIGH_SCORE } from '../limits.ts';
import type { AbuseRecord } from '../reputation.ts';
import { SingleFlight } from '../single-flight.ts';
import { blockOf, cidrOf, isPossibleHost } from './block.ts';
import { BlockCandidates } from './block-candidates.ts';
import type { BlockScores } from './block-scores.ts';

export interface BlockLookupOptions {
  readonly scores: BlockScores;
  readonly client: BlockClient;
  readonly cache: Pick<DynamoDbCache, 'readBlock' | 'writeBlock'>;
  readonly limits: FreshnessLimits;
  /** Milliseconds that a lookup waits for a block, before a CHECK is tried. */
  readonly maxWait: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One address that needs a lookup. */
interface Candidate {
  readonly address: Address;
  /** On whose behalf, in the order of their requests. */
  readonly callers: readonly (Caller | undefined)[];
  /** A stale record would be used instead. */
  readonly hasFallback: boolean;
}

/**
 * Looks up scores of whole /24s: in memory, in DynamoDB, and with CHECK-BLOCK when several addresses of one need a
 * lookup within an hour. Each task counts those on its own; what one has checked, all find in DynamoDB.
 */
export class BlockLookup {
  readonly #options: BlockLookupOptions;
  readonly #candidates: BlockCandidates;
  /** Calls by block. All addresses of the block wait for the same one. */
  readonly #pending = new Map<number, SingleFlight<void>>();
  readonly #running = new PendingWork();

  constructor(options: BlockLookupOptions) {
    this.#options = options;
    this.#candidates = new BlockCandidates(options.now);
  }

  /** Reads what other tasks know about the block of an address. */
  async read(address: Address): Promise<void> {
    const member = blockOf(address);
    if (member === undefined) return;
    const { block } = member;
    const record = await this.#options.cache.readBlock(cidrOf(block));
    const { scores } = this.#options;
    const known = scores.checkedAt(block);
    if (record === undefined || (known !== undefined && known >= record.checkedAt)) return;
    scores.set(block, record);
  }

  /** Checks the block of an address if that is worth it. Returns the score of the address if there is one then. */
  async check(candidate: Candidate): Promise<AbuseRecord | undefined> {
    const { address } = candidate;
    const member = blockOf(address);
    if (member === undefined || !isPossibleHost(member.host)) return undefined;
    const isOneOfSeveral = this.#candidates.add(member);
    // A fresh score that is not used is one that a newer list contradicts.
    if (this.#findFresh(address) !== undefined) return undefined;
    const flight =
      this.#pending.get(member.block) ??
      (isOneOfSeveral ? this.#start(member.block, candidate) : undefined);
    if (flight === undefined) return undefined;
    await flight.wait(this.#options.maxWait, () => {});
    return this.#findFresh(address);
  }

  /** Ends the high score of a block that a CHECK no longer finds: it would outlive the record of the CHECK. */
  correct(address: Address, checked: AbuseRecord): void {
    const member = blockOf(address);
    if (member === undefined || checked.score >= HIGH_SCORE) return;
    const { scores, cache } = this.#options;
    const known = scores.find(address);
    if (known === undefined || known.score < HIGH_SCORE) return;
    const rest = scores.forget(member);
    if (rest !== undefined) cache.writeBlock(cidrOf(member.block), rest);
  }

  /** Resolves when no call is pending. */
  async settle(): Promise<void> {
    await this.#running.settle();
  }

  #findFresh(address: Address): AbuseRecord | undefined {
    const { scores, now, limits } = this.#options;
    const record = scores.find(address);
    return record && freshnessOf(record, now(), limits) === 'fresh' ? record : undefined;
  }

  #start(block: number, { callers, hasFallback }: Candidate): SingleFlight<void> | undefined {
    const { client, cache, scores } = this.#options;
    // That there are several addresses is a reason.
    const call = client.check(block, callers, { hasReason: !hasFallback, hasFallback });
    if (call === undefined) return undefined;
    const flight = new SingleFlight<void>();
    this.#pending.set(block, flight);
    const run = call.then((record) => {
      this.#pending.delete(block);
      if (record !== undefined) {
        scores.set(block, record);
        cache.writeBlock(cidrOf(block), record);
      }
      flight.settle();
    });
    this.#running.add(run);
    return flight;
  }
}
