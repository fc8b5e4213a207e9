import type { Fault } from '../../../../../app/dev/simulator/simulator.ts';
import type { Caller } from '../../../../../app/src/signals/reputation/admission/caller.ts';
import type {
  BlockChecksStopped,
  CheckReport,
  HeldBackLookup,
} from '../../../../../app/src/signals/reputation/hooks.ts';
import type { ReputationLookup } from '../../../../../app/src/signals/reputation/lookup.ts';
import type { ReputationOptions } from '../../../../../app/src/signals/reputation/options.ts';
import { advanceTimers, startTimers, stopTimers } from '../../../../support/fake-timers.ts';
import {
  address,
  type Harness,
  HOUR,
  lookup,
  MINUTE,
  NO_DEADLINE,
  NOON,
  SECOND,
  startHarness,
  startServer,
} from '../harness.ts';

const DAY = 24 * HOUR;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.clock.time = NOON;
  harness.simulator.setFault(undefined);
  harness.simulator.setCheckBlockFault(undefined);
  harness.simulator.setBlockQuota(100);
});

/** A task with CHECK-BLOCK, and what its hooks received. */
function blockTask(options: Partial<ReputationOptions> = {}) {
  const blockChecks: CheckReport[] = [];
  const stops: BlockChecksStopped[] = [];
  const heldBack: HeldBackLookup['by'][] = [];
  const { reputation } = harness.task({
    checkBlock: true,
    hooks: {
      onBlockCheck: (report) => void blockChecks.push(report),
      onBlockChecksStopped: (stop) => void stops.push(stop),
      onHeldBack: ({ by }) => void heldBack.push(by),
    },
    ...options,
  });
  return { reputation, blockChecks, stops, heldBack };
}

/** Returns the data about a /24 without reports. */
const bodyOfBlock = (ip: (host: number) => string) => ({
  networkAddress: ip(0),
  netmask: '255.255.255.0',
  minAddress: ip(1),
  maxAddress: ip(254),
  numPossibleHosts: 254,
  reportedAddress: [],
});

let lastBlock = 0;

/** Returns a function that makes addresses of a /24 that no other test uses. */
function newBlock(): (host: number) => string {
  lastBlock += 1;
  const block = lastBlock;
  return (host) => `5.${200 + (block >> 8)}.${block & 255}.${host}`;
}

const setScore = (ip: string, score: number) =>
  harness.simulator.setRecord(ip, { abuseConfidenceScore: score, totalReports: score });

/** Looks addresses up one after another, and returns the signals and how many calls they made. */
async function lookUp(reputation: ReputationLookup, ...ips: string[]) {
  const { checks, blockChecks } = harness.simulator;
  const before = { checks: checks.length, blocks: blockChecks.length };
  const signals = [];
  for (const ip of ips) signals.push(await lookup(reputation, address(ip)));
  return {
    signals,
    checks: checks.slice(before.checks).map((check) => check.address),
    blocks: blockChecks.slice(before.blocks).map(({ network }) => network),
  };
}

