import type { Fault } from '../../../../app/dev/simulator/fault.ts';
import type { Address } from '../../../../app/src/signals/address/address.ts';
import {
  type Item,
  recordItem,
  subnetItem,
} from '../../../../app/src/signals/reputation/cache/item.ts';
import { REPUTATION_DEFAULTS } from '../../../../app/src/signals/reputation/limits.ts';
import { user } from './admission/callers.ts';
import {
  address,
  type Harness,
  HOUR,
  lookup,
  NO_DEADLINE,
  NOON,
  startHarness,
  startServer,
  type Task,
} from './harness.ts';

const MEMORY = REPUTATION_DEFAULTS.highScoreMemory;
const OUT_OF_QUOTA: Fault = { kind: 'quota', headers: true };

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  harness.clock.time = NOON;
  harness.simulator.setFault(undefined);
  await harness.newTable();
});

let subnets = 0;

/** Returns addresses of a /64 that no other test uses. */
function newSubnet(): (host: string) => Address {
  subnets += 1;
  const prefix = `2a00:0:0:${subnets.toString(16)}`;
  return (host) => address(`${prefix}::${host}`);
}

const setScore = ({ value }: Address, score: number) =>
  harness.simulator.setRecord(value, { abuseConfidenceScore: score });

/** Looks an address up that has a score, and waits until it is in the table. */
async function check({ reputation }: Task, ip: Address, score: number): Promise<void> {
  setScore(ip, score);
  await lookup(reputation, ip);
  await reputation.settle();
}

/** Stores scores in the table, as tasks that have not read each other's, and lets a task look them up. */
async function share(
  task: Task,
  scores: readonly (readonly [ip: Address, score: number, checkedAt?: number])[],
): Promise<void> {
  for (const [{ value }, score, checkedAt = NOON] of scores) {
    const expiresAt = checkedAt + (score < 75 ? 24 * HOUR : MEMORY);
    const item = recordItem(`${value}#30`, { score, checkedAt }, expiresAt);
    await harness.dynamoDb.put(harness.tableName(), item);
  }
  for (const [ip] of scores) await lookup(task.reputation, ip);
}

/** Looks an address up; returns the signal, and the addresses that were checked for it. */
async function find({ reputation }: Task, ip: Address) {
  const before = harness.simulator.checks.length;
  const { known, score, inheritedFrom, ...rest } = (await lookup(reputation, ip)) as Record<
    string,
    unknown
  >;
  await reputation.settle();
  const checked = harness.simulator.checks.slice(before).map((each) => each.address);
  return { ...rest, known, score, from: (inheritedFrom as Address | undefined)?.value, checked };
}

describe('after the check of an address, another one', () => {
  test.each<[string, string, number, string, number]>([
    ['of its /64 inherits a score of 75', '2a01:1::1', 75, '2a01:1::ffff:ffff:ffff:ffff', 75],
    ['of its /64 inherits a score of 100', '2a01:2::1', 100, '2a01:2::2', 100],
    ['of its /64 does not inherit a score of 74', '2a01:3::1', 74, '2a01:3::2', 5],
    ['of the next /64 inherits nothing', '2a01:4::1', 100, '2a01:4:0:1::1', 5],
    ['of the same /24 inherits nothing', '9.8.7.1', 100, '9.8.7.2', 5],
    // Two clients behind one Teredo server have the same /64.
    [
      'behind the same Teredo server inherits nothing',
      '2001:0:4136:e378::f6f8:f8f1',
      100,
      '2001:0:4136:e378::f6f8:f8f0',
      5,
    ],
  ])('%s', async (_, first, firstScore, second, expected) => {
    const [one, other] = [harness.task(), harness.task()];
    await check(one, address(first), firstScore);
    const isInherited = expected !== 5;
    for (const task of [one, other]) {
      const ip = address(second);
      harness.simulator.setRecord((ip.embedded ?? ip).value, { abuseConfidenceScore: 5 });
      const found = await find(task, ip);
      expect(found).toMatchObject({ score: expected, stale: false });
      expect(found.from).toBe(isInherited ? address(first).value : undefined);
      if (isInherited) expect(found.checked).toEqual([]);
    }
  });

  test.each<[string, number, number, number]>([
    ['has the inherited score if its own is low', 10, 96, 96],
    ['has the inherited score if its own is high, but lower', 80, 96, 96],
    ['has its own score if that is higher', 96, 80, 96],
    ['has its own score if that is the same', 90, 90, 90],
  ])('that has been checked, too, %s', async (_, own, source, score) => {
    const task = harness.task();
    const ip = newSubnet();
    const scores = [
      [ip('2'), own],
      [ip('1'), source],
    ] as const;
    await share(task, scores);
    const found = await find(task, ip('2'));
    expect(found).toMatchObject({ score, stale: false, checked: [] });
    expect(found.from).toBe(source > own ? ip('1').value : undefined);
  });
});

