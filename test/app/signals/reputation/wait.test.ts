import type { Address } from '../../../../app/src/signals/address/address.ts';
import { advanceTimers, startTimers, stopTimers } from '../../../support/fake-timers.ts';
import {
  address,
  type Harness,
  type HeldAbuseIpdb,
  HOUR,
  holdAbuseIpdb,
  lookup,
  NO_DEADLINE,
  NOON,
  newAddress,
  SECOND,
  startHarness,
  startServer,
  type Task,
} from './harness.ts';

const DAY = 24 * HOUR;
const WAIT = 150;
const HIGH = 96;

let harness: Harness;
const cleanups: (() => unknown)[] = [];
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  harness.clock.time = NOON;
  await harness.newTable();
});
afterEach(async () => {
  startTimers();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A task whose AbuseIPDB holds its responses back: each address has the high score. */
interface WaitingTask extends Task {
  readonly upstream: HeldAbuseIpdb;
}

async function waitingTask(): Promise<WaitingTask> {
  const upstream = await holdAbuseIpdb(HIGH);
  const task = harness.task({ baseUrl: upstream.url, abuseIpdbTimeout: 60 * SECOND });
  cleanups.push(async () => {
    upstream.release();
    await task.reputation.settle();
    await upstream.close();
  });
  return { ...task, upstream };
}

/** Returns a request's answer when the wait of the policy, or another time, is over. */
const answerOf = ({ reputation }: Task, ip: Address, wait: number | undefined, deadline = 60_000) =>
  lookup(reputation, ip, deadline, { wait });

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Resolves when AbuseIPDB has received the check of an address: DynamoDB has been read by then. */
async function checkSent({ upstream }: WaitingTask): Promise<void> {
  let hasEnded = false;
  cleanups.push(() => {
    hasEnded = true;
  });
  while (upstream.requests === 0 && !hasEnded) await turn();
}

const WAITING = 'still waiting';

/** Returns the answer if there is one, once all timers that are due have run. */
function answerSoFar<Answer>(answer: Promise<Answer>): Promise<Answer | typeof WAITING> {
  const turns = async () => {
    for (let i = 0; i < 20; i += 1) await turn();
    return WAITING as typeof WAITING;
  };
  return Promise.race([answer, turns()]);
}

const PENDING = { known: false, cause: 'pending' };
const TIMEOUT = { known: false, cause: 'timeout' };
const ANSWER = { known: true, score: HIGH, source: 'abuseipdb', stale: false };

describe('a request waits', () => {
  test.each<[string, wait: number | undefined, deadline: number, time: number, object]>([
    ['as long as the policy says', WAIT, 1200, WAIT, PENDING],
    ['1 ms if the policy says so', 1, 1200, 1, PENDING],
    ['until its deadline if that is shorter', WAIT, 100, 100, TIMEOUT],
    ['until its deadline if both end together', WAIT, WAIT, WAIT, TIMEOUT],
    ['until its deadline if the policy says nothing', undefined, 1200, 1200, TIMEOUT],
    ['not at all after its deadline', WAIT, 0, 0, TIMEOUT],
  ])('%s', async (_, wait, deadline, time, expected) => {
    const task = await waitingTask();
    const ip = newAddress();
    stopTimers();
    const answer = task.reputation.lookup(ip, { remaining: () => deadline }, { wait });
    await checkSent(task);
    if (time > 0) {
      advanceTimers(time - 1);
      expect(await answerSoFar(Promise.resolve(answer))).toBe(WAITING);
      advanceTimers(1);
    }
    expect(await answer).toEqual(expected);
  });

  test('for DynamoDB and AbuseIPDB together', async () => {
    const dynamoDb = await startServer(() => {});
    const cache = { client: harness.client(dynamoDb.url), tableName: 'any' };
    const task = harness.task({ cache, cacheReadTimeout: 60 * SECOND, cacheWriteTimeout: 1 });
    cleanups.push(() => dynamoDb.close());
    stopTimers();
    const answer = answerOf(task, newAddress(), WAIT);
    advanceTimers(WAIT - 1);
    expect(await answerSoFar(answer)).toBe(WAITING);
    advanceTimers(1);
    expect(await answer).toEqual({ ...PENDING, cacheError: 'pending' });
    expect(task.events.checks).toEqual([]);
    // Ends the read.
    advanceTimers(60 * SECOND);
    startTimers();
    await task.reputation.settle();
  });

  test('its own time if it joins the lookup of another', async () => {
    const task = await waitingTask();
    const ip = newAddress();
    stopTimers();
    const first = answerOf(task, ip, 100);
    await checkSent(task);
    advanceTimers(60);
    const [second, patient] = [answerOf(task, ip, 100), answerOf(task, ip, undefined)];
    advanceTimers(40);
    expect(await first).toEqual(PENDING);
    expect(await answerSoFar(second)).toBe(WAITING);
    advanceTimers(60);
    expect(await second).toEqual(PENDING);
    expect(await answerSoFar(patient)).toBe(WAITING);
    task.upstream.release();
    expect(await patient).toMatchObject(ANSWER);
    expect(task.upstream.requests).toBe(1);
  });

  test('not for what memory knows', async () => {
    const task = await waitingTask();
    const ip = newAddress();
    task.upstream.release();
    await answerOf(task, ip, undefined);
    const signal = task.reputation.lookup(ip, NO_DEADLINE, { wait: WAIT });
    expect(signal).toMatchObject({ value: { source: 'memory', record: { score: HIGH } } });
  });

  test('no longer than AbuseIPDB takes', async () => {
    const task = await waitingTask();
    stopTimers();
    const answer = answerOf(task, newAddress(), WAIT);
    await checkSent(task);
    advanceTimers(WAIT - 1);
    task.upstream.release();
    expect(await answer).toMatchObject(ANSWER);
  });
});

describe('after the wait the request gets', () => {
  const stale = (score: number, source: string, age: number) => {
    return { known: true, score, source, stale: true, staleCause: 'pending', age };
  };

  test.each<[string, score: number, age: number, 'memory' | 'dynamodb', object]>([
    ['a stale record in memory', 10, 7 * HOUR, 'memory', stale(10, 'memory', 7 * HOUR)],
    ['a stale record in DynamoDB', 10, 7 * HOUR, 'dynamodb', stale(10, 'dynamodb', 7 * HOUR)],
    ['a high score of 29 days', 90, 29 * DAY, 'memory', stale(90, 'memory', 29 * DAY)],
    [
      'a high score of 29 days in DynamoDB',
      90,
      29 * DAY,
      'dynamodb',
      stale(90, 'dynamodb', 29 * DAY),
    ],
    ['nothing from a record that has expired', 10, DAY, 'memory', PENDING],
  ])('%s', async (_, score, age, source, expected) => {
    const [task, other] = [await waitingTask(), harness.task()];
    const ip = newAddress();
    harness.simulator.setRecord(ip.value, { abuseConfidenceScore: score });
    await lookup(other.reputation, ip);
    await other.reputation.settle();
    if (source === 'memory') await lookup(task.reputation, ip);
    harness.clock.time += age;
    stopTimers();
    const answer = answerOf(task, ip, WAIT);
    await checkSent(task);
    advanceTimers(WAIT);
    expect(await answer).toEqual(expected);
  });
});

test('after the wait the request gets a high score that its address has inherited meanwhile', async () => {
  const [first, second] = [address('2a02:8108:1:2::a'), address('2a02:8108:1:2::b')];
  const upstream = await startServer(({ url }, response) => {
    const ipAddress = new URL(`http://x${url}`).searchParams.get('ipAddress');
    // The check of the second address hangs.
    if (ipAddress !== first.value) return;
    response.end(JSON.stringify({ data: { ipAddress, abuseConfidenceScore: HIGH } }));
  });
  const task = harness.task({ baseUrl: upstream.url });
  cleanups.push(async () => {
    await upstream.close();
    await task.reputation.settle();
  });
  stopTimers();
  const [one, other] = [answerOf(task, first, WAIT), answerOf(task, second, WAIT)];
  expect(await one).toMatchObject(ANSWER);
  advanceTimers(WAIT);
  expect(await other).toMatchObject({ known: true, score: HIGH, source: 'memory', stale: false });
});

describe('after the wait the lookup continues', () => {
  test('and the next request, and other tasks, have the answer without a CHECK', async () => {
    const [task, other] = [await waitingTask(), harness.task()];
    const ip = newAddress();
    expect(await answerOf(task, ip, 1)).toMatchObject(PENDING);
    task.upstream.release();
    await task.reputation.settle();
    expect(task.reputation.lookup(ip, NO_DEADLINE, { wait: 1 })).toMatchObject({
      value: { source: 'memory', record: { score: HIGH }, stale: false },
    });
    expect(await lookup(other.reputation, ip)).toMatchObject({ score: HIGH, source: 'dynamodb' });
    expect([task.upstream.requests, other.events.checks.length]).toEqual([1, 0]);
  });

  test('for requests that arrive meanwhile, without another CHECK', async () => {
    const task = await waitingTask();
    const ip = newAddress();
    for (let i = 0; i < 3; i += 1) expect(await answerOf(task, ip, 1)).toMatchObject(PENDING);
    const last = answerOf(task, ip, undefined);
    task.upstream.release();
    expect(await last).toMatchObject(ANSWER);
    expect(task.upstream.requests).toBe(1);
  });

  test('and if it fails, the next request has its cause', async () => {
    const upstream = await startServer((request) => void request.socket.destroy());
    const task = harness.task({ baseUrl: upstream.url });
    cleanups.push(() => upstream.close());
    const ip = newAddress();
    stopTimers();
    const answer = answerOf(task, ip, 1);
    advanceTimers(1);
    expect(await answer).toMatchObject(PENDING);
    startTimers();
    await task.reputation.settle();
    expect(task.reputation.lookup(ip, NO_DEADLINE, { wait: 1 })).toEqual({
      known: false,
      cause: 'upstream',
    });
  });

  test('and a task that stops waits for it, the write to DynamoDB included', async () => {
    const [task, other] = [await waitingTask(), harness.task()];
    const ip = newAddress();
    expect(await answerOf(task, ip, 1)).toMatchObject(PENDING);
    const settled = task.reputation.settle().then(() => 'settled');
    expect(await answerSoFar(settled)).toBe(WAITING);
    task.upstream.release();
    expect(await settled).toBe('settled');
    expect(await lookup(other.reputation, ip)).toMatchObject({ source: 'dynamodb' });
  });
});
