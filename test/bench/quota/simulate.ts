import { Account } from './account.ts';
import { addFigures, type Figures } from './figures.ts';
import { Oracle, type OracleFigures } from './oracle.ts';
import { PLANS } from './plans.ts';
import { type Scenario, type Setup, VARIANTS } from './scenarios.ts';
import { START, Stream } from './stream.ts';

const DAY_MS = 86_400_000;

export interface Simulated extends Scenario {
  /** Sums of the reported days. */
  readonly figures: Figures;
}

export interface SimulatedSetup {
  readonly setup: Setup;
  readonly accounts: readonly Simulated[];
  /** Of the free plan: with CHECK only, and with CHECK-BLOCK as well. */
  readonly oracles: readonly OracleFigures[];
}

/** Simulates the same stream of tokens for each account. */
export function simulate(setup: Setup, seed = 'quota'): SimulatedSetup {
  const { load, scenarios } = setup;
  const { days, reportedDays } = load;
  const stream = new Stream(load, seed);
  const accounts = scenarios.map(({ plan, variant, attack }) => ({
    attack,
    account: new Account(plan, VARIANTS[variant], stream.addresses),
    reported: [] as Figures[],
  }));
  const { free } = PLANS;
  const oracles = setup.oracle
    ? [0, free.blocks].map((blocks) => new Oracle(stream.addresses, { ...free, blocks }, free.list))
    : [];
  for (let day = 0; day < days; day += 1) {
    stream.forEachToken(day, (token) => {
      for (const { account, attack } of accounts) {
        if (attack || token.sender !== 'attacker') account.decide(token);
      }
      if (token.sender === 'users') for (const oracle of oracles) oracle.add(token);
    });
    for (const { account, reported } of accounts) {
      const figures = account.endDay(START + (day + 1) * DAY_MS);
      if (day >= days - reportedDays) reported.push(figures);
    }
  }
  return {
    setup,
    accounts: accounts.map(({ reported }, at) => ({
      ...(scenarios[at] as Scenario),
      figures: addFigures(reported),
    })),
    oracles: oracles.map((oracle) => oracle.solve({ start: START, days, reportedDays })),
  };
}
