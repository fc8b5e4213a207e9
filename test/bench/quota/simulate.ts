import { Account, type DayTotals } from './account.ts';
import { PLANS, type Plan } from './plans.ts';
import { DAYS, Stream } from './stream.ts';

export interface Simulated {
  readonly tokensPerSecond: number;
  readonly plan: Plan;
  /** The last day: those before fill the cache. */
  readonly day: DayTotals;
}

/** Midnight UTC of a Monday. */
const START = Date.UTC(2026, 10, 23);

/** Simulates the same stream of tokens with an account of each plan. */
export function simulate(tokensPerSecond: number, seed = 'quota'): Simulated[] {
  const stream = new Stream(tokensPerSecond, seed);
  const plans = Object.entries(PLANS) as [Plan, number][];
  const accounts = plans.map(([, quota]) => new Account(quota, stream.addresses));
  let last: DayTotals[] = [];
  for (let day = 0; day < DAYS; day += 1) {
    stream.forEachToken(day, START + day * 86_400_000, (time, address) => {
      for (const account of accounts) account.decide(time, address);
    });
    last = accounts.map((account) => account.endDay());
  }
  return plans.flatMap(([plan], at) => {
    const day = last[at];
    return day === undefined ? [] : [{ tokensPerSecond, plan, day }];
  });
}