describe('several addresses of a /24 within an hour', () => {
  test('take one CHECK and one CHECK-BLOCK, of 365 days', async () => {
    const ip = newBlock();
    const { reputation } = blockTask();
    setScore(ip(20), 96);
    setScore(ip(254), 30);
    const { signals, checks, blocks } = await lookUp(
      reputation,
      ...[10, 20, 30, 1, 254].map(ip),
      ip(20),
    );
    expect(checks).toEqual([ip(10)]);
    expect(blocks).toEqual([`${ip(0)}/24`]);
    expect(harness.simulator.blockChecks.at(-1)).toMatchObject({
      maxAgeInDays: 365,
      key: 'good-key',
      headers: { accept: 'application/json' },
    });
    const ofBlock = { known: true, source: 'check-block', stale: false, age: 0 };
    expect(signals).toMatchObject([
      { known: true, source: 'abuseipdb' },
      { ...ofBlock, score: 96 },
      ofBlock,
      ofBlock,
      { ...ofBlock, score: 30 },
      { ...ofBlock, score: 96 },
    ]);
  });

  test('take CHECKs only, unless the option is on', async () => {
    const ip = newBlock();
    const { reputation } = harness.task();
    const { checks, blocks } = await lookUp(reputation, ip(10), ip(20), ip(30));
    expect(checks).toEqual([ip(10), ip(20), ip(30)]);
    expect(blocks).toEqual([]);
  });

  test('take CHECKs for the first and the last address, which a CHECK-BLOCK does not answer', async () => {
    const ip = newBlock();
    const { reputation } = blockTask();
    const { signals, checks, blocks } = await lookUp(reputation, ...[0, 255, 10, 0, 255].map(ip));
    expect(checks).toEqual([ip(0), ip(255), ip(10)]);
    expect(blocks).toEqual([]);
    const { checks: later, blocks: laterBlocks } = await lookUp(reputation, ip(20), ip(30));
    expect([later, laterBlocks]).toEqual([[], [`${ip(0)}/24`]]);
    expect(signals.at(-1)).toMatchObject({ source: 'memory' });
  });

  test('include the IPv4 address behind a tunnel', async () => {
    const ip = newBlock();
    const { reputation } = blockTask();
    const [first, second, third, fourth] = ip(77).split('.').map(Number);
    const group = (high = 0, low = 0) => (high * 256 + low).toString(16);
    const tunnelled = `2002:${group(first, second)}:${group(third, fourth)}::1`;
    setScore(ip(77), 80);
    const { signals, checks, blocks } = await lookUp(reputation, ip(10), tunnelled);
    expect([checks, blocks]).toEqual([[ip(10)], [`${ip(0)}/24`]]);
    expect(signals[1]).toMatchObject({ score: 80, source: 'check-block' });
  });

  test('are IPv4 addresses: a /64 takes CHECKs', async () => {
    const { reputation } = blockTask();
    const { checks, blocks } = await lookUp(reputation, '2a00:1::1', '2a00:1::2', '2a00:1::3');
    expect([checks.length, blocks.length]).toEqual([3, 0]);
  });

  test('wait for the same call', async () => {
    const ip = newBlock();
    const { reputation } = blockTask();
    await lookUp(reputation, ip(10));
    const { checks, blockChecks } = harness.simulator;
    const before = [checks.length, blockChecks.length] as const;
    const signals = await Promise.all(
      [20, 30, 40, 50].map((host) => lookup(reputation, address(ip(host)))),
    );
    expect([checks.length - before[0], blockChecks.length - before[1]]).toEqual([0, 1]);
    expect(new Set(signals.map((signal) => 'source' in signal && signal.source))).toEqual(
      new Set(['check-block']),
    );
  });

  test.each([
    ['59 minutes apart', 59 * MINUTE, 1],
    ['an hour apart', HOUR, 0],
  ])('%s', async (_, apart, blocks) => {
    const ip = newBlock();
    const { reputation } = blockTask();
    await lookUp(reputation, ip(10));
    harness.clock.time += apart;
    expect((await lookUp(reputation, ip(20))).blocks).toHaveLength(blocks);
  });
});

