import { BudgetCounter } from '../../../../../app/src/signals/reputation/admission/budgets.ts';
import type { Caller } from '../../../../../app/src/signals/reputation/admission/caller.ts';
import { REPUTATION_DEFAULTS } from '../../../../../app/src/signals/reputation/limits.ts';
import { address, HOUR, MINUTE, NOON } from '../harness.ts';
import { caller, client, user } from './callers.ts';

const QUARTER = 15 * MINUTE;

/** Addresses of different networks. */
const ipv4 = (i: number) => `5.${(i >> 8) & 255}.${i & 255}.7`;
const inNetwork = (network: string) => (i: number) => `${network}.${i}`;
const inSubnet = (subnet: string) => (i: number) => `${subnet}::${(i + 1).toString(16)}`;
/** Addresses of one /48, each in another /64. */
const inSite = (site: string) => (i: number) => `${site}:${(i + 1).toString(16)}::1`;

function setUp(limits = {}) {
  const clock = { time: NOON };
  const budgets = new BudgetCounter(
    { ...REPUTATION_DEFAULTS.budgets, ...limits },
    () => clock.time,
  );
  /** Looks addresses up until a budget is used up; returns how many were, and which budget. */
  const lookUp = (
    who: Caller,
    makeAddress: (i: number) => string,
    count = 5000,
    isNew = true,
  ): [number, string | undefined] => {
    for (let i = 0; i < count; i += 1) {
      const ip = address(makeAddress(i));
      const by = budgets.exceeded(ip, who, isNew);
      if (by !== undefined) return [i, by];
      budgets.add(ip, who, isNew);
    }
    return [count, undefined];
  };
  return { clock, budgets, lookUp };
}

describe('By default, an hour allows', () => {
  test.each<[string, Caller, (i: number) => string, [number, string]]>([
    ['30 new addresses of a user', user('u'), ipv4, [30, 'user']],
    ['2,000 of a client without a user', client('a'), ipv4, [2000, 'client']],
    ['30 of a /24', client('a'), inNetwork('5.6.7'), [30, 'network']],
    ['30 of a /48', client('a'), inSite('2a00:1:2'), [30, 'network']],
    ['16 of a /64', client('a'), inSubnet('2a00:1:2:3'), [16, 'subnet']],
  ])('%s', (_, who, makeAddress, expected) => {
    expect(setUp().lookUp(who, makeAddress)).toEqual(expected);
  });

  test.each<[string, (i: number) => string, number, string]>([
    ['30 of a /24', inNetwork('5.6.7'), 30, 'network'],
    ['30 of a /48', inSite('2a00:1:2'), 30, 'network'],
    ['16 of a /64', inSubnet('2a00:1:2:3'), 16, 'subnet'],
  ])('%s, by users who look up one each', (_, makeAddress, allowed, budget) => {
    const { budgets } = setUp();
    const results = Array.from({ length: allowed + 1 }, (__, i) => {
      const [ip, who] = [address(makeAddress(i)), user(`${i}`)];
      const by = budgets.exceeded(ip, who, true);
      if (by === undefined) budgets.add(ip, who, true);
      return by;
    });
    expect(results).toEqual([...Array(allowed).fill(undefined), budget]);
  });
});

describe('A budget that is used up', () => {
  test.each([
    ['of another user', user('other'), undefined],
    [
      'of a user with the same id in another organization',
      caller({ client: 'app', user: 'u', organization: 'o' }),
      undefined,
    ],
    ['of the client without a user', client('app'), undefined],
    ['of the user with another client', user('u', 'other'), 'user'],
  ])('of a user leaves lookups %s: held back by %s', (_, other, expected) => {
    const { budgets, lookUp } = setUp();
    expect(lookUp(user('u'), ipv4)).toEqual([30, 'user']);
    expect(budgets.exceeded(address('9.9.9.9'), other, true)).toBe(expected);
  });

  test('of users who do not resolve is that of their client', () => {
    const { lookUp } = setUp({ client: 3 });
    expect(lookUp(client('app'), ipv4)).toEqual([3, 'client']);
    expect(lookUp(client('app'), (i) => `9.9.${i}.1`)).toEqual([0, 'client']);
    expect(lookUp(client('other'), ipv4)).toEqual([3, 'client']);
  });

  test.each([
    ['the same /24', '5.6.7.200', 'network'],
    ['another /24', '5.6.8.1', undefined],
  ])('of a network is that of %s', (_, ip, expected) => {
    const { budgets, lookUp } = setUp();
    lookUp(client('a'), inNetwork('5.6.7'), 20);
    lookUp(client('b'), inNetwork('5.6.7'), 30);
    expect(budgets.exceeded(address(ip), user('u'), true)).toBe(expected);
  });

  test('lasts for an hour, and for 75 minutes at most', () => {
    const { clock, lookUp } = setUp();
    lookUp(user('u'), ipv4);
    clock.time += HOUR;
    expect(lookUp(user('u'), (i) => `9.9.${i}.1`)).toEqual([0, 'user']);
    clock.time += QUARTER;
    expect(lookUp(user('u'), (i) => `9.9.${i}.1`)).toEqual([30, 'user']);
  });

  test('survives a clock that is set back', () => {
    const { clock, lookUp } = setUp();
    lookUp(user('u'), ipv4);
    clock.time -= MINUTE;
    expect(lookUp(user('u'), (i) => `9.9.${i}.1`)).toEqual([0, 'user']);
  });
});