describe('when an inherited score is stale', () => {
  test.each([
    ['in the same task', false],
    ['in another task', true],
  ])('its source is looked up, and not the address: %s', async (_, isOther) => {
    const task = harness.task();
    const ip = newSubnet();
    await check(task, ip('1'), 96);
    setScore(ip('2'), 10);
    harness.clock.time = NOON + 2 * HOUR;
    expect(await find(isOther ? harness.task() : task, ip('2'))).toMatchObject({
      score: 96,
      from: ip('1').value,
      source: 'abuseipdb',
      stale: false,
      age: 0,
      checked: [ip('1').value],
    });
  });

  test('concurrent lookups share that of its source', async () => {
    const task = harness.task();
    const ip = newSubnet();
    await check(task, ip('1'), 96);
    harness.clock.time = NOON + 3 * HOUR;
    const before = harness.simulator.checks.length;
    const all = ['1', '2', '3', '4'].map((host) => lookup(task.reputation, ip(host)));
    expect(await Promise.all(all)).toMatchObject(all.map(() => ({ score: 96, stale: false })));
    expect(harness.simulator.checks.slice(before)).toHaveLength(1);
  });

  test('the address is checked if its own stale score was higher', async () => {
    const task = harness.task();
    const ip = newSubnet();
    await share(task, [
      [ip('1'), 80],
      [ip('2'), 96],
    ]);
    harness.clock.time = NOON + 2 * HOUR;
    setScore(ip('1'), 80);
    setScore(ip('2'), 10);
    expect(await find(task, ip('2'))).toMatchObject({
      score: 80,
      from: ip('1').value,
      checked: [ip('2').value, ip('1').value],
    });
  });

  test('two addresses that inherit from each other do not wait for each other', async () => {
    const task = harness.task();
    const ip = newSubnet();
    await share(task, [
      [ip('1'), 80],
      [ip('2'), 90],
    ]);
    // Another task has found a score in between. The lookup of the first address waits for that of the second one, which
    // only then reads it.
    const checkedAt = NOON + 1;
    const item = recordItem(`${ip('2').value}#30`, { score: 78, checkedAt }, checkedAt + MEMORY);
    await harness.dynamoDb.put(harness.tableName(), item);
    harness.clock.time = NOON + 3 * HOUR;
    setScore(ip('1'), 5);
    setScore(ip('2'), 6);
    expect(await find(task, ip('1'))).toMatchObject({
      score: 5,
      stale: false,
      checked: [ip('2').value, ip('1').value],
    });
  });

  test('it is the fallback for 30 days while the quota is exhausted, in all tasks', async () => {
    const task = harness.task();
    const ip = newSubnet();
    await check(task, ip('1'), 96);
    harness.simulator.setFault(OUT_OF_QUOTA);
    harness.clock.time = NOON + MEMORY - 1;
    const inherited = {
      score: 96,
      from: ip('1').value,
      stale: true,
      staleCause: 'quota',
      age: MEMORY - 1,
    };
    expect(await find(task, ip('2'))).toMatchObject({ ...inherited, source: 'memory' });
    expect(await find(harness.task(), ip('3'))).toMatchObject({ ...inherited, source: 'dynamodb' });
    harness.clock.time = NOON + MEMORY;
    for (const each of [task, harness.task()]) {
      expect(await find(each, ip('4'))).toMatchObject({ known: false, cause: 'quota' });
    }
  });

  test('it replaces an own low score that is fresh', async () => {
    const task = harness.task();
    const ip = newSubnet();
    await check(task, ip('1'), 96);
    harness.clock.time = NOON + 25 * HOUR;
    harness.simulator.setFault({ kind: 'status', status: 503 }, ip('1').value);
    expect(await find(task, ip('2'))).toMatchObject({
      score: 96,
      stale: true,
      staleCause: 'upstream',
      checked: [ip('1').value],
    });
  });
});