describe('the scores of a block', () => {
  test('are found by other tasks in DynamoDB', async () => {
    const ip = newBlock();
    const one = blockTask();
    setScore(ip(30), 96);
    await lookUp(one.reputation, ip(10), ip(20));
    await one.reputation.settle();
    harness.clock.time += 10 * MINUTE;
    const { signals, checks, blocks } = await lookUp(blockTask().reputation, ip(30), ip(40));
    expect([checks, blocks]).toEqual([[], []]);
    const shared = { source: 'check-block', stale: false, age: 10 * MINUTE };
    expect(signals).toMatchObject([{ ...shared, score: 96 }, shared]);
  });

  test('are not read by a task whose policy needs more', async () => {
    const ip = newBlock();
    const one = blockTask();
    await lookUp(one.reputation, ip(10), ip(20));
    await one.reputation.settle();
    const { checks } = await lookUp(harness.task().reputation, ip(20), ip(30));
    expect(checks).toEqual([ip(20), ip(30)]);
  });

  test.each([
    ['low', 24, 6 * HOUR],
    ['elevated', 74, HOUR],
    ['high', 75, 2 * HOUR],
  ])('are fresh for the TTL of their own band: %s', async (_, score, ttl) => {
    const ip = newBlock();
    const { reputation } = blockTask();
    setScore(ip(30), score);
    await lookUp(reputation, ip(10), ip(20));
    harness.clock.time += ttl - 1;
    const fresh = await lookUp(reputation, ip(30));
    expect(fresh).toMatchObject({ signals: [{ score, source: 'check-block' }], checks: [] });
    harness.clock.time += 1;
    const checked = await lookUp(reputation, ip(30));
    expect(checked).toMatchObject({ signals: [{ score, source: 'abuseipdb' }], checks: [ip(30)] });
  });

  test.each([
    ['a low one, for a day', 10, DAY - MINUTE, true],
    ['a low one, no longer', 10, DAY + MINUTE, false],
    ['a high one, for 30 days', 96, 30 * DAY - MINUTE, true],
    ['a high one, no longer', 96, 30 * DAY + MINUTE, false],
  ])('are the stale fallback of every task: %s', async (_, score, age, isKnown) => {
    const ip = newBlock();
    const one = blockTask();
    setScore(ip(30), score);
    await lookUp(one.reputation, ip(10), ip(20));
    await one.reputation.settle();
    harness.clock.time += age;
    harness.simulator.setFault({ kind: 'status', status: 503 });
    const stale = { score, source: 'check-block', stale: true, staleCause: 'upstream', age };
    for (const { reputation } of [one, blockTask()]) {
      const { signals } = await lookUp(reputation, ip(30));
      expect(signals).toMatchObject([isKnown ? stale : { known: false, cause: 'upstream' }]);
    }
  });

  test('yield to a newer CHECK, and replace an older one', async () => {
    const ip = newBlock();
    const { reputation } = blockTask();
    const scores = async (...hosts: number[]) => {
      const { signals } = await lookUp(reputation, ...hosts.map(ip));
      return signals.map((signal) => 'score' in signal && [signal.score, signal.source]);
    };
    setScore(ip(10), 80);
    setScore(ip(20), 70);
    expect(await scores(10, 20)).toEqual([
      [80, 'abuseipdb'],
      [70, 'check-block'],
    ]);
    // Both are stale. The addresses are the only ones within the hour, and the first one is checked first.
    harness.clock.time += 2 * HOUR;
    setScore(ip(10), 5);
    setScore(ip(20), 6);
    expect(await scores(10)).toEqual([[5, 'abuseipdb']]);
    expect(await scores(10, 20)).toEqual([
      [5, 'memory'],
      [6, 'check-block'],
    ]);
    harness.clock.time += MINUTE;
    expect(await scores(10, 20)).toEqual([
      [5, 'memory'],
      [6, 'check-block'],
    ]);
  });
});

