import { Account } from './account.ts';
import { scoreOf } from './stream.ts';

const HOUR = 3_600_000;
const MIDNIGHT = Date.UTC(2026, 10, 23);

/** The first address with a score of this band. */
const addressOf = (score: number) => {
  const address = Array.from({ length: 1000 }, (_, at) => at).find((at) => scoreOf(at) === score);
  if (address === undefined) throw new Error(`No address scores ${score}.`);
  return address;
};

test.each([
  // Fresh for 6 hours by default, an elevated score for one, a high one for two.
  ['low, in time', 0, 5.9, { hits: 1, lookups: 1 }],
  ['low, too late', 0, 6.1, { hits: 0, lookups: 2 }],
  ['elevated, in time', 50, 0.9, { hits: 1, lookups: 1 }],
  ['elevated, too late', 50, 1.1, { hits: 0, lookups: 2 }],
  ['high, in time', 90, 1.9, { hits: 1, lookups: 1 }],
  ['high, too late', 90, 2.1, { hits: 0, lookups: 2 }],
])('The same address comes back, score %s', (_, score, hours, expected) => {
  const account = new Account(10, 1000);
  account.decide(MIDNIGHT, addressOf(score));
  account.decide(MIDNIGHT + hours * HOUR, addressOf(score));
  expect(account.endDay()).toMatchObject({ tokens: 2, stale: 0, unknown: 0, ...expected });
});

test('A used-up quota leaves older records and none, until the next day', () => {
  const [one, other] = [addressOf(0), addressOf(0) + 1];
  const account = new Account(1, 1000);
  account.decide(MIDNIGHT, one);
  account.decide(MIDNIGHT + 1.5 * HOUR, other);
  account.decide(MIDNIGHT + 7 * HOUR, one);
  expect(account.endDay()).toEqual({
    tokens: 3,
    hits: 0,
    lookups: 1,
    stale: 1,
    unknown: 1,
    usedUpAt: 1.5,
  });
  account.decide(MIDNIGHT + 24 * HOUR, other);
  expect(account.endDay()).toMatchObject({ tokens: 1, lookups: 1, usedUpAt: undefined });
});

test('A record that is as old as the service lets it be counts for nothing', () => {
  const account = new Account(1, 1000);
  const address = addressOf(0);
  account.decide(MIDNIGHT + HOUR, address);
  account.endDay();
  account.decide(MIDNIGHT + 24 * HOUR, address + 1);
  account.decide(MIDNIGHT + 25 * HOUR, address);
  expect(account.endDay()).toMatchObject({ lookups: 1, stale: 0, unknown: 1 });
});
