import { Account, type Day } from './account.ts';
import { PLANS, type Plan } from './plans.ts';
import { DAYS, Stream } from './stream.ts';

export interface Simulated {
  readonly tokensPerSecond: number;
  readonly plan: Plan;
  /** The last of the days: the ones before fill the table. */
  readonly day: Day;
}

/** Midnight UTC of a Monday. */
const START = Date.UTC(2026, 10, 23);

/** The same stream of tokens against an account of each plan. */
export function simulate(tokensPerSecond: number, seed = 'quota'): Simulated[] {
  const stream = new Stream(tokensPerSecond, seed);
  const plans = Object.entries(PLANS) as [Plan, number][];
  const accounts = plans.map(([, quota]) => new Account(quota, stream.addresses));
  let last: Day[] = [];
  for (let day = 0; day < DAYS; day += 1) {
    stream.day(day, START + day * 86_400_000, (time, address) => {
      for (const account of accounts) account.decide(time, address);
    });
    last = accounts.map((account) => account.endDay());
  }
  return plans.flatMap(([plan], at) => {
    const day = last[at];
    return day === undefined ? [] : [{ tokensPerSecond, plan, day }];
  });
}
