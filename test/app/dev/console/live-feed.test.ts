import { jest } from '@jest/globals';
import { LatestValue } from '../../../../app/dev/console/latest-value.ts';
import { LiveFeed, type LiveState } from '../../../../app/dev/console/live-feed.ts';

const START = Date.UTC(2026, 0, 5, 10);

interface Made {
  readonly outcome?: string;
  readonly rule?: string;
  readonly country?: string;
  readonly signals?: object;
}

let ids = 0;

function record({
  outcome = 'issue',
  rule = 'r',
  country = 'LK',
  signals = {},
}: Made = {}): object {
  ids += 1;
  return {
    decision_id: String(ids),
    outcome,
    rules: outcome === 'issue' ? [] : [rule],
    signals: { geo: { country }, ...signals },
  };
}

describe('What is told', () => {
  let live: LiveFeed;
  let told: LiveState[];
  let silence: (() => void) | undefined;

  beforeEach(() => {
    jest.useFakeTimers({ now: START });
    live = new LiveFeed();
    told = [];
    silence = live.subscribe((state) => told.push(JSON.parse(state)));
  });

  afterEach(() => {
    silence?.();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  const last = () => told.at(-1) as LiveState;

  test('the state at once, and then the changes of a moment together', () => {
    expect(told).toHaveLength(1);
    for (let count = 0; count < 1000; count++) live.add(record());
    expect(told).toHaveLength(1);
    jest.advanceTimersByTime(250);
    expect(told).toHaveLength(2);
    expect(last().figures.totals).toEqual({ issue: 1000, restrict: 0, refuse: 0 });
  });

  test('a steady stream is told four times a second, not put off', () => {
    for (let time = 0; time < 2000; time += 50) {
      live.add(record());
      jest.advanceTimersByTime(50);
    }
    expect(told.length).toBe(1 + 8);
  });

  test('without a change the time goes on every five seconds', () => {
    jest.advanceTimersByTime(10_000);
    expect(told.map(({ figures }) => figures.now - START)).toEqual([0, 5000, 10_000]);
  });

  test('the latest fifty, the latest first', () => {
    const records = Array.from({ length: 60 }, () => record());
    for (const one of records) live.add(one);
    jest.advanceTimersByTime(250);
    expect(last().rows.map(({ id }) => id)).toEqual(
      records
        .map((one) => (one as { decision_id: string }).decision_id)
        .reverse()
        .slice(0, 50),
    );
  });

  test('outcomes fall into steps of five seconds, and out of them after five minutes', () => {
    live.add(record());
    jest.advanceTimersByTime(7000);
    live.add(record({ outcome: 'refuse' }));
    live.add(record({ outcome: 'restrict' }));
    const { overTime } = live.state().figures;
    expect([overTime.step, overTime.counts.length]).toEqual([5, 60]);
    expect(overTime.start + 59 * overTime.step).toBe(START / 1000 + 5);
    expect(overTime.counts.slice(-2)).toEqual([
      { issue: 1, restrict: 0, refuse: 0 },
      { issue: 0, restrict: 1, refuse: 1 },
    ]);
    jest.advanceTimersByTime(300_000);
    live.add(record());
    const { counts } = live.state().figures.overTime;
    expect(
      counts.reduce((sum, { issue, restrict, refuse }) => sum + issue + restrict + refuse, 0),
    ).toBe(1);
    expect(live.state().figures.totals).toEqual({ issue: 2, restrict: 1, refuse: 1 });
  });

  test('refusals are counted by rule and country, the most frequent first; the rest is added up', () => {
    live.add(record({ rule: 'none', country: 'XX' }));
    for (let number = 0; number < 12; number++) {
      live.add(record({ outcome: 'refuse', rule: 'constructor', country: `A${number}` }));
    }
    live.add(record({ outcome: 'refuse', rule: 'other', country: 'A11' }));
    live.add(record({ outcome: 'restrict', country: 'XX' }));
    const { refusedByRule, refusedByCountry } = live.state().figures;
    expect(refusedByRule).toEqual([
      ['constructor', 12],
      ['other', 1],
    ]);
    expect(refusedByCountry).toHaveLength(11);
    expect(refusedByCountry[0]).toEqual(['A11', 2]);
    expect(refusedByCountry.at(-1)).toEqual(['others', 2]);
  });

  test('sources are counted with their causes', () => {
    for (const reputation of [
      { score: 1, source: 'memory' },
      { score: 1, source: 'memory' },
      { score: 1, source: 'dynamodb', stale: true },
      { cause: 'quota' },
      undefined,
    ]) {
      live.add(record({ signals: { reputation } }));
    }
    expect(live.state().figures.sources).toEqual([
      ['memory', 2],
      ['dynamodb, stale', 1],
      ['unknown: quota', 1],
      ['not needed', 1],
    ]);
  });

  test('who has ended it is told nothing more, and another one everything', () => {
    live.add(record());
    silence?.();
    jest.advanceTimersByTime(20_000);
    expect(told).toHaveLength(1);
    silence = live.subscribe((state) => told.push(JSON.parse(state)));
    expect(last().rows).toHaveLength(1);
    live.add(record());
    jest.advanceTimersByTime(250);
    expect(last().rows).toHaveLength(2);
  });

  test('no more than twenty are told', () => {
    const ends = Array.from({ length: 30 }, () => live.subscribe(() => undefined));
    expect(ends.filter((end) => end !== undefined)).toHaveLength(19);
    for (const end of ends) end?.();
  });
});

describe('Between a fast and a slow one', () => {
  test('the latest is taken, and what came before is not kept', async () => {
    const latest = new LatestValue<number>();
    const taken = latest.take();
    latest.put(1);
    expect(await taken).toBe(1);
    for (const value of [2, 3, 4]) latest.put(value);
    expect(await latest.take()).toBe(4);
  });

  test('the end is told, to who waits and to who comes', async () => {
    const latest = new LatestValue<number>();
    const taken = latest.take();
    latest.end();
    expect(await taken).toBeUndefined();
    latest.put(1);
    expect(await latest.take()).toBeUndefined();
  });
});
