import type { QuotaState } from '../../src/service.ts';
import { type DecisionRow, toDecisionRow } from '../decision-row.ts';
import { type ClientLookups, LookupStatistics } from './lookup-statistics.ts';
import { Statistics, type StatisticsSnapshot } from './statistics.ts';

/** Maximum number of decisions that the page lists. */
const MAX_ROWS = 50;

/** Changes within this time are sent together, so that the work does not grow with the load. */
const BATCH_MS = 250;

/** Without changes, the state is sent this often, to move the chart and to detect dead connections. */
const HEARTBEAT_MS = 5000;

/** Maximum number of open pages. */
const MAX_SUBSCRIBERS = 20;

/** Everything that the page shows live. */
export interface LiveState {
  readonly statistics: StatisticsSnapshot;
  /** Lookups at AbuseIPDB; `quota` is absent until the service has started. */
  readonly lookups: {
    readonly quota?: QuotaState;
    readonly clients: readonly ClientLookups[];
  };
  /** The latest first. */
  readonly rows: readonly DecisionRow[];
}

/** Receives the whole state as JSON. */
export type Subscriber = (state: string) => void;

/** Publishes the latest decisions and their statistics. */
export class LiveFeed {
  readonly #now: () => number;
  readonly #statistics: Statistics;
  readonly #lookups = new LookupStatistics();
  readonly #rows: DecisionRow[] = [];
  readonly #subscribers = new Set<Subscriber>();
  #timer: NodeJS.Timeout | undefined;
  #isBatching = false;
  /** Reads the state of AbuseIPDB's quota. */
  readQuota: (() => QuotaState) | undefined;

  /** @param now milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#statistics = new Statistics(now());
  }

  /** Adds the record of a decision that was just made. */
  add(record: object): void {
    const row = toDecisionRow(record, this.#now());
    this.#statistics.add(row);
    this.#lookups.add(row);
    this.#rows.unshift(row);
    this.#rows.length = Math.min(this.#rows.length, MAX_ROWS);
    if (this.#subscribers.size > 0 && !this.#isBatching) {
      this.#isBatching = true;
      this.#publishAfter(BATCH_MS);
    }
  }

  /**
   * Sends the state at once and after each change. Returns the function that unsubscribes, or `undefined` if
   * there are too many subscribers.
   */
  subscribe(subscriber: Subscriber): (() => void) | undefined {
    if (this.#subscribers.size >= MAX_SUBSCRIBERS) return undefined;
    this.#subscribers.add(subscriber);
    subscriber(JSON.stringify(this.state()));
    if (this.#timer === undefined) this.#publishAfter(HEARTBEAT_MS);
    return () => {
      this.#subscribers.delete(subscriber);
      if (this.#subscribers.size === 0) this.#stop();
    };
  }

  state(): LiveState {
    const now = this.#now();
    const quota = this.readQuota?.();
    return {
      statistics: this.#statistics.snapshot(now),
      lookups: { ...(quota && { quota }), clients: this.#lookups.snapshot(now) },
      rows: this.#rows,
    };
  }

  #publishAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isBatching = false;
      const state = JSON.stringify(this.state());
      for (const subscriber of this.#subscribers) subscriber(state);
      this.#publishAfter(HEARTBEAT_MS);
    }, milliseconds).unref();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isBatching = false;
  }
}