describe('a high score that has ended does not come back while AbuseIPDB is down', () => {
  /** Returns what a new task finds two days later. */
  async function findLater(task: ReputationLookup, ip: string) {
    await task.settle();
    harness.clock.time += 2 * DAY;
    harness.simulator.setFault({ kind: 'status', status: 503 });
    return (await lookUp(blockTask().reputation, ip)).signals[0];
  }

  test('if a CHECK no longer finds what the block had', async () => {
    const ip = newBlock();
    const { reputation } = blockTask();
    setScore(ip(20), 96);
    setScore(ip(30), 97);
    await lookUp(reputation, ip(10), ip(20));
    harness.clock.time += 2 * HOUR;
    setScore(ip(20), 0);
    expect(await lookUp(reputation, ip(20))).toMatchObject({ checks: [ip(20)], blocks: [] });
    expect(await findLater(reputation, ip(20))).toMatchObject({ cause: 'upstream' });
    // The others of the block are still remembered.
    const { signals } = await lookUp(blockTask().reputation, ip(30));
    expect(signals).toMatchObject([{ score: 97, source: 'check-block', stale: true }]);
  });

  test.each([
    ['if the block no longer has what a CHECK found', 0, { cause: 'upstream' }],
    ['unless the block has it, too', 95, { score: 95, stale: true, source: 'check-block' }],
  ])('%s', async (_, scoreOfBlock, expected) => {
    const ip = newBlock();
    const { reputation } = blockTask();
    // Without another high score, the block is forgotten before the record.
    for (let host = 1; host < 255; host += 1) setScore(ip(host), 0);
    setScore(ip(10), 96);
    await lookUp(reputation, ip(10));
    harness.clock.time += 2 * HOUR;
    setScore(ip(10), scoreOfBlock);
    const { checks, blocks, signals } = await lookUp(reputation, ip(20), ip(10));
    expect([checks, blocks]).toEqual([[ip(20)], [`${ip(0)}/24`]]);
    expect(signals[1]).toMatchObject({ score: scoreOfBlock, source: 'check-block' });
    expect(await findLater(reputation, ip(10))).toMatchObject(expected);
  });
});

