import { type DecisionRow, toDecisionRow } from '../decision-row.ts';
import { Statistics, type StatisticsSnapshot } from './statistics.ts';

/** Decisions that the page lists. */
const ROWS = 50;

/** Changes within this time are told together, so that a load of thousands a second is no more work. Milliseconds. */
const GATHER = 250;

/** Without a change: the chart goes on with the time, and a connection that is dead is found. Milliseconds. */
const HEARTBEAT = 5000;

/** Pages that can be open at one time. */
const MOST_LISTENERS = 20;

/** All that the page shows of what is going on. */
export interface LiveState {
  readonly figures: StatisticsSnapshot;
  /** The latest first. */
  readonly rows: readonly DecisionRow[];
}

/** Is given the whole state as JSON, at once and after each change. */
export type Listener = (state: string) => void;

/** The latest decisions and their figures, told to whoever listens. */
export class LiveFeed {
  readonly #now: () => number;
  readonly #figures: Statistics;
  readonly #rows: DecisionRow[] = [];
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #gathering = false;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#figures = new Statistics(now());
  }

  /** Takes in the record of a decision that was made just now. */
  add(record: object): void {
    const row = toDecisionRow(record, this.#now());
    this.#figures.add(row);
    this.#rows.unshift(row);
    this.#rows.length = Math.min(this.#rows.length, ROWS);
    if (this.#listeners.size > 0 && !this.#gathering) {
      this.#gathering = true;
      this.#tellAfter(GATHER);
    }
  }

  /** Begins to tell a listener. `undefined` when too many listen; else the way to end it. */
  subscribe(listener: Listener): (() => void) | undefined {
    if (this.#listeners.size >= MOST_LISTENERS) return undefined;
    this.#listeners.add(listener);
    listener(JSON.stringify(this.state()));
    if (this.#timer === undefined) this.#tellAfter(HEARTBEAT);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  state(): LiveState {
    return { figures: this.#figures.snapshot(this.#now()), rows: this.#rows };
  }

  #tellAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#gathering = false;
      const state = JSON.stringify(this.state());
      for (const listener of this.#listeners) listener(state);
      this.#tellAfter(HEARTBEAT);
    }, milliseconds).unref();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathering = false;
  }
}