describe('the inheritance ends', () => {
  test('in all tasks when its source has a lower score', async () => {
    const [one, other] = [harness.task(), harness.task()];
    const ip = newSubnet();
    await check(one, ip('1'), 96);
    await find(other, ip('2'));
    harness.clock.time = NOON + 2 * HOUR;
    await check(one, ip('1'), 74);
    for (const [host, task] of Object.entries({ 2: one, 3: other, 4: harness.task() })) {
      setScore(ip(host), 10);
      expect(await find(task, ip(host))).toMatchObject({
        score: 10,
        from: undefined,
        checked: [ip(host).value],
      });
    }
  });

  test('for an address whose lookup finds it out', async () => {
    const task = harness.task();
    const ip = newSubnet();
    await check(task, ip('1'), 96);
    for (const host of ['1', '2']) setScore(ip(host), 10);
    harness.clock.time = NOON + 2 * HOUR;
    expect(await find(task, ip('2'))).toMatchObject({
      score: 10,
      from: undefined,
      source: 'abuseipdb',
      checked: [ip('1').value, ip('2').value],
    });
  });

  test('not while another address of the /64 has a high score', async () => {
    const task = harness.task();
    const ip = newSubnet();
    await share(task, [
      [ip('1'), 96],
      [ip('2'), 80],
    ]);
    harness.clock.time = NOON + 3 * HOUR;
    setScore(ip('1'), 0);
    setScore(ip('2'), 80);
    const inherited = { score: 80, from: ip('2').value };
    expect(await find(task, ip('3'))).toMatchObject({
      ...inherited,
      checked: [ip('1').value, ip('2').value],
    });
    expect(await find(harness.task(), ip('4'))).toMatchObject({ ...inherited, checked: [] });
  });
});

test('the item of a /64 has another high score if its source has none any more', async () => {
  const task = harness.task();
  const ip = newSubnet();
  harness.clock.time = NOON + 2 * HOUR;
  setScore(ip('1'), 0);
  await share(task, [
    [ip('2'), 80, NOON + HOUR],
    [ip('1'), 96],
  ]);
  await task.reputation.settle();
  expect(await find(harness.task(), ip('3'))).toMatchObject({
    score: 80,
    from: ip('2').value,
    age: HOUR,
    checked: [],
  });
});

describe('an attacker with a /64', () => {
  test('gets at most one token, for one lookup', async () => {
    const tasks = [harness.task(), harness.task()];
    const ip = newSubnet();
    const before = harness.simulator.checks.length;
    let tokens = 0;
    for (let host = 1; host <= 40; host += 1) {
      setScore(ip(host.toString(16)), host === 1 ? 96 : 0);
      const task = tasks[host % 2];
      const { score } = await find(task ?? harness.task(), ip(host.toString(16)));
      if ((score as number) < 75) tokens += 1;
    }
    expect(tokens).toBe(0);
    expect(harness.simulator.checks.length - before).toBe(1);
  });

  test('gets no further lookup beyond the limit of the /64', async () => {
    const task = harness.task();
    const [ip, elsewhere] = [newSubnet(), newSubnet()];
    const lookupFor = (id: number, each: Address) =>
      task.reputation.lookup(each, NO_DEADLINE, { caller: user(`user ${id}`) });
    const { subnet } = REPUTATION_DEFAULTS.budgets;
    const signals = [];
    for (let host = 1; host <= subnet + 1; host += 1) {
      setScore(ip(host.toString(16)), 0);
      signals.push(await lookupFor(host, ip(host.toString(16))));
    }
    expect(signals.filter(({ known }) => known)).toHaveLength(subnet);
    expect(signals.at(-1)).toEqual({ known: false, cause: 'budget', heldBackBy: 'subnet' });
    expect(await lookupFor(0, elsewhere('1'))).toMatchObject({ known: true });
  });
});

