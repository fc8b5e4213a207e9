import { jest } from '@jest/globals';
import { LiveFeed, type LiveState } from '../../../../app/dev/console/live-feed.ts';

const START = Date.UTC(2026, 0, 5, 10);

interface RecordOptions {
  readonly outcome?: string;
  readonly rule?: string;
  readonly country?: string;
  readonly signals?: object;
  readonly test?: string;
}

let lastId = 0;

function record({
  outcome = 'issue',
  rule = 'r',
  country = 'LK',
  signals = {},
  test,
}: RecordOptions = {}): object {
  lastId += 1;
  return {
    decision_id: String(lastId),
    outcome,
    test,
    rules: outcome === 'issue' ? [] : [rule],
    signals: { geo: { country }, ...signals },
  };
}

describe('The live feed', () => {
  let feed: LiveFeed;
  let states: LiveState[];
  let unsubscribe: (() => void) | undefined;

  beforeEach(() => {
    jest.useFakeTimers({ now: START });
    feed = new LiveFeed();
    states = [];
    unsubscribe = feed.subscribe((state) => states.push(JSON.parse(state)));
  });

  afterEach(() => {
    unsubscribe?.();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  const last = () => states.at(-1) as LiveState;

  test('sends the state at once, and then batches of changes', () => {
    expect(states).toHaveLength(1);
    for (let count = 0; count < 1000; count++) feed.add(record());
    expect(states).toHaveLength(1);
    jest.advanceTimersByTime(250);
    expect(states).toHaveLength(2);
    expect(last().statistics.totals).toEqual({ issue: 1000, restrict: 0, refuse: 0 });
  });

  test('lists a test, but does not count it', () => {
    feed.add(record({ outcome: 'refuse', test: 'canary' }));
    feed.add(record());
    jest.advanceTimersByTime(250);
    const { rows, statistics } = last();
    expect(rows.map((row) => row.test)).toEqual([undefined, 'canary']);
    expect(statistics).toMatchObject({
      totals: { issue: 1, restrict: 0, refuse: 0 },
      refusedByRule: [],
      refusedByCountry: [],
      sources: [['not needed', 1]],
    });
  });

  test('sends a steady stream of decisions four times a second', () => {
    for (let time = 0; time < 2000; time += 50) {
      feed.add(record());
      jest.advanceTimersByTime(50);
    }
    expect(states.length).toBe(1 + 8);
  });

  test('sends the state every five seconds without changes', () => {
    jest.advanceTimersByTime(10_000);
    expect(states.map(({ statistics }) => statistics.now - START)).toEqual([0, 5000, 10_000]);
  });

  test('lists the latest fifty decisions, the latest first', () => {
    const records = Array.from({ length: 60 }, () => record());
    for (const each of records) feed.add(each);
    jest.advanceTimersByTime(250);
    expect(last().rows.map(({ id }) => id)).toEqual(
      records
        .map((each) => (each as { decision_id: string }).decision_id)
        .reverse()
        .slice(0, 50),
    );
  });

  test('counts outcomes per step of five seconds, for five minutes', () => {
    feed.add(record());
    jest.advanceTimersByTime(7000);
    feed.add(record({ outcome: 'refuse' }));
    feed.add(record({ outcome: 'restrict' }));
    const { overTime } = feed.state().statistics;
    expect([overTime.step, overTime.counts.length]).toEqual([5, 60]);
    expect(overTime.start + 59 * overTime.step).toBe(START / 1000 + 5);
    expect(overTime.counts.slice(-2)).toEqual([
      { issue: 1, restrict: 0, refuse: 0 },
      { issue: 0, restrict: 1, refuse: 1 },
    ]);
    jest.advanceTimersByTime(300_000);
    feed.add(record());
    const { counts } = feed.state().statistics.overTime;
    expect(
      counts.reduce((sum, { issue, restrict, refuse }) => sum + issue + restrict + refuse, 0),
    ).toBe(1);
    expect(feed.state().statistics.totals).toEqual({ issue: 2, restrict: 1, refuse: 1 });
  });

  test('ranks refusals by rule and by country, and adds up the rare ones', () => {
    feed.add(record({ rule: 'none', country: 'XX' }));
    for (let number = 0; number < 12; number++) {
      feed.add(record({ outcome: 'refuse', rule: 'constructor', country: `A${number}` }));
    }
    feed.add(record({ outcome: 'refuse', rule: 'other', country: 'A11' }));
    feed.add(record({ outcome: 'restrict', country: 'XX' }));
    const { refusedByRule, refusedByCountry } = feed.state().statistics;
    expect(refusedByRule).toEqual([
      ['constructor', 12],
      ['other', 1],
    ]);
    expect(refusedByCountry).toHaveLength(11);
    expect(refusedByCountry[0]).toEqual(['A11', 2]);
    expect(refusedByCountry.at(-1)).toEqual(['others', 2]);
  });

  test('counts reputations by source, and unknown ones by cause', () => {
    for (const reputation of [
      { score: 1, source: 'memory' },
      { score: 1, source: 'memory' },
      { score: 1, source: 'dynamodb', stale: true },
      { cause: 'quota' },
      undefined,
    ]) {
      feed.add(record({ signals: { reputation } }));
    }
    expect(feed.state().statistics.sources).toEqual([
      ['memory', 2],
      ['dynamodb, stale', 1],
      ['unknown: quota', 1],
      ['not needed', 1],
    ]);
  });

  test('sends nothing after unsubscribing, and the whole state to a new subscriber', () => {
    feed.add(record());
    unsubscribe?.();
    jest.advanceTimersByTime(20_000);
    expect(states).toHaveLength(1);
    unsubscribe = feed.subscribe((state) => states.push(JSON.parse(state)));
    expect(last().rows).toHaveLength(1);
    feed.add(record());
    jest.advanceTimersByTime(250);
    expect(last().rows).toHaveLength(2);
  });

  test('accepts at most twenty subscribers', () => {
    const unsubscribes = Array.from({ length: 30 }, () => feed.subscribe(() => undefined));
    expect(unsubscribes.filter((each) => each !== undefined)).toHaveLength(19);
    for (const each of unsubscribes) each?.();
  });
});
