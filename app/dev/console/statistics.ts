import type { DecisionRow } from '../decision-row.ts';

const OUTCOMES = ['issue', 'restrict', 'refuse'] as const;
type Outcome = (typeof OUTCOMES)[number];
type OutcomeCounts = Record<Outcome, number>;

/** Time that a bar of the chart covers. */
const STEP_SECONDS = 5;
/** Bars of the chart, which together cover five minutes. */
const STEP_COUNT = 60;

/** Names listed in each ranking. The counts of the others are added up. */
const MAX_NAMES = 10;

export type NamedCount = readonly [name: string, count: number];

/** The figures that the page shows. In monitor mode, outcomes are those of the dry run. */
export interface StatisticsSnapshot {
  /** When the snapshot was taken, in milliseconds since the epoch. */
  readonly now: number;
  /** When counting started, in milliseconds since the epoch. */
  readonly since: number;
  readonly totals: OutcomeCounts;
  /** Counts per step, the latest last. `start` (since the epoch) and `step` are in seconds. */
  readonly overTime: {
    readonly step: number;
    readonly start: number;
    readonly counts: OutcomeCounts[];
  };
  /** The most frequent first. */
  readonly refusedByRule: readonly NamedCount[];
  readonly refusedByCountry: readonly NamedCount[];
  readonly sources: readonly NamedCount[];
}

/** Counts decisions. Memory depends on the number of rules and countries, not on the load. */
export class Statistics {
  readonly #since: number;
  readonly #totals = zeroCounts();
  readonly #steps = new Map<number, OutcomeCounts>();
  readonly #byRule = new Map<string, number>();
  readonly #byCountry = new Map<string, number>();
  readonly #sources = new Map<string, number>();

  /** @param since milliseconds since the epoch. */
  constructor(since: number) {
    this.#since = since;
  }

  /** Counts a decision, unless it is a test. */
  add(row: DecisionRow): void {
    if (row.test !== undefined) return;
    const outcome = OUTCOMES.find((one) => one === (row.dryRunOutcome ?? row.outcome));
    if (outcome === undefined) return;
    this.#totals[outcome] += 1;
    this.#countsAt(stepAt(row.time))[outcome] += 1;
    increment(this.#sources, row.source);
    if (outcome !== 'refuse') return;
    increment(this.#byRule, row.rules.at(-1) ?? 'no rule');
    increment(this.#byCountry, row.country);
  }

  /** @param now milliseconds since the epoch. */
  snapshot(now: number): StatisticsSnapshot {
    const first = stepAt(now) - STEP_COUNT + 1;
    return {
      now,
      since: this.#since,
      totals: { ...this.#totals },
      overTime: {
        step: STEP_SECONDS,
        start: first * STEP_SECONDS,
        counts: Array.from({ length: STEP_COUNT }, (_, index) => ({
          ...(this.#steps.get(first + index) ?? zeroCounts()),
        })),
      },
      refusedByRule: mostFrequent(this.#byRule),
      refusedByCountry: mostFrequent(this.#byCountry),
      sources: mostFrequent(this.#sources),
    };
  }

  #countsAt(step: number): OutcomeCounts {
    let counts = this.#steps.get(step);
    if (counts === undefined) {
      counts = zeroCounts();
      this.#steps.set(step, counts);
      for (const old of this.#steps.keys()) if (old <= step - STEP_COUNT) this.#steps.delete(old);
    }
    return counts;
  }
}

function zeroCounts(): OutcomeCounts {
  return { issue: 0, restrict: 0, refuse: 0 };
}

/** @param time milliseconds since the epoch. */
function stepAt(time: number): number {
  return Math.floor(time / 1000 / STEP_SECONDS);
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function mostFrequent(counts: ReadonlyMap<string, number>): NamedCount[] {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const others = sorted.splice(MAX_NAMES).reduce((sum, [, count]) => sum + count, 0);
  return others > 0 ? [...sorted, ['others', others]] : sorted;
}