describe('in DynamoDB', () => {
  test('a /64 has an item beside that of its source, for the same time and window', async () => {
    const task = harness.task({ maxAgeInDays: 90 });
    const ip = newSubnet();
    await check(task, ip('1'), 96);
    const read = (key: string) => harness.dynamoDb.get(harness.tableName(), key);
    const subnet = `${ip('0').value}/64#90`;
    const own = await read(`${ip('1').value}#90`);
    expect(own).toBeDefined();
    expect(await read(subnet)).toEqual({
      ...own,
      address: { S: subnet },
      inherited_from: { S: ip('1').value },
    });
    expect(own?.inherited_from).toBeUndefined();
  });

  test.each(['74', '0'])('a /64 whose only score is %s has no item', async (score) => {
    const ip = newSubnet();
    await check(harness.task(), ip('1'), Number(score));
    const items = await harness.dynamoDb.items(harness.tableName());
    expect(items.map((item) => item.address?.S)).toEqual([`${ip('1').value}#30`]);
  });

  test('the item of a /64 is read with that of a new IPv6 address only', async () => {
    const keys: string[] = [];
    const server = await fakeDynamoDb((key) => {
      keys.push(key);
      return undefined;
    });
    const task = harness.task({ cache: { client: harness.client(server.url), tableName: 'fake' } });
    const ip = newSubnet();
    for (const each of [ip('1'), ip('1'), address('9.9.9.9'), address('2002:909:90a::1')]) {
      await find(task, each);
    }
    const records = keys.filter((key) => !key.startsWith('#')).sort();
    expect(records).toEqual(
      [`${ip('1').value}#30`, `${ip('0').value}/64#30`, '9.9.9.9#30', '9.9.9.10#30'].sort(),
    );
    await server.close();
  });

  test('a failing read of the /64 has no effect', async () => {
    const server = await fakeDynamoDb((key) => (key.includes('/64') ? 'fail' : undefined));
    const task = harness.task({ cache: { client: harness.client(server.url), tableName: 'fake' } });
    const ip = newSubnet();
    setScore(ip('1'), 10);
    const found = await find(task, ip('1'));
    expect(found).toMatchObject({ score: 10, source: 'abuseipdb' });
    expect(found).not.toHaveProperty('cacheError');
    await server.close();
  });

  test('a read of the /64 that is a little later than that of the address counts', async () => {
    const ip = newSubnet();
    const key = `${ip('0').value}/64#30`;
    const source = { source: ip('1'), record: { score: 96, checkedAt: NOON } };
    const server = await fakeDynamoDb((each, respond) => {
      if (each !== key) return undefined;
      setTimeout(() => respond(subnetItem(key, source, NOON + HOUR)), 30);
      return 'hang';
    });
    const task = harness.task({ cache: { client: harness.client(server.url), tableName: 'fake' } });
    expect(await find(task, ip('2'))).toMatchObject({ score: 96, checked: [] });
    await server.close();
  });

  test('a hanging read of the /64 does not delay the lookup', async () => {
    const held: (() => void)[] = [];
    const server = await fakeDynamoDb((key, respond) => {
      if (!key.includes('/64')) return undefined;
      held.push(respond);
      return 'hang';
    });
    const client = harness.client(server.url, 20_000);
    const cache = { client, tableName: 'fake' };
    const task = harness.task({ cache, cacheReadTimeout: 2000 });
    const ip = newSubnet();
    setScore(ip('1'), 10);
    expect(await lookup(task.reputation, ip('1'))).toMatchObject({ score: 10 });
    expect(held).toHaveLength(1);
    // The read has not ended by its timeout either.
    expect(task.events.cacheFailures).toEqual([]);
    for (const respond of held) respond();
    await task.reputation.settle();
    await server.close();
  });
});

/** Starts a DynamoDB without items that fails, or holds its response back, for some keys. */
function fakeDynamoDb(
  onRead: (key: string, respond: (item?: Item) => void) => 'fail' | 'hang' | undefined,
): ReturnType<typeof startServer> {
  return startServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { Key } = JSON.parse(body) as { Key?: { address: { S: string } } };
      const respond = (status: number, item?: Item) => {
        response
          .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
          .end(JSON.stringify({ Item: item }));
      };
      const outcome = Key && onRead(Key.address.S, (item) => respond(200, item));
      if (outcome !== 'hang') respond(outcome === 'fail' ? 500 : 200);
    });
  });
}
