import { once } from 'node:events';
import type { Schedule } from '../../../app/src/lib/schedule.ts';
import { type RefreshOptions, refreshPeriodically } from '../../../app/src/secrets/refresh.ts';

const INTERVAL = 300_000;
const RETRY = 30_000;

/** Runs nothing by itself: the test runs the planned task when its time has come. */
function manualSchedule() {
  const planned: { task: () => Promise<void>; delay: number; cancelled: boolean }[] = [];
  const schedule: Schedule = (task, delay) => {
    const entry = { task, delay, cancelled: false };
    planned.push(entry);
    return () => {
      entry.cancelled = true;
    };
  };
  return { planned, schedule, due: async () => planned.at(-1)?.task() };
}

type Outcome = string | Error;

/** A value that is loaded with each of the outcomes in turn; `apply` takes only what begins with "ok". */
function refreshed(outcomes: Outcome[], hooks: Partial<RefreshOptions> = {}) {
  const { planned, schedule, due } = manualSchedule();
  const applied: string[] = [];
  const errors: string[] = [];
  const { stop } = refreshPeriodically<string>({
    load: async () => {
      const outcome = outcomes.shift();
      if (typeof outcome !== 'string') throw outcome;
      return outcome;
    },
    apply: (value) => {
      if (!value.startsWith('ok')) throw new Error(`${value} is malformed.`);
      applied.push(value);
    },
    onError: ({ message }) => errors.push(message),
    random: () => 0,
    schedule,
    ...hooks,
  });
  const refresh = async (times: number) => {
    for (let i = 0; i < times; i++) await due();
  };
  return { planned, applied, errors, refresh, stop, delays: () => planned.map((p) => p.delay) };
}

describe('what a refresh leads to, and when the next one comes', () => {
  const down = new Error('down.');

  test.each<[string, Outcome[], string[], string[], number[]]>([
    ['none yet', [], [], [], [INTERVAL]],
    ['values', ['ok 1', 'ok 2'], ['ok 1', 'ok 2'], [], [INTERVAL, INTERVAL, INTERVAL]],
    ['a failed load', [down], [], ['down.'], [INTERVAL, RETRY]],
    ['a malformed value', ['bad'], [], ['bad is malformed.'], [INTERVAL, RETRY]],
    [
      'a fault that ends',
      [down, 'bad', 'ok'],
      ['ok'],
      ['down.', 'bad is malformed.'],
      [INTERVAL, RETRY, RETRY, INTERVAL],
    ],
  ])('%s', async (_, outcomes, applied, errors, delays) => {
    const value = refreshed([...outcomes]);

    await value.refresh(outcomes.length);

    expect(value.applied).toEqual(applied);
    expect(value.errors).toEqual(errors);
    expect(value.delays()).toEqual(delays);
  });

  test('an interval shorter than that after a failure counts for both', async () => {
    const value = refreshed([down], { interval: 5000 });

    await value.refresh(1);

    expect(value.delays()).toEqual([5000, 5000]);
  });

  test.each([
    [0, INTERVAL],
    [0.5, 270_000],
    [1, 240_000],
  ])('the jitter makes a delay shorter, never longer (%d)', (random, delay) => {
    expect(refreshed([], { random: () => random }).delays()).toEqual([delay]);
  });

  test('an error hook that fails does not end the refreshing', async () => {
    const value = refreshed([down, 'ok'], {
      onError: () => {
        throw new Error('the log is full');
      },
    });

    await value.refresh(2);

    expect(value.applied).toEqual(['ok']);
  });
});

describe('after a stop', () => {
  test('the planned refresh is called off', () => {
    const value = refreshed([]);

    value.stop();

    expect(value.planned.map(({ cancelled }) => cancelled)).toEqual([true]);
  });

  test.each([
    [
      'a value that arrives late is not applied',
      (signal: AbortSignal) => Promise.resolve(String(signal.aborted)),
    ],
    ['the abort of the load is no error', (signal: AbortSignal) => Promise.reject(signal.reason)],
  ])('%s', async (_, settle) => {
    const told: unknown[] = [];
    const { planned, schedule, due } = manualSchedule();
    const { stop } = refreshPeriodically({
      load: async (signal) => {
        await once(signal, 'abort');
        return settle(signal);
      },
      apply: (value) => told.push(value),
      onError: (error) => told.push(error),
      schedule,
    });

    const refresh = due();
    stop();
    await refresh;

    expect(told).toEqual([]);
    expect(planned).toHaveLength(1);
  });

  test('a hook may stop the refreshing that told it', async () => {
    const value = refreshed([new Error('down.')], { onError: () => value.stop() });

    await value.refresh(1);

    expect(value.planned).toHaveLength(1);
  });
});

describe('the timer that is used by default', () => {
  const idle = { load: async () => 'ok', apply: () => undefined, onError: () => undefined };

  test('does not keep the process alive', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');
    const before = timers();

    const { stop } = refreshPeriodically(idle);
    const during = timers();
    stop();

    expect(during).toEqual(before);
  });

  test('refreshes again and again', async () => {
    let refreshes = 0;

    await new Promise<void>((resolve) => {
      const { stop } = refreshPeriodically({
        ...idle,
        interval: 1,
        apply: () => {
          refreshes += 1;
          if (refreshes < 3) return;
          stop();
          resolve();
        },
      });
    });

    expect(refreshes).toBe(3);
  });
});
