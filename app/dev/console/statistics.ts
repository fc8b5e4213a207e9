import type { DecisionRow } from '../decision-row.ts';

const OUTCOMES = ['issue', 'restrict', 'refuse'] as const;
type Outcome = (typeof OUTCOMES)[number];
type Counts = Record<Outcome, number>;

/** One step of the chart over time, in seconds; and how many of them it shows: five minutes. */
const STEP = 5;
const STEPS = 60;

/** The names of one kind that are listed; what is rarer is added up. */
const MOST_NAMES = 10;

export type NamedCount = readonly [name: string, count: number];

/** What the page draws. Outcomes are those of the policy: in monitor mode, what enforcing would come to. */
export interface StatisticsSnapshot {
  /** Milliseconds since the epoch: of this snapshot, and of the first count. */
  readonly now: number;
  readonly since: number;
  readonly totals: Counts;
  /** The latest last. `start` in seconds since the epoch. */
  readonly overTime: { readonly step: number; readonly start: number; readonly counts: Counts[] };
  /** The most frequent first. */
  readonly refusedByRule: readonly NamedCount[];
  readonly refusedByCountry: readonly NamedCount[];
  readonly sources: readonly NamedCount[];
}

/** Counts of decisions since the start. Their size depends on the policy and the world map, not on the load. */
export class Statistics {
  readonly #since: number;
  readonly #totals = none();
  readonly #steps = new Map<number, Counts>();
  readonly #byRule = new Map<string, number>();
  readonly #byCountry = new Map<string, number>();
  readonly #sources = new Map<string, number>();

  constructor(since: number) {
    this.#since = since;
  }

  add(row: DecisionRow): void {
    const outcome = OUTCOMES.find((one) => one === (row.dryRunOutcome ?? row.outcome));
    if (outcome === undefined) return;
    this.#totals[outcome] += 1;
    this.#step(stepOf(row.time))[outcome] += 1;
    count(this.#sources, row.source);
    if (outcome !== 'refuse') return;
    count(this.#byRule, row.rules.at(-1) ?? 'no rule');
    count(this.#byCountry, row.country);
  }

  snapshot(now: number): StatisticsSnapshot {
    const first = stepOf(now) - STEPS + 1;
    return {
      now,
      since: this.#since,
      totals: { ...this.#totals },
      overTime: {
        step: STEP,
        start: first * STEP,
        counts: Array.from({ length: STEPS }, (_, index) => ({
          ...(this.#steps.get(first + index) ?? none()),
        })),
      },
      refusedByRule: mostFrequent(this.#byRule),
      refusedByCountry: mostFrequent(this.#byCountry),
      sources: mostFrequent(this.#sources),
    };
  }

  #step(step: number): Counts {
    let counts = this.#steps.get(step);
    if (counts === undefined) {
      counts = none();
      this.#steps.set(step, counts);
      for (const old of this.#steps.keys()) if (old <= step - STEPS) this.#steps.delete(old);
    }
    return counts;
  }
}

function none(): Counts {
  return { issue: 0, restrict: 0, refuse: 0 };
}

function stepOf(time: number): number {
  return Math.floor(time / 1000 / STEP);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function mostFrequent(counts: ReadonlyMap<string, number>): NamedCount[] {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const rest = sorted.splice(MOST_NAMES).reduce((sum, [, count]) => sum + count, 0);
  return rest > 0 ? [...sorted, ['others', rest]] : sorted;
}
