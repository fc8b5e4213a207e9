import {
  type Candidate,
  causeOf,
  type HeldBackBy,
  LookupAdmission,
} from '../../../../../app/src/signals/reputation/admission/admission.ts';
import type { Caller } from '../../../../../app/src/signals/reputation/admission/caller.ts';
import { REPUTATION_DEFAULTS } from '../../../../../app/src/signals/reputation/limits.ts';
import { address, HOUR, NOON } from '../harness.ts';
import { client, user } from './callers.ts';

const LIMIT = 24_000;
/** An even pace of that limit is 1,000 an hour; a subject's share of it while calls are scarce is 40. */
const EVEN = 1000;

function setUp({ remaining = LIMIT, budgets = {} } = {}) {
  const clock = { time: NOON };
  const admission = new LookupAdmission(
    { ...REPUTATION_DEFAULTS.budgets, ...budgets },
    () => clock.time,
  );
  let left = remaining;
  let addresses = 0;
  const asked: string[] = [];
  const sent: string[] = [];
  const look = (
    caller: Caller | undefined,
    options: { reason?: boolean; stale?: boolean; ip?: string } = {},
  ) => {
    // Each in another network.
    addresses += 1;
    const ip = address(options.ip ?? `5.${addresses >> 8}.${addresses & 255}.7`);
    const candidate: Candidate = {
      address: ip,
      caller,
      hasReason: () => {
        asked.push(ip.value);
        return options.reason ?? false;
      },
      hasFallback: options.stale ?? false,
      onSent: () => void sent.push(ip.value),
    };
    const by = admission.heldBackBy(candidate);
    if (by !== undefined) return by;
    left -= 1;
    admission.pace.learn(admission.spend(candidate), { quotaRemaining: left, quotaLimit: LIMIT });
    return undefined;
  };
  /** Looks up new addresses of many users until one is held back; returns how many, and why. */
  const lookAll = (callerOf: (i: number) => Caller | undefined, options = {}) => {
    for (let i = 0; i < 5000; i += 1) {
      const by = look(callerOf(i), options);
      if (by !== undefined) return [i, by];
    }
    return [5000, undefined];
  };
  return { clock, admission, look, lookAll, asked, sent };
}

const newUser = (i: number) => user(`new ${i}`);

describe('With a quota that suffices', () => {
  test('a user has its budget, and others have theirs', () => {
    const { look, lookAll } = setUp();
    expect(lookAll(() => user('u'))).toEqual([30, 'user']);
    expect(look(user('v'))).toBeUndefined();
    expect(look(user('u'), { stale: true })).toBeUndefined();
  });

  test('lookups on behalf of nobody have no budget', () => {
    const { lookAll } = setUp();
    expect(lookAll(() => undefined)).toEqual([expect.any(Number), 'pace']);
  });

  test('nothing asks for reasons', () => {
    const { look, asked } = setUp();
    look(user('u'));
    expect(asked).toEqual([]);
  });
});

describe('While calls are scarce', () => {
  const scarce = (budgets = {}) => {
    const task = setUp({ budgets });
    for (let i = 0; i < EVEN / 10 + 30; i += 1) task.look(newUser(i));
    expect(task.admission.pace.isScarce).toBe(true);
    return task;
  };

  test.each<[string, Caller, object, [number, HeldBackBy]]>([
    ['a client without a user', client('a'), {}, [38, 'share']],
    ['a client whose addresses have reasons', client('a'), { reason: true }, [38, 'share']],
    ['a user', user('u'), {}, [30, 'user']],
  ])('%s gets its share', (_, caller, options, [count, by]) => {
    const [sent, heldBackBy] = scarce().lookAll(() => caller, options);
    expect(heldBackBy).toBe(by);
    expect(Math.abs(Number(sent) - count)).toBeLessThanOrEqual(1);
  });

  test('a share contains the refreshes of stale records', () => {
    const { look } = scarce();
    const options = { reason: true, stale: true, ip: '6.6.6.6' };
    // Makes the record worth a refresh.
    look(user('u'), options);
    const by = Array.from({ length: 45 }, () => look(client('a'), options));
    expect(by.indexOf('share')).toBeGreaterThan(35);
    expect(by.slice(0, by.indexOf('share'))).toEqual(Array(by.indexOf('share')).fill(undefined));
  });

  test('others are looked up as long as the pace allows it', () => {
    const { look, lookAll } = scarce();
    lookAll(() => client('attacker'));
    expect(look(user('victim'))).toBeUndefined();
    expect(lookAll(newUser)).toEqual([expect.any(Number), 'pace']);
  });
});