describe('One user who uses up the budget of a network', () => {
  test.each<[string, (i: number) => string, number]>([
    ['/24', inNetwork('5.6.7'), 15],
    ['/48', inSite('2a00:1:2'), 15],
    ['/64', inSubnet('2a00:1:2:3'), 8],
  ])('leaves half of a %s to others', (_, makeAddress, half) => {
    const { lookUp } = setUp({ user: 100 });
    lookUp(user('attacker'), makeAddress);
    const [left] = lookUp(user('victim'), (i) => makeAddress(i + 100));
    expect(left).toBe(half);
  });
});

describe('Users of one client who use up the budget of a network', () => {
  test.each<[string, (i: number) => string, number]>([
    ['/24', inNetwork('5.6.7'), 15],
    ['/48', inSite('2a00:1:2'), 15],
    ['/64', inSubnet('2a00:1:2:3'), 8],
  ])('leave half of a %s to other clients', (_, makeAddress, half) => {
    const { lookUp } = setUp();
    for (let i = 0; i < 5; i += 1) lookUp(user(`attacker ${i}`), (j) => makeAddress(20 * i + j));
    expect(lookUp(user('another'), (i) => makeAddress(i + 100))[0]).toBe(0);
    expect(lookUp(user('victim', 'other'), (i) => makeAddress(i + 100))[0]).toBe(half);
  });
});

describe('A second lookup of an address', () => {
  test('by the same user costs no budget for an hour', () => {
    const { clock, lookUp } = setUp({ user: 2, network: 2 });
    const one = () => '5.6.7.8';
    lookUp(user('u'), one, 3);
    expect(lookUp(user('u'), (i) => `9.9.${i}.1`)).toEqual([1, 'user']);
    clock.time += HOUR;
    expect(lookUp(user('u'), one)).toEqual([0, 'user']);
  });

  test('by another user costs that user', () => {
    const { lookUp } = setUp({ user: 1 });
    lookUp(user('u'), () => '5.6.7.8', 1);
    lookUp(user('v'), () => '5.6.7.8', 1);
    expect(lookUp(user('v'), ipv4)).toEqual([0, 'user']);
  });

  test('is held back after twice as many calls as new addresses are allowed', () => {
    const { lookUp } = setUp({ client: 40 });
    expect(lookUp(user('u'), () => '5.6.7.8')).toEqual([60, 'user']);
    expect(lookUp(client('a'), () => '5.6.7.8')).toEqual([80, 'client']);
  });
});

describe('The refresh of a stale record', () => {
  test('is sent when the budgets of new addresses are used up', () => {
    const { budgets, lookUp } = setUp();
    lookUp(user('u'), inNetwork('5.6.7'));
    expect(budgets.exceeded(address('5.6.7.200'), user('u'), true)).toBe('user');
    expect(budgets.exceeded(address('5.6.7.200'), user('u'), false)).toBeUndefined();
  });

  test('costs neither the budget of new addresses nor that of the network', () => {
    const { lookUp } = setUp();
    lookUp(user('u'), inNetwork('5.6.7'), 29, false);
    expect(lookUp(user('u'), inNetwork('5.6.7'))).toEqual([30, 'user']);
  });

  test('is held back after twice as many calls as new addresses are allowed', () => {
    expect(setUp().lookUp(user('u'), ipv4, 5000, false)).toEqual([60, 'user']);
  });
});

test('Calls are counted for each subject, those for one address included', () => {
  const { budgets, lookUp } = setUp();
  lookUp(user('u'), () => '5.6.7.8', 5);
  lookUp(user('u'), ipv4, 4, false);
  lookUp(client('app'), ipv4, 2);
  expect([user('u'), user('v'), client('app')].map((who) => budgets.callsFor(who))).toEqual([
    9, 0, 2,
  ]);
});