describe('when CHECK-BLOCK fails', () => {
  test.each<[string, Fault, CheckReport['cause']]>([
    ['with a status of the server', { kind: 'status', status: 503 }, 'upstream'],
    ['with a page', { kind: 'html' }, 'upstream'],
    ['in the middle of the response', { kind: 'truncated' }, 'upstream'],
    ['because the connection is reset', { kind: 'reset' }, 'upstream'],
    ['without a score', { kind: 'score', value: 'missing' }, 'invalid'],
    ['with a score as a string', { kind: 'score', value: 'text' }, 'invalid'],
    ['with the scores of another network', { kind: 'address', value: 'other' }, 'invalid'],
    ['because of the key', { kind: 'status', status: 401 }, 'auth'],
    ['because of the plan', { kind: 'status', status: 402 }, 'auth'],
    ['because the network is not accepted', { kind: 'status', status: 422 }, 'invalid'],
    ['because the quota is used up', { kind: 'quota', headers: true }, 'quota'],
  ])('%s, a CHECK is sent', async (_, fault, cause) => {
    const ip = newBlock();
    const { reputation, blockChecks } = blockTask();
    setScore(ip(20), 80);
    harness.simulator.setCheckBlockFault(fault);
    const { signals, checks, blocks } = await lookUp(reputation, ip(10), ip(20));
    expect([checks, blocks.length]).toEqual([[ip(10), ip(20)], 1]);
    expect(signals[1]).toMatchObject({ score: 80, source: 'abuseipdb', stale: false });
    expect(blockChecks).toMatchObject([{ cause }]);
  });

  test('because it hangs, a CHECK is sent while there is time, and the block is used later', async () => {
    const ip = newBlock();
    let held = (): void => {};
    const server = await startServer(({ url = '' }, response) => {
      const ipAddress = new URL(url, 'http://x').searchParams.get('ipAddress');
      const respond = (data: object) => void response.end(JSON.stringify({ data }));
      if (ipAddress !== null) respond({ ipAddress, abuseConfidenceScore: 5 });
      else held = () => respond(bodyOfBlock(ip));
    });
    const options = { baseUrl: server.url, abuseIpdbTimeout: 20 * SECOND };
    const { reputation, blockChecks } = blockTask(options);
    await lookup(reputation, address(ip(10)));
    stopTimers();
    const second = lookup(reputation, address(ip(20)));
    while (server.requests < 2) await new Promise(setImmediate);
    advanceTimers(10 * SECOND);
    expect(await second).toMatchObject({ score: 5, source: 'abuseipdb' });
    startTimers();
    held();
    await reputation.settle();
    expect(blockChecks).toMatchObject([{ status: 200 }]);
    expect(await lookup(reputation, address(ip(30)))).toMatchObject({ source: 'check-block' });
    expect(server.requests).toBe(3);
    await server.close();
  });

  test('eight times at once, because it hangs, the next address takes a CHECK at once', async () => {
    const server = await startServer(({ url = '' }, response) => {
      const ipAddress = new URL(url, 'http://x').searchParams.get('ipAddress');
      if (ipAddress === null) return;
      response.end(JSON.stringify({ data: { ipAddress, abuseConfidenceScore: 5 } }));
    });
    const { reputation } = blockTask({ baseUrl: server.url, abuseIpdbTimeout: 20 * SECOND });
    const blocks = Array.from({ length: 9 }, newBlock);
    for (const ip of blocks) await lookup(reputation, address(ip(10)));
    stopTimers();
    const waiting = blocks.slice(0, 8).map((ip) => lookup(reputation, address(ip(20))));
    while (server.requests < 9 + 8) await new Promise(setImmediate);
    const ninth = await lookup(reputation, address(blocks[8]?.(20) ?? ''));
    expect(ninth).toMatchObject({ score: 5, source: 'abuseipdb' });
    advanceTimers(10 * SECOND);
    expect(await Promise.all(waiting)).toMatchObject(Array(8).fill({ source: 'abuseipdb' }));
    startTimers();
    await server.close();
    await reputation.settle();
  });

  test.each([
    ['401: for four minutes', 401, 4 * MINUTE],
    ['402: for an hour', 402, HOUR],
    ['422: for an hour', 422, HOUR],
  ] as const)('with status %s it is not called', async (_, status, stopped) => {
    const ip = newBlock();
    const { reputation, stops } = blockTask();
    harness.simulator.setCheckBlockFault({ kind: 'status', status });
    expect((await lookUp(reputation, ip(10), ip(20))).blocks).toHaveLength(1);
    const isOfPlan = status !== 401;
    expect(stops).toEqual(isOfPlan ? [{ status, until: NOON + stopped }] : []);
    harness.simulator.setCheckBlockFault(undefined);
    harness.clock.time += stopped - 1;
    expect(await lookUp(reputation, ip(30), ip(40))).toMatchObject({
      checks: [ip(30), ip(40)],
      blocks: [],
    });
    harness.clock.time += 1;
    expect((await lookUp(reputation, ip(50))).blocks).toHaveLength(1);
    expect(stops).toHaveLength(isOfPlan ? 1 : 0);
  });

  test('a new key ends the time for which a plan stops it', async () => {
    const ip = newBlock();
    let key = 'free';
    const { reputation } = blockTask({ key: () => key });
    harness.simulator.setCheckBlockFault({ kind: 'status', status: 402 });
    await lookUp(reputation, ip(10), ip(20));
    harness.simulator.setCheckBlockFault(undefined);
    expect((await lookUp(reputation, ip(30))).blocks).toEqual([]);
    key = 'paid';
    expect((await lookUp(reputation, ip(40))).blocks).toHaveLength(1);
    expect(harness.simulator.blockChecks.at(-1)).toMatchObject({ key: 'paid' });
  });

  test('because its quota is used up, it is not called until AbuseIPDB says so', async () => {
    const ip = newBlock();
    const { reputation } = blockTask();
    harness.simulator.setBlockQuota(0);
    expect((await lookUp(reputation, ip(10), ip(20))).blocks).toHaveLength(1);
    // The simulator's day ends at midnight.
    harness.clock.time += 12 * HOUR - 1;
    expect((await lookUp(reputation, ip(30), ip(40))).blocks).toEqual([]);
    harness.clock.time += 1;
    expect(await lookUp(reputation, ip(50), ip(60))).toMatchObject({
      signals: [{ source: 'check-block' }, { source: 'check-block' }],
      blocks: [`${ip(0)}/24`],
    });
  });

  test('three times, it is not called for half a minute', async () => {
    const { reputation } = blockTask();
    harness.simulator.setCheckBlockFault({ kind: 'status', status: 500 });
    for (const calls of [1, 1, 1, 0]) {
      const ip = newBlock();
      expect((await lookUp(reputation, ip(10), ip(20))).blocks).toHaveLength(calls);
    }
    harness.simulator.setCheckBlockFault(undefined);
    harness.clock.time += 30 * SECOND;
    const ip = newBlock();
    expect((await lookUp(reputation, ip(10), ip(20))).blocks).toHaveLength(1);
  });
});

