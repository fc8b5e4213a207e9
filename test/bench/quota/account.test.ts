import { Account } from './account.ts';
import { addressesOf } from './addresses-of.ts';
import { PLANS } from './plans.ts';
import { VARIANTS, type Variant } from './scenarios.ts';
import type { Token } from './stream.ts';

const HOUR = 3_600_000;
const MIDNIGHT = Date.UTC(2026, 10, 23);

const HIGH_NOW = 90;
const LOW = 0;

/** A plan with few lookups and without a list. */
const few = (checks: number) => ({ ...PLANS.free, checks, list: undefined });

/** Returns a token at an hour. The user's number is that of the address. */
function tokenAt(hours: number, address: number, token: Partial<Token> = {}): Token {
  const time = MIDNIGHT + hours * HOUR;
  return { time, address, client: 0, user: address, sender: 'users', ...token };
}

describe('whoever comes first is looked up', () => {
  const decide = (checks: number, tokens: readonly Token[], scores = [LOW, HIGH_NOW, 50]) => {
    const account = new Account(few(checks), VARIANTS['first come'], addressesOf(scores));
    for (const token of tokens) account.decide(token);
    return account.endDay(MIDNIGHT + 24 * HOUR);
  };

  test.each([
    ['a low score is fresh for 6 hours', 0, 5.9, 1],
    ['and looked up again after them', 0, 6.1, 2],
    ['a high score is fresh for 2 hours', 1, 1.9, 1],
    ['and looked up again after them', 1, 2.1, 2],
    ['an elevated score is fresh for 1 hour', 2, 0.9, 1],
    ['and looked up again after it', 2, 1.1, 2],
  ])('%s', (_, address, hours, checks) => {
    expect(decide(9, [tokenAt(0, address), tokenAt(hours, address)]).checks).toBe(checks);
  });

  test('until the quota is exhausted: then known addresses are decided, and others are restricted', () => {
    const tokens = [tokenAt(0, 1), tokenAt(1, 0), tokenAt(23, 1)];
    expect(decide(1, tokens)).toMatchObject({
      tokens: 3,
      checks: 1,
      toRefuse: 2,
      missedRefusals: 0,
      toLeaveAlone: 1,
      needlessRestrictions: 1,
      // From 1:00, and for the stale record from 23:00: no lookup until midnight.
      longestBlindTime: 23 * HOUR,
    });
  });

  test('a high score is forgotten after a day', () => {
    const tokens = [tokenAt(0, 1), tokenAt(23, 0), tokenAt(23.9, 0)];
    const account = new Account(few(1), VARIANTS['first come'], addressesOf([LOW, HIGH_NOW]));
    for (const token of tokens) account.decide(token);
    account.endDay(MIDNIGHT + 24 * HOUR);
    account.decide(tokenAt(24, 0));
    account.decide(tokenAt(24.5, 1));
    expect(account.endDay(MIDNIGHT + 48 * HOUR)).toMatchObject({ toRefuse: 1, missedRefusals: 1 });
  });
});

test.each<[Variant, number]>([
  ['first come', 1],
  ['spread', 0],
])('after two days without a lookup, %s misses %i refusals', (variant, missedRefusals) => {
  const account = new Account(few(1), VARIANTS[variant], addressesOf([LOW, HIGH_NOW]));
  account.decide(tokenAt(0, 1));
  account.endDay(MIDNIGHT + 24 * HOUR);
  // Somebody else uses up the quota.
  account.decide(tokenAt(48, 0));
  account.decide(tokenAt(48.01, 1));
  expect(account.endDay(MIDNIGHT + 72 * HOUR)).toMatchObject({ toRefuse: 1, missedRefusals });
});

test.each([
  // The list of 0:30 was downloaded at 1:00, the next one at 2:00.
  ['after the date of the list', 0.6, 1],
  ['before it', 0.4, 0],
])(
  'with a complete list nothing is looked up; a refusal is missed if the score rose %s',
  (_, hours, missedRefusals) => {
    const addresses = addressesOf([
      {
        scores: [
          [0, 30],
          [MIDNIGHT + hours * HOUR, HIGH_NOW],
        ],
      },
    ]);
    const account = new Account(PLANS.premium, VARIANTS.spread, addresses);
    account.decide(tokenAt(1.9, 0));
    expect(account.endDay(MIDNIGHT + 24 * HOUR)).toMatchObject({
      checks: 0,
      toRefuse: 1,
      missedRefusals,
      missedDespiteList: 0,
    });
  },
);
