import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { notify } from '../../../lib/hooks.ts';
import { PendingWork } from '../../../lib/pending-work.ts';
import { withTimeLimit } from '../../../lib/timeout.ts';
import { type BlockRecord, NO_SCORE } from '../blocks/block.ts';
import { CircuitBreaker } from '../circuit-breaker.ts';
import { maxAgeOf } from '../freshness.ts';
import type { ReputationHooks } from '../hooks.ts';
import type { ReputationLimits } from '../limits.ts';
import type { AbuseRecord } from '../reputation.ts';
import { errorReason, safeErrorMessage } from './cache-error.ts';
import {
  blockItem,
  blockKey,
  expiredItem,
  type Item,
  type ItemError,
  parseBlockItem,
  parseQuotaItem,
  parseRecordItem,
  parseSubnetItem,
  quotaItem,
  quotaKey,
  recordItem,
  recordKey,
  type SubnetRecord,
  subnetItem,
} from './item.ts';

export interface DynamoDbCacheOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly limits: ReputationLimits;
  readonly now: () => number;
  readonly hooks: ReputationHooks;
}

/** Result of reading the record of an address. Both fields are absent on a plain cache miss. */
export interface CacheRead {
  readonly record?: AbuseRecord;
  /**
   * Why the item could not be read (the reason of `CacheFailure`; while the circuit is open, that of the
   * last failure) or used (`ItemError`).
   */
  readonly error?: string;
}

type ItemRead = { readonly item: Item | undefined } | { readonly error: string };

/** When the circuit to DynamoDB opens, and for how long. */
const CIRCUIT = { failureThreshold: 5, openMs: 5_000, maxOpenMs: 5_000 };

/**
 * Disables the SDK's own timeout, which also counts time in which the event loop was too busy to read a
 * response that had arrived. `withTimeLimit` does not, and aborts the call through its signal.
 */
const NO_SDK_TIMEOUT = { requestTimeout: 0 };

/**
 * The cache that all tasks share. Every failed read is a cache miss, no request waits for a write, and no
 * method rejects.
 */
export class DynamoDbCache {
  readonly #options: DynamoDbCacheOptions;
  readonly #breaker: CircuitBreaker<string>;
  readonly #pendingWrites = new PendingWork();
  #pendingReads = 0;

  constructor(options: DynamoDbCacheOptions) {
    this.#options = options;
    const { now, hooks } = options;
    this.#breaker = new CircuitBreaker({ ...CIRCUIT, now, onChange: hooks.onCacheCircuitChange });
  }

  /** Reads the record of an address. */
  async read(address: string): Promise<CacheRead> {
    const { now } = this.#options;
    return this.#read(address, (item, key) => parseRecordItem(item, key, now()));
  }

  /** Reads the record of a /64 in CIDR notation. A failure is reported, and counts as a cache miss. */
  async readSubnet(subnet: string): Promise<SubnetRecord | undefined> {
    const { now } = this.#options;
    const read = await this.#read(subnet, (item, key) => parseSubnetItem(item, key, subnet, now()));
    return read.record;
  }

