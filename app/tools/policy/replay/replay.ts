import type { Outcome } from '../../../src/decide.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { weightOf } from '../../records/record-weight.ts';
import { ChangeTallies } from './change-tallies.ts';
import { type DecisionLine, isDecisionLine, isOutcome, recordedOutcome } from './decision-line.ts';
import { type ReplayedDecision, ReplayPolicy } from './replay-policy.ts';
import type { OutcomeTally, PolicySummary, ReplayReport } from './report.ts';
import { addTo, emptyTally, rounded, Tallies, type Tally } from './tallies.ts';

export interface ReplayOptions {
  /** The policy whose outcomes are compared. @default the outcomes of the records */
  readonly against?: Policy | undefined;
  /** Whether records of test requests are replayed, too. @default false */
  readonly includeTests?: boolean;
  /** Limit of the countries, clients and missing values in the report. @default 10 */
  readonly top?: number;
}

const DEFAULT_TOP = 10;

/** What happened to a value that was added. */
export type Added = 'replayed' | 'test' | 'not-a-decision';

/** Replays decision records against a candidate, in bounded memory. */
export class Replay {
  readonly #candidate: ReplayPolicy;
  readonly #against: ReplayPolicy | undefined;
  readonly #options: ReplayOptions;
  readonly #replayed = emptyTally();
  readonly #unchanged = emptyTally();
  readonly #changed = emptyTally();
  readonly #undetermined = emptyTally();
  readonly #needs = new Tallies();
  readonly #undecidedRules = new Tallies();
  readonly #outcomes = new Map<string, { from: Outcome; to: Outcome; tally: Tally }>();
  readonly #changes = new ChangeTallies();
  #tests = 0;
  #sampled = 0;
  #monitored = 0;
  #from: string | undefined;
  #to: string | undefined;

  constructor(candidate: Policy, options: ReplayOptions = {}) {
    this.#candidate = new ReplayPolicy(candidate);
    this.#against = options.against && new ReplayPolicy(options.against);
    this.#options = options;
  }

  /** Replays a value of the log, if it is a decision record. */
  add(value: unknown): Added {
    if (!isDecisionLine(value)) return 'not-a-decision';
    if (value.test !== undefined && this.#options.includeTests !== true) {
      this.#tests += 1;
      return 'test';
    }
    this.#count(value);
    return 'replayed';
  }

  /** Returns the report on the records so far. */
  report(): ReplayReport {
    const { top = DEFAULT_TOP, against } = this.#options;
    return {
      candidate: summaryOf(this.#candidate.policy),
      against: against && summaryOf(against),
      replayed: rounded(this.#replayed),
      tests: this.#tests,
      sampled: this.#sampled,
      monitored: this.#monitored,
      period:
        this.#from === undefined || this.#to === undefined
          ? undefined
          : { from: this.#from, to: this.#to },
      unchanged: rounded(this.#unchanged),
      changed: rounded(this.#changed),
      undetermined: {
        ...rounded(this.#undetermined),
        byNeed: this.#needs.top(top),
        byRule: this.#undecidedRules.top(top),
      },
      outcomes: this.#outcomeTallies(),
      changes: {
        byRule: this.#changes.byRule(top),
        byCountry: this.#changes.countries.top(top),
        byClient: this.#changes.clients.top(top),
      },
    };
  }

  #count(line: DecisionLine): void {
    const weight = weightOf(line);
    addTo(this.#replayed, weight);
    if (weight > 1) this.#sampled += 1;
    if (isOutcome(line.dry_run_outcome)) this.#monitored += 1;
    this.#countTime(line.time);
    const before = this.#before(line);
    const after = decideOrRead(this.#candidate, line);
    if (!before.determined || !after.determined) {
      this.#countUndetermined([before, after], weight);
      return;
    }
    this.#tallyOf(before.outcome, after.outcome, weight);
    if (before.outcome === after.outcome) addTo(this.#unchanged, weight);
    else {
      addTo(this.#changed, weight);
      this.#changes.add(line, before, after, weight);
    }
  }

  #before(line: DecisionLine): ReplayedDecision {
    if (this.#against !== undefined) return decideOrRead(this.#against, line);
    return { determined: true, ...recordedOutcome(line) };
  }

  #countUndetermined(decisions: readonly ReplayedDecision[], weight: number): void {
    addTo(this.#undetermined, weight);
    const undetermined = decisions.filter((decision) => !decision.determined);
    const rule = undetermined.at(-1)?.rule;
    if (rule !== undefined) this.#undecidedRules.add(rule, weight);
    for (const need of new Set(undetermined.flatMap(({ needs }) => needs))) {
      this.#needs.add(need, weight);
    }
  }

  #tallyOf(from: Outcome, to: Outcome, weight: number): void {
    const key = `${from} ${to}`;
    const known = this.#outcomes.get(key);
    if (known !== undefined) addTo(known.tally, weight);
    else this.#outcomes.set(key, { from, to, tally: { records: 1, decisions: weight } });
  }

  #outcomeTallies(): OutcomeTally[] {
    return [...this.#outcomes.values()]
      .map(({ from, to, tally }) => ({ from, to, ...rounded(tally) }))
      .sort((one, other) => other.decisions - one.decisions);
  }

  /** ISO times of the same time zone are in the order of their text. */
  #countTime(time: unknown): void {
    if (typeof time !== 'string' || !ISO_TIME.test(time)) return;
    if (this.#from === undefined || time < this.#from) this.#from = time;
    if (this.#to === undefined || time > this.#to) this.#to = time;
  }
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** A policy has already decided on its own records. */
function decideOrRead(policy: ReplayPolicy, line: DecisionLine): ReplayedDecision {
  return line.policy_revision === policy.policy.revision
    ? { determined: true, ...recordedOutcome(line) }
    : policy.decide(line);
}

function summaryOf({ revision, mode }: Policy): PolicySummary {
  return { revision, mode };
}

/** Records after which other work of the process gets a turn: some milliseconds. */
const RECORDS_PER_TURN = 500;

/**
 * Replays decision records, as objects of the log, against a candidate. Lets other work of the process run meanwhile.
 * Values that are not decision records are ignored.
 */
export async function replay(
  records: Iterable<unknown> | AsyncIterable<unknown>,
  candidate: Policy,
  options?: ReplayOptions,
): Promise<ReplayReport> {
  const run = new Replay(candidate, options);
  let count = 0;
  for await (const record of records) {
    run.add(record);
    count += 1;
    if (count % RECORDS_PER_TURN === 0) await new Promise(setImmediate);
  }
  return run.report();
}
