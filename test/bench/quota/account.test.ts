import { Account } from './account.ts';
import { scoreOf } from './stream.ts';

const HOUR = 3_600_000;
const MIDNIGHT = Date.UTC(2026, 10, 23);

/** Returns the first address with this score. */
const addressOf = (score: number) => {
  const address = Array.from({ length: 1000 }, (_, at) => at).find((at) => scoreOf(at) === score);
  if (address === undefined) throw new Error(`No address has the score ${score}.`);
  return address;
};

test.each([
  // The default TTL is 6 hours for low scores, 1 for elevated and 2 for high ones.
  ['low, fresh', 0, 5.9, { hits: 1, lookups: 1 }],
  ['low, stale', 0, 6.1, { hits: 0, lookups: 2 }],
  ['elevated, fresh', 50, 0.9, { hits: 1, lookups: 1 }],
  ['elevated, stale', 50, 1.1, { hits: 0, lookups: 2 }],
  ['high, fresh', 90, 1.9, { hits: 1, lookups: 1 }],
  ['high, stale', 90, 2.1, { hits: 0, lookups: 2 }],
])('an address returns, score %s', (_, score, hours, expected) => {
  const account = new Account(10, 1000);
  account.decide(MIDNIGHT, addressOf(score));
  account.decide(MIDNIGHT + hours * HOUR, addressOf(score));
  expect(account.endDay()).toMatchObject({ tokens: 2, stale: 0, unknown: 0, ...expected });
});

test('after the quota is exhausted, decisions use stale records or none until the next day', () => {
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
    exhaustedAt: 1.5,
  });
  account.decide(MIDNIGHT + 24 * HOUR, other);
  expect(account.endDay()).toMatchObject({ tokens: 1, lookups: 1, exhaustedAt: undefined });
});

test('a record beyond the maximum stale age is not used', () => {
  const account = new Account(1, 1000);
  const address = addressOf(0);
  account.decide(MIDNIGHT + HOUR, address);
  account.endDay();
  account.decide(MIDNIGHT + 24 * HOUR, address + 1);
  account.decide(MIDNIGHT + 25 * HOUR, address);
  expect(account.endDay()).toMatchObject({ lookups: 1, stale: 0, unknown: 1 });
});
