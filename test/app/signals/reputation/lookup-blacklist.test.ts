import type { ScoreKnowledge } from '../../../../app/src/signals/reputation/score-knowledge.ts';
import {
  address,
  type Harness,
  HOUR,
  lookup,
  MINUTE,
  NO_DEADLINE,
  NOON,
  newAddress,
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
  await harness.newTable();
});

const setScore = (ip: { value: string }, score: number) =>
  harness.simulator.setRecord(ip.value, { abuseConfidenceScore: score });

/** Of a list that was published at some time. */
function proven(min: number, max: number, publishedAt: number): ScoreKnowledge {
  return { min, max, listed: min === max, publishedAt, age: NOON - publishedAt };
}

/** Looks an address up, with what a list proves about it. */
const lookupWith = (task: Task, ip: ReturnType<typeof newAddress>, known: ScoreKnowledge) =>
  task.reputation.lookup(ip, NO_DEADLINE, { proven: known });

describe('a record in memory', () => {
  test.each<[string, number, ScoreKnowledge, boolean]>([
    ['is used if the list confirms it', 20, proven(0, 24, NOON + MINUTE), true],
    ['is used if it has the score of the list', 90, proven(90, 90, NOON + MINUTE), true],
    ['is checked again if a newer list bounds the score', 60, proven(0, 24, NOON + MINUTE), false],
    ['is checked again if a newer list has another score', 60, proven(90, 90, NOON + 1), false],
    ['is used if it is newer than the list', 60, proven(90, 90, NOON - MINUTE), true],
  ])('%s', async (_, score, known, isUsed) => {
    const task = harness.task();
    const ip = newAddress();
    setScore(ip, score);
    await lookup(task.reputation, ip);
    setScore(ip, 21);
    harness.clock.time = NOON + 2 * MINUTE;
    const signal = await lookupWith(task, ip, known);
    expect(signal).toMatchObject({
      value: { source: isUsed ? 'memory' : 'abuseipdb', record: { score: isUsed ? score : 21 } },
    });
    expect(task.events.checks).toHaveLength(isUsed ? 1 : 2);
  });

  test('is the stale fallback if the list contradicts it and the CHECK fails', async () => {
    const task = harness.task();
    const ip = newAddress();
    setScore(ip, 60);
    await lookup(task.reputation, ip);
    harness.clock.time = NOON + 2 * MINUTE;
    harness.simulator.setFault({ kind: 'status', status: 503 });
    const signal = await lookupWith(task, ip, proven(0, 24, NOON + MINUTE));
    expect(signal).toMatchObject({
      value: { source: 'memory', stale: true, staleCause: 'upstream', record: { score: 60 } },
    });
  });
});

test('a record in DynamoDB is checked again if a newer list contradicts it', async () => {
  const ip = newAddress();
  setScore(ip, 60);
  const [first, second] = [harness.task(), harness.task()];
  await lookup(first.reputation, ip);
  await first.reputation.settle();
  setScore(ip, 21);
  harness.clock.time = NOON + 2 * MINUTE;
  const signal = await lookupWith(second, ip, proven(0, 24, NOON + MINUTE));
  expect(signal).toMatchObject({ value: { source: 'abuseipdb', record: { score: 21 } } });
});

describe('what a list proves', () => {
  const HOURS_OF_TTL = 6;

  test.each<[string, number, number, ScoreKnowledge, boolean]>([
    // The record is from noon.
    ['stands if it is newer than the record', 60, 1, proven(0, 24, NOON + MINUTE), true],
    ['stands if it has the date of the record', 60, 1, proven(0, 24, NOON), true],
    ['is replaced by a newer record', 20, 1, proven(0, 24, NOON - 1), false],
    [
      'stands if a newer record is stale and agrees',
      20,
      HOURS_OF_TTL,
      proven(0, 24, NOON - 1),
      true,
    ],
    ['is open if a newer record is stale and differs', 60, 2, proven(0, 24, NOON - 1), false],
    ['stands if a newer record has expired', 60, 24, proven(0, 24, NOON - 1), true],
    ['stands if it is newer than a high score', 96, 48, proven(0, 24, NOON + MINUTE), true],
    ['is open if a newer high score is remembered', 96, 48, proven(0, 24, NOON - 1), false],
    ['stands if a newer high score has expired', 96, 720, proven(0, 24, NOON - 1), true],
  ])('%s', async (_, score, hours, known, stands) => {
    const task = harness.task();
    const ip = newAddress();
    setScore(ip, score);
    await lookup(task.reputation, ip);
    harness.clock.time = NOON + hours * HOUR;
    expect(task.reputation.reconcile(ip, { own: known })).toBe(stands ? known : undefined);
  });

  test('stands for an address without a record', () => {
    const known = proven(0, 24, NOON);
    expect(harness.task().reputation.reconcile(newAddress(), { own: known })).toBe(known);
  });

  test('is nothing for an address that is not public', () => {
    const known = proven(0, 24, NOON);
    expect(
      harness.task().reputation.reconcile(address('10.0.0.1'), { own: known }),
    ).toBeUndefined();
  });
});