  /** Reads the scores of a block in CIDR notation, as `readSubnet` does. */
  async readBlock(cidr: string): Promise<BlockRecord | undefined> {
    const key = blockKey(cidr);
    const read = await this.#getIfFewPending(key);
    if ('error' in read || read.item === undefined) return undefined;
    return parseBlockItem(read.item, key, this.#options.now());
  }

  async #read<Parsed extends object>(
    addressOrSubnet: string,
    parse: (item: Item, key: string) => Parsed | ItemError | undefined,
  ): Promise<{ readonly record?: Parsed; readonly error?: string }> {
    const key = recordKey(addressOrSubnet, this.#options.limits.maxAgeInDays);
    const read = await this.#getIfFewPending(key);
    if ('error' in read) return read;
    const record = read.item && parse(read.item, key);
    if (record === undefined) return {};
    return typeof record === 'string' ? { error: record } : { record };
  }

  /**
   * Reads until when the quota of an API key is exhausted (milliseconds since the epoch), if any task has
   * found that it is. `keyName` identifies the key without revealing it.
   */
  async readQuotaExhaustedUntil(keyName: string): Promise<number | undefined> {
    const key = quotaKey(keyName);
    const read = await this.#get(key);
    if ('error' in read || read.item === undefined) return undefined;
    return parseQuotaItem(read.item, key, this.#options.now());
  }

  /** Writes the record of an address in the background, unless too many writes are pending. */
  write(address: string, record: AbuseRecord): void {
    this.#write(address, record, (key, expiresAt) => recordItem(key, record, expiresAt));
  }

  /** Writes the record of a /64 in CIDR notation, as `write` does. */
  writeSubnet(subnet: string, value: SubnetRecord): void {
    this.#write(subnet, value.record, (key, expiresAt) => subnetItem(key, value, expiresAt));
  }

  /** Lets the record of an address expire at once, in the background. */
  expire(address: string): void {
    const { limits, now } = this.#options;
    this.#putIfFewPending(expiredItem(recordKey(address, limits.maxAgeInDays), now()));
  }

  /** Writes the scores of a block in CIDR notation, as `write` does. */
  writeBlock(cidr: string, record: BlockRecord): void {
    // The highest score lives longest.
    const highest = record.scores.reduce(
      (max, score) => (score === NO_SCORE ? max : Math.max(max, score)),
      0,
    );
    const expiresAt = record.checkedAt + maxAgeOf(highest, this.#options.limits);
    this.#putIfFewPending(blockItem(blockKey(cidr), record, expiresAt));
  }

  #write(
    addressOrSubnet: string,
    record: AbuseRecord,
    toItem: (key: string, expiresAt: number) => Item,
  ): void {
    const { limits } = this.#options;
    const key = recordKey(addressOrSubnet, limits.maxAgeInDays);
    this.#putIfFewPending(toItem(key, record.checkedAt + maxAgeOf(record.score, limits)));
  }

  /** Shares an exhausted quota with the other tasks. Never skipped: it spares each of them a refused check. */
  writeQuotaExhaustedUntil(keyName: string, until: number): void {
    this.#put(quotaItem(quotaKey(keyName), until));
  }

  /**
   * Makes the first read, at startup: it fetches credentials, does the TLS handshake, and shows whether the
   * table can be read. If it cannot, the service starts all the same, and the failure is reported.
   *
   * @returns as `readQuotaExhaustedUntil`.
   */
  async warmUp(keyName: string): Promise<number | undefined> {
    const { limits, now, tableName, hooks } = this.#options;
    const key = quotaKey(keyName);
    try {
      const item = await this.#fetch(key, limits.warmUpTimeout);
      return item && parseQuotaItem(item, key, now());
    } catch (error) {
      const reason = errorReason(error);
      const message = `The reputation table ${JSON.stringify(tableName)} cannot be read (${reason}: ${safeErrorMessage(error)}): the service runs without the shared cache, so each task calls AbuseIPDB itself. Check the table's name and region, and that the task role may call dynamodb:GetItem and dynamodb:PutItem on it.`;
      notify(hooks.onCacheFailure, { operation: 'warm', reason, message });
      return undefined;
    }
  }

  /** Resolves when no write is pending. */
  async settle(): Promise<void> {
    await this.#pendingWrites.settle();
  }

  async #getIfFewPending(key: string): Promise<ItemRead> {
    const { maxPendingReads } = this.#options.limits;
    if (this.#pendingReads >= maxPendingReads) {
      const message = `${maxPendingReads} reads are pending: this one counts as a cache miss.`;
      this.#reportDropped('read', message);
      return { error: 'dropped' };
    }
    this.#pendingReads += 1;
    const read = await this.#get(key);
    this.#pendingReads -= 1;
    return read;
  }

  async #get(key: string): Promise<ItemRead> {
    const acquisition = this.#breaker.tryAcquire();
    if (!acquisition.allowed) return { error: acquisition.cause };
    try {
      const item = await this.#fetch(key, this.#options.limits.cacheReadTimeout);
      acquisition.permit.succeeded();
      return { item };
    } catch (error) {
      const reason = errorReason(error);
      acquisition.permit.failed(reason);
      this.#reportFailure('read', error);
      return { error: reason };
    }
  }

  async #fetch(key: string, timeoutMs: number): Promise<Item | undefined> {
    // Eventually consistent: half the price, and a record missed by milliseconds costs one more check.
    const command = new GetItemCommand({
      TableName: this.#options.tableName,
      Key: { address: { S: key } },
    });
    const { Item } = await withTimeLimit(timeoutMs, (abortSignal) =>
      this.#options.client.send(command, { abortSignal, ...NO_SDK_TIMEOUT }),
    );
    return Item;
  }

  #putIfFewPending(item: Item): void {
    const { maxPendingWrites } = this.#options.limits;
    if (this.#pendingWrites.size >= maxPendingWrites) {
      const message = `${maxPendingWrites} writes are pending: this one is skipped.`;
      this.#reportDropped('write', message);
      return;
    }
    this.#put(item);
  }

  #put(item: Item): void {
    const command = new PutItemCommand({ TableName: this.#options.tableName, Item: item });
    const write = withTimeLimit(this.#options.limits.cacheWriteTimeout, (abortSignal) =>
      this.#options.client.send(command, { abortSignal, ...NO_SDK_TIMEOUT }),
    ).then(
      () => {},
      (error: unknown) => this.#reportFailure('write', error),
    );
    this.#pendingWrites.add(write);
  }

  #reportDropped(operation: 'read' | 'write', message: string): void {
    notify(this.#options.hooks.onCacheFailure, { operation, reason: 'dropped', message });
  }

  #reportFailure(operation: 'read' | 'write', error: unknown): void {
    const failure = { operation, reason: errorReason(error), message: safeErrorMessage(error) };
    notify(this.#options.hooks.onCacheFailure, failure);
  }
}
