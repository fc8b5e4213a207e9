import { setImmediate } from 'node:timers/promises';
import type { Caller } from '../../../../app/src/signals/reputation/admission/caller.ts';
import type { LookupPurpose } from '../../../../app/src/signals/reputation/pending-lookup.ts';
import { client, user } from './admission/callers.ts';
import {
  address,
  type Harness,
  HOUR,
  holdAbuseIpdb,
  type LocalServer,
  lookup,
  NO_DEADLINE,
  NOON,
  newAddress,
  SECOND,
  startHarness,
  type Task,
} from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  harness.clock.time = NOON;
  harness.simulator.setFault(undefined);
  harness.simulator.setQuota(100_000);
  await harness.newTable();
});

const upstreams: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
});

const ATTACKER = user('attacker', 'attacked-app');
const BUDGET = { known: false, cause: 'budget', heldBackBy: 'user' };

function lookUp({ reputation }: Task, ip: string, caller: Caller) {
  return reputation.lookup(address(ip), NO_DEADLINE, { caller });
}

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await setImmediate();
}

describe('64 hanging lookups of one client', () => {
  test('leave lookups for others', async () => {
    const upstream = await holdAbuseIpdb(96);
    upstreams.push(upstream);
    const task = harness.task({ baseUrl: upstream.url, abuseIpdbTimeout: 60 * SECOND });
    const attacks = Array.from({ length: 64 }, (_, i) =>
      lookUp(task, `5.1.${i}.1`, client('attacker')),
    );
    let heldBack = 0;
    for (const attack of attacks) void Promise.resolve(attack).then(() => ++heldBack);
    await until(() => upstream.requests === 32 && heldBack === 32);
    const others = Array.from({ length: 8 }, (_, i) => lookUp(task, `5.2.${i}.1`, user('victim')));
    await until(() => upstream.requests === 40);
    upstream.release();
    expect(await Promise.all(others)).toEqual(
      others.map(() => expect.objectContaining({ known: true })),
    );
    const results = await Promise.all(attacks);
    expect(results.filter(({ known }) => !known)).toEqual(
      Array(32).fill({ known: false, cause: 'upstream', heldBackBy: 'slots' }),
    );
  });
});

test('a lookup that ends with an internal error leaves its slot to others', async () => {
  const task = harness.task({ maxConcurrentChecks: 1 });
  const onSent = () => {
    throw new Error('broken');
  };
  const caller = user('one');
  const broken = await task.reputation.lookup(newAddress(), NO_DEADLINE, { caller, onSent });
  expect(broken).toEqual({ known: false, cause: 'upstream' });
  expect(await lookUp(task, newAddress().value, user('other'))).toMatchObject({ known: true });
});

describe('Failing lookups of one user', () => {
  test('stop the lookups of that user and of nobody else', async () => {
    const task = harness.task();
    const fail = (i: number) => {
      const ip = `5.3.${i}.1`;
      harness.simulator.setFault({ kind: 'status', status: 500 }, ip);
      return lookUp(task, ip, ATTACKER);
    };
    for (let i = 0; i < 8; i += 1) expect(await fail(i)).toMatchObject({ known: false });
    expect(task.events.checks).toHaveLength(5);
    const others = await Promise.all(
      Array.from({ length: 8 }, (_, i) => lookUp(task, `5.4.${i}.1`, user(`victim ${i}`))),
    );
    expect(others.filter(({ known }) => known)).toHaveLength(8);
    expect(task.events.circuitChanges.at(-1)).toEqual({ state: 'closed' });
  });
});

describe('A user whose budget is used up', () => {
  const budgets = { user: 1, client: 10, network: 10, subnet: 10 };

  test('does not keep others from looking up the same address at the same time', async () => {
    const task = harness.task({ budgets });
    await lookUp(task, '5.5.1.1', ATTACKER);
    expect(await lookUp(task, '5.5.2.1', ATTACKER)).toEqual(BUDGET);
    const callers = [ATTACKER, ATTACKER, user('victim'), ATTACKER];
    const signals = await Promise.all(callers.map((each) => lookUp(task, '5.5.3.1', each)));
    expect(signals).toEqual(callers.map(() => expect.objectContaining({ known: true })));
    expect(task.events.checks).toHaveLength(2);
  });

  test.each([
    ['20 such users', 20, user('victim', 'attacked-app')],
    ['40 such users of another client', 40, user('victim', 'other-app')],
  ])('does not do so among %s', async (_, count, victim) => {
    const task = harness.task({ budgets });
    const attackers = Array.from({ length: count }, (__, i) => user(`${i}`, 'attacked-app'));
    await Promise.all(attackers.map((each, i) => lookUp(task, `5.7.${i}.1`, each)));
    const sent = task.events.checks.length;
    const signals = await Promise.all(
      [...attackers, victim].map((each) => lookUp(task, '5.8.1.1', each)),
    );
    expect(signals.filter(({ known }) => !known)).toEqual([]);
    expect(task.events.checks).toHaveLength(sent + 1);
  });

  test('gets the record that another one has paid for', async () => {
    const task = harness.task({ budgets });
    await lookUp(task, '5.6.1.1', ATTACKER);
    await lookUp(task, '5.6.2.1', user('other'));
    expect(await lookUp(task, '5.6.2.1', ATTACKER)).toMatchObject({ known: true });
  });
});

describe('A task that restarts after the quota was used up by others', () => {
  test('remembers high scores, and looks new addresses up again after the reset', async () => {
    const bad = newAddress();
    harness.simulator.setRecord(bad.value, { abuseConfidenceScore: 96 });
    const before = harness.task();
    await lookup(before.reputation, bad);
    await before.reputation.settle();
    harness.simulator.setQuota(0);
    harness.clock.time += 11 * HOUR;
    const after = harness.task();
    expect(await lookup(after.reputation, newAddress())).toMatchObject({ cause: 'quota' });
    expect(await lookup(after.reputation, bad)).toMatchObject({ score: 96, staleCause: 'quota' });
    harness.clock.time += HOUR;
    expect(await lookup(after.reputation, newAddress())).toMatchObject({ known: true });
  });
});

test('A record in memory is used without asking for whom', async () => {
  const { reputation } = harness.task();
  const ip = newAddress();
  await lookup(reputation, ip);
  const asked: string[] = [];
  const purpose: LookupPurpose = {
    get caller() {
      asked.push('caller');
      return ATTACKER;
    },
    hasReason: () => asked.push('reason') > 0,
    onSent: () => void asked.push('sent'),
  };
  expect(reputation.lookup(ip, NO_DEADLINE, purpose)).toMatchObject({ known: true });
  expect(asked).toEqual([]);
  await reputation.lookup(newAddress(), NO_DEADLINE, purpose);
  expect(asked).toContain('caller');
  expect(asked.at(-1)).toBe('sent');
});
