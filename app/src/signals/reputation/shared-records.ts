import { settledWithin } from '../../lib/timeout.ts';
import type { Address } from '../address/address.ts';
import type { BlockLookup } from './blocks/block-lookup.ts';
import type { DynamoDbCache } from './cache/dynamodb-cache.ts';
import { subnetOf } from './inherited-scores.ts';
import type { KnownRecords } from './known-records.ts';
import type { PendingLookup } from './pending-lookup.ts';
import type { AbuseRecord } from './reputation.ts';

/**
 * The read of a /64 may end later than that of the address, by this share of the timeout. Both take as long, so one that
 * is later hangs.
 */
const SUBNET_READ_GRACE = 1 / 5;

export interface SharedRecordsOptions {
  readonly known: KnownRecords;
  readonly cache: DynamoDbCache;
  /** Undefined unless CHECK-BLOCK may be used. */
  readonly blocks: BlockLookup | undefined;
  /** Milliseconds that a read of the table may take. */
  readonly readTimeout: number;
}

/** What this task knows, and the table through which all tasks share it. */
export class SharedRecords {
  readonly #options: SharedRecordsOptions;

  constructor(options: SharedRecordsOptions) {
    this.#options = options;
  }

  /**
   * Reads what other tasks know about the address of a lookup.
   *
   * @param beside other work that the lookup waits for.
   * @param onUnfinished receives the read of the address's /64, which may go on.
   */
  async read(
    pending: PendingLookup,
    beside: Promise<void>,
    onUnfinished: (read: Promise<void>) => void,
  ): Promise<void> {
    const { blocks, readTimeout } = this.#options;
    const subnet = subnetOf(pending.address);
    const ofSubnet = subnet === undefined ? undefined : this.#readSubnet(pending, subnet);
    await Promise.all([this.#readOwn(pending), blocks?.read(pending.address), beside]);
    if (ofSubnet === undefined) return;
    onUnfinished(ofSubnet);
    await settledWithin(readTimeout * SUBNET_READ_GRACE, ofSubnet);
  }

  /** Remembers a check, in memory and in the table, for the address and for its /64. */
  remember(address: Address, record: AbuseRecord): void {
    const { known, cache, blocks } = this.#options;
    const changesSubnet = known.learn(address, record);
    blocks?.correct(address, record);
    cache.write(address.value, record);
    const subnet = subnetOf(address);
    if (subnet === undefined || !changesSubnet) return;
    // Without a high score, the record of this address tells other tasks that it has none any more.
    const inherited = known.ofSubnet(address);
    cache.writeSubnet(subnet, {
      source: inherited?.inheritedFrom ?? address,
      record: inherited?.record ?? record,
    });
  }

  /** Deletes a high score that a newer answer lacks, so that it does not come back while AbuseIPDB is unreachable. */
  endHighScore(address: Address): void {
    const { known, cache } = this.#options;
    if (known.endHighScore(address)) cache.expire(address.value);
  }

  async #readOwn(pending: PendingLookup): Promise<void> {
    const { known, cache } = this.#options;
    const { address } = pending;
    const read = await cache.read(address.value);
    pending.cacheRead = read;
    if (read.record && known.learnCached(address, read.record)) pending.source = 'dynamodb';
  }

  /** Reads what other tasks know about the /64 of an IPv6 address. */
  async #readSubnet(pending: PendingLookup, subnet: string): Promise<void> {
    const { known, cache } = this.#options;
    const read = await cache.readSubnet(subnet);
    if (read === undefined || !known.learnCached(read.source, read.record)) return;
    pending.inheritedSource = 'dynamodb';
  }
}