describe('the quotas of CHECK and of CHECK-BLOCK are apart', () => {
  const user = (subject: string): Caller => ({
    ...{ client: 'c', tenant: 't', clientId: 'c' },
    subject,
    hasUser: true,
  });
  const lookupFor = (reputation: ReputationLookup, ip: string, caller: Caller) =>
    reputation.lookup(address(ip), NO_DEADLINE, { caller });

  test('a burst leaves calls for later hours, and CHECK answers instead', async () => {
    const { reputation } = blockTask();
    const pairs = async (count: number) => {
      const blocks = Array.from({ length: count }, newBlock);
      const done = await lookUp(reputation, ...blocks.flatMap((ip) => [ip(10), ip(20)]));
      expect(done.signals.every(({ known }) => known)).toBe(true);
      expect(done.checks.length + done.blocks.length).toBe(2 * count);
      return done.blocks.length;
    };
    // About the calls of an hour, of 100 a day.
    expect([3, 4, 5]).toContain(await pairs(10));
    expect(await pairs(10)).toBe(0);
    harness.clock.time += HOUR;
    expect(await pairs(10)).toBeGreaterThanOrEqual(3);
  });

  test('a lookup that the budget holds back is answered by a block', async () => {
    const [ip, other] = [newBlock(), newBlock()];
    const budgets = { user: 1, network: 100, client: 100, subnet: 100 };
    const { reputation, heldBack } = blockTask({ budgets });
    setScore(ip(20), 96);
    expect(await lookupFor(reputation, ip(10), user('one'))).toMatchObject({ known: true });
    expect(await lookupFor(reputation, other(10), user('one'))).toMatchObject({ cause: 'budget' });
    expect(await lookupFor(reputation, ip(20), user('one'))).toMatchObject({
      value: { record: { score: 96 }, source: 'check-block' },
    });
    expect(heldBack).toEqual(['user']);
  });

  test('CHECK-BLOCK answers while the quota of CHECK is used up, and its circuit is open', async () => {
    const ip = newBlock();
    const { reputation } = blockTask();
    harness.simulator.setQuota(0);
    const { signals, blocks } = await lookUp(reputation, ip(10), ip(20), ip(10));
    harness.simulator.setQuota(100_000);
    expect(signals).toMatchObject([
      { known: false, cause: 'quota' },
      { source: 'check-block' },
      { source: 'check-block' },
    ]);
    expect(blocks).toHaveLength(1);
  });

  test.each([
    ['a user', user('greedy'), 1],
    ['a client without a user', { ...user('greedy'), hasUser: false }, 2],
  ])('%s cannot take the calls of others while they are scarce', async (_, greedy, share) => {
    const { reputation } = blockTask();
    const pair = async (caller: Caller) => {
      const ip = newBlock();
      const before = harness.simulator.blockChecks.length;
      await lookupFor(reputation, ip(10), caller);
      await lookupFor(reputation, ip(20), caller);
      return harness.simulator.blockChecks.length - before;
    };
    let calls = 0;
    for (let index = 0; index < 8; index += 1) calls += await pair(greedy);
    // Before the first response nothing is known to be scarce.
    expect([share, share + 1]).toContain(calls);
    expect(await pair(user('other'))).toBe(1);
    harness.clock.time += 2 * HOUR;
    expect(await pair(greedy)).toBe(1);
  });
});
