import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { notify } from '../../../lib/notify.ts';
import { withTimeLimit } from '../../../lib/timeout.ts';
import { CircuitBreaker } from '../circuit-breaker.ts';
import type { ReputationHooks } from '../hooks.ts';
import type { ReputationLimits } from '../options.ts';
import type { AbuseRecord } from '../reputation.ts';
import { messageOf, reasonOf } from './cache-error.ts';
import {
  closingItem,
  closingKey,
  type Item,
  parseClosingItem,
  parseRecordItem,
  recordItem,
  recordKey,
} from './item.ts';

export interface TableOptions {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly limits: ReputationLimits;
  readonly now: () => number;
  readonly hooks: ReputationHooks;
}

/** What the table has of an address. */
export interface CacheRead {
  readonly record?: AbuseRecord;
  /** Why it could not be read (as in `TableFailure`; the last one while it is passed over), or its item not be used. */
  readonly fault?: string;
}

type Got = { readonly item: Item | undefined } | { readonly fault: string };

/** Failures in a row after which the table is passed over, and for how many milliseconds. */
const BREAKER = { failures: 5, pause: 5_000, maxPause: 5_000 };

/**
 * Switches the SDK's own limit off: it also counts the time for which this thread was too busy to read
 * an answer that was there. `withTimeLimit` does not, and ends the call by its signal.
 */
const NO_SDK_LIMIT = { requestTimeout: 0 };

/**
 * The cache that the tasks share. It is only a cache: whatever goes wrong with a read is a miss,
 * nobody waits for a write, and nothing here rejects.
 */
export class DynamoDbCache {
  readonly #options: TableOptions;
  readonly #breaker: CircuitBreaker<string>;
  readonly #writes = new Set<Promise<void>>();
  #reads = 0;

  constructor(options: TableOptions) {
    this.#options = options;
    const { now, hooks } = options;
    this.#breaker = new CircuitBreaker({ ...BREAKER, now, onState: hooks.onCacheState });
  }

  /** The record of an address, if it has a usable one. */
  async read(address: string): Promise<CacheRead> {
    const { limits, now } = this.#options;
    if (this.#reads >= limits.maxPendingReads) {
      this.#drop(
        'read',
        `${limits.maxPendingReads} reads are pending: this one is taken for a miss.`,
      );
      return { fault: 'dropped' };
    }
    this.#reads += 1;
    const key = recordKey(address, limits.maxAgeInDays);
    const got = await this.#get(key);
    this.#reads -= 1;
    if ('fault' in got) return got;
    const read = got.item && parseRecordItem(got.item, key, now());
    if (read === undefined) return {};
    return typeof read === 'string' ? { fault: read } : { record: read };
  }

  /** Until when AbuseIPDB is closed for an API key, if a task has found it so. */
  async readClosing(keyName: string): Promise<number | undefined> {
    const key = closingKey(keyName);
    const got = await this.#get(key);
    if ('fault' in got || got.item === undefined) return undefined;
    return parseClosingItem(got.item, key, this.#options.now());
  }

  /** Keeps a record, soon and if possible. */
  write(address: string, record: AbuseRecord): void {
    const { limits } = this.#options;
    if (this.#writes.size >= limits.maxPendingWrites) {
      this.#drop('write', `${limits.maxPendingWrites} writes are pending: this one is left out.`);
      return;
    }
    const key = recordKey(address, limits.maxAgeInDays);
    this.#put(recordItem(key, record, record.checkedAt + limits.maxStaleAge));
  }

  /** Tells the other tasks of a closing. Never left out: it spares each of them a refused call. */
  writeClosing(keyName: string, until: number): void {
    this.#put(closingItem(closingKey(keyName), until));
  }

  /**
   * The first read, at boot: it pays for credentials and TLS, and shows whether the table can be
   * read. A table that cannot be is no reason not to start, but somebody must hear of it.
   */
  async warm(keyName: string): Promise<number | undefined> {
    const { limits, now, name, hooks } = this.#options;
    const key = closingKey(keyName);
    try {
      const item = await this.#fetch(key, limits.warmTimeout);
      return item && parseClosingItem(item, key, now());
    } catch (error) {
      const reason = reasonOf(error);
      const message = `The reputation table ${JSON.stringify(name)} cannot be read (${reason}: ${messageOf(error)}): the service runs without it, so each task asks AbuseIPDB for itself; check the table's name, its region and the task's permission for GetItem and PutItem.`;
      notify(hooks.onCacheFailure, { operation: 'warm', reason, message });
      return undefined;
    }
  }

  /** Resolves when no write is pending. */
  async settle(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  async #get(key: string): Promise<Got> {
    const entry = this.#breaker.tryAcquire();
    if (!entry.allowed) return { fault: entry.cause };
    try {
      const item = await this.#fetch(key, this.#options.limits.cacheReadTimeout);
      entry.permit.succeeded();
      return { item };
    } catch (error) {
      const fault = reasonOf(error);
      entry.permit.failed(fault);
      this.#report('read', error);
      return { fault };
    }
  }

  async #fetch(key: string, timeout: number): Promise<Item | undefined> {
    // Eventually consistent: half the price, and a record missed by milliseconds is only asked again.
    const command = new GetItemCommand({
      TableName: this.#options.name,
      Key: { address: { S: key } },
    });
    const answer = await withTimeLimit(timeout, (abortSignal) =>
      this.#options.client.send(command, { abortSignal, ...NO_SDK_LIMIT }),
    );
    return answer.Item;
  }

  #put(item: Item): void {
    const command = new PutItemCommand({ TableName: this.#options.name, Item: item });
    const timeout = this.#options.limits.cacheWriteTimeout;
    const write = withTimeLimit(timeout, (abortSignal) =>
      this.#options.client.send(command, { abortSignal, ...NO_SDK_LIMIT }),
    )
      .then(
        () => {},
        (error: unknown) => this.#report('write', error),
      )
      .then(() => {
        this.#writes.delete(write);
      });
    this.#writes.add(write);
  }

  #drop(operation: 'read' | 'write', message: string): void {
    notify(this.#options.hooks.onCacheFailure, { operation, reason: 'dropped', message });
  }

  #report(operation: 'read' | 'write', error: unknown): void {
    const failure = { operation, reason: reasonOf(error), message: messageOf(error) };
    notify(this.#options.hooks.onCacheFailure, failure);
  }
}
