/** What the guide's default policy decides. */
export type Outcome = 'refuse' | 'restrict' | 'leave alone';

/** What the guide's default policy decides on a score; undefined if it is not known. */
export function outcomeOf(score: number | undefined): Outcome {
  if (score === undefined) return 'restrict';
  if (score >= 75) return 'refuse';
  return score >= 25 ? 'restrict' : 'leave alone';
}

/** The figures of one day or several. Times are in milliseconds. */
export interface Figures {
  /** Tokens of users, machines and hostile addresses. The attacker's and the bad address's do not count here. */
  readonly tokens: number;
  /** Tokens that would be refused if each were looked up, and those of them that were not refused. */
  readonly toRefuse: number;
  readonly missedRefusals: number;
  /** Missed refusals of addresses whose score was already one to refuse at the date of the list. */
  readonly missedDespiteList: number;
  /** Tokens that would be left alone if each were looked up, and those of them that were restricted or refused. */
  readonly toLeaveAlone: number;
  readonly needlessRestrictions: number;
  /** Tokens that were refused, and would not be if each were looked up. */
  readonly tooHarsh: number;
  /** Longest time in which lookups for users were wanted, and none was made. */
  readonly longestBlindTime: number;
  /** CHECK and CHECK-BLOCK requests, for all senders. */
  readonly checks: number;
  readonly blocks: number;
  /** CHECK requests for the attacker. */
  readonly attackersChecks: number;
  /** Tries of the address that tries all day, and those of them that got a token. */
  readonly badTries: number;
  readonly badIssued: number;
}

type Counts = { -readonly [Name in keyof Figures]: Figures[Name] };

const NOTHING: Figures = {
  tokens: 0,
  toRefuse: 0,
  missedRefusals: 0,
  missedDespiteList: 0,
  toLeaveAlone: 0,
  needlessRestrictions: 0,
  tooHarsh: 0,
  longestBlindTime: 0,
  checks: 0,
  blocks: 0,
  attackersChecks: 0,
  badTries: 0,
  badIssued: 0,
};

/** Returns the figures of several days together. */
export function addFigures(days: readonly Figures[]): Figures {
  const sum: Counts = { ...NOTHING };
  for (const day of days) {
    for (const name of Object.keys(sum) as (keyof Figures)[]) sum[name] += day[name];
  }
  sum.longestBlindTime = Math.max(0, ...days.map(({ longestBlindTime }) => longestBlindTime));
  return sum;
}

/** A decision as it is counted. */
export interface Decided {
  readonly outcome: Outcome;
  /** AbuseIPDB's score at this moment. */
  readonly trueScore: number;
  /** The score of the address at the date of the list; undefined without a list that is complete. */
  readonly scoreAtList: number | undefined;
}

/** Counts the figures day by day. */
export class FigureCounter {
  #counts: Counts = { ...NOTHING };
  /** When a lookup was first wanted after the last one that was made. */
  #blindSince: number | undefined;

  /** Counts a token of a user or a machine. */
  countToken({ outcome, trueScore, scoreAtList }: Decided): void {
    const counts = this.#counts;
    const right = outcomeOf(trueScore);
    counts.tokens += 1;
    if (right !== 'refuse' && outcome === 'refuse') counts.tooHarsh += 1;
    if (right === 'refuse') {
      counts.toRefuse += 1;
      if (outcome === 'refuse') return;
      counts.missedRefusals += 1;
      if (outcomeOf(scoreAtList) === 'refuse') counts.missedDespiteList += 1;
    } else if (right === 'leave alone') {
      counts.toLeaveAlone += 1;
      if (outcome !== 'leave alone') counts.needlessRestrictions += 1;
    }
  }

  /** Counts a try of the address that tries all day. */
  countBadTry(outcome: Outcome): void {
    this.#counts.badTries += 1;
    if (outcome !== 'refuse') this.#counts.badIssued += 1;
  }

  countLookup(kind: 'checks' | 'blocks' | 'attackersChecks'): void {
    this.#counts[kind] += 1;
  }

  /** Notes that a lookup for a user was wanted, and whether it was made. */
  wanted(time: number, wasMade: boolean): void {
    this.#blindSince ??= time;
    if (!wasMade) return;
    this.#noteBlindTime(time);
    this.#blindSince = undefined;
  }

  /** Returns the figures of the day that ends, and starts the next one. A blind time goes on at night. */
  endDay(midnight: number): Figures {
    this.#noteBlindTime(midnight);
    const counts = this.#counts;
    this.#counts = { ...NOTHING };
    return counts;
  }

  #noteBlindTime(until: number): void {
    const time = this.#blindSince === undefined ? 0 : until - this.#blindSince;
    this.#counts.longestBlindTime = Math.max(this.#counts.longestBlindTime, time);
  }
}