describe('When the pace holds lookups back', () => {
  const held = () => {
    const task = setUp();
    task.lookAll(newUser);
    return task;
  };

  test.each([
    ['an address with a reason is looked up', { reason: true }, undefined],
    ['one without is not', { reason: false }, 'pace'],
    ['a stale record is not refreshed', { stale: true }, 'pace'],
    ['nor that of an address with a reason', { stale: true, reason: true }, 'pace'],
  ])('%s', (_, options, expected) => {
    expect(held().look(user('victim'), options)).toBe(expected);
  });

  test('the reserve for addresses with a reason is a third of a burst', () => {
    const { lookAll } = held();
    const [count, by] = lookAll((i) => user(`with reason ${i}`), { reason: true });
    expect(by).toBe('pace');
    expect(Math.abs(Number(count) - EVEN / 3)).toBeLessThan(40);
  });

  test('an address whose lookup is wanted eight times is worth as much as one with a reason', () => {
    const { look, lookAll } = held();
    lookAll((i) => user(`with reason ${i}`), { reason: true });
    const by = Array.from({ length: 10 }, (_, i) => look(user(`at ${i}`), { ip: '6.6.6.6' }));
    expect(Math.abs(by.indexOf(undefined) - 8)).toBeLessThanOrEqual(1);
  });

  test('one caller cannot make an address worth a lookup beyond its share', () => {
    const { look, lookAll } = held();
    lookAll((i) => user(`with reason ${i}`), { reason: true });
    lookAll(() => client('attacker'), { ip: '6.6.6.6', reason: true });
    const by = Array.from({ length: 100 }, (_, i) =>
      look(client('attacker'), { ip: `7.7.7.${i}`, reason: true }),
    );
    expect(by.filter((each) => each === undefined).length).toBeLessThanOrEqual(40);
  });

  test('an address over budget is not asked for reasons', () => {
    const { lookAll, asked, look } = held();
    lookAll(() => user('attacker'), { reason: true });
    asked.splice(0);
    expect(look(user('attacker'), { reason: true })).toBe('user');
    expect(asked).toEqual([]);
  });
});

test('Only the lookups that are sent are reported as sent', () => {
  const { look, sent } = setUp({ budgets: { user: 2 } });
  const results = Array.from({ length: 4 }, () => look(user('u')));
  expect(results).toEqual([undefined, undefined, 'user', 'user']);
  expect(sent).toHaveLength(2);
});

test('A budget returns after an hour and a quarter', () => {
  const { clock, lookAll } = setUp();
  lookAll(() => user('u'));
  clock.time += 1.25 * HOUR;
  expect(lookAll(() => user('u'))).toEqual([30, 'user']);
});

test.each<[HeldBackBy, string]>([
  ['user', 'budget'],
  ['client', 'budget'],
  ['network', 'budget'],
  ['subnet', 'budget'],
  ['share', 'budget'],
  ['pace', 'quota'],
  ['slots', 'upstream'],
])('A lookup held back by %s leaves the reputation unknown with the cause %s', (by, cause) => {
  expect(causeOf(by)).toBe(cause);
});

test('Nobody outbids others by repeating requests for new addresses', () => {
  const { lookAll, look } = setUp();
  expect(lookAll(newUser)[1]).toBe('pace');
  const repeated = Array.from({ length: 100 }, () => look(user('impatient'), { ip: '9.9.9.9' }));
  expect(new Set(repeated)).toEqual(new Set(['pace']));
});
