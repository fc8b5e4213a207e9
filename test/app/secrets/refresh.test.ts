import { once } from 'node:events';
import type { Schedule } from '../../../app/src/lib/schedule.ts';
import { type RefreshOptions, refreshPeriodically } from '../../../app/src/secrets/refresh.ts';

const INTERVAL = 300_000;
const RETRY = 30_000;

/** A schedule whose tasks run only when the test calls `due`. */
function manualSchedule() {
  const scheduled: { task: () => Promise<void>; delay: number; cancelled: boolean }[] = [];
  const schedule: Schedule = (task, delay) => {
    const entry = { task, delay, cancelled: false };
    scheduled.push(entry);
    return () => {
      entry.cancelled = true;
    };
  };
  return { scheduled, schedule, due: async () => scheduled.at(-1)?.task() };
}

type Outcome = string | Error;

/** Starts refreshing with the outcomes of successive loads. `apply` accepts values that begin with "ok". */
function startRefreshing(outcomes: Outcome[], hooks: Partial<RefreshOptions> = {}) {
  const { scheduled, schedule, due } = manualSchedule();
  const applied: string[] = [];
  const errors: string[] = [];
  const { stop } = refreshPeriodically<string>({
    load: async () => {
      const outcome = outcomes.shift();
      if (typeof outcome !== 'string') throw outcome;
      return outcome;
    },
    apply: (value) => {
      if (!value.startsWith('ok')) throw new Error(`${value} is not valid.`);
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
  return { scheduled, applied, errors, refresh, stop, delays: () => scheduled.map((p) => p.delay) };
}

describe('results and delay of the next refresh after', () => {
  const down = new Error('down.');

  test.each<[string, Outcome[], string[], string[], number[]]>([
    ['no refresh', [], [], [], [INTERVAL]],
    ['valid values', ['ok 1', 'ok 2'], ['ok 1', 'ok 2'], [], [INTERVAL, INTERVAL, INTERVAL]],
    ['a failed load', [down], [], ['down.'], [INTERVAL, RETRY]],
    ['an invalid value', ['bad'], [], ['bad is not valid.'], [INTERVAL, RETRY]],
    [
      'failures and a recovery',
      [down, 'bad', 'ok'],
      ['ok'],
      ['down.', 'bad is not valid.'],
      [INTERVAL, RETRY, RETRY, INTERVAL],
    ],
  ])('%s', async (_, outcomes, applied, errors, delays) => {
    const value = startRefreshing([...outcomes]);

    await value.refresh(outcomes.length);

    expect(value.applied).toEqual(applied);
    expect(value.errors).toEqual(errors);
    expect(value.delays()).toEqual(delays);
  });

  test('an interval shorter than the retry interval applies to retries, too', async () => {
    const value = startRefreshing([down], { interval: 5000 });

    await value.refresh(1);

    expect(value.delays()).toEqual([5000, 5000]);
  });

  test.each([
    [0, INTERVAL],
    [0.5, 270_000],
    [1, 240_000],
  ])('the jitter shortens a delay (%d)', (random, delay) => {
    expect(startRefreshing([], { random: () => random }).delays()).toEqual([delay]);
  });

  test('an error hook that throws does not stop refreshing', async () => {
    const value = startRefreshing([down, 'ok'], {
      onError: () => {
        throw new Error('the log is full');
      },
    });

    await value.refresh(2);

    expect(value.applied).toEqual(['ok']);
  });
});

describe('after stop', () => {
  test('the scheduled refresh is cancelled', () => {
    const value = startRefreshing([]);

    value.stop();

    expect(value.scheduled.map(({ cancelled }) => cancelled)).toEqual([true]);
  });

  test.each([
    [
      'a value that arrives later is not applied',
      (signal: AbortSignal) => Promise.resolve(String(signal.aborted)),
    ],
    ['an aborted load is not reported', (signal: AbortSignal) => Promise.reject(signal.reason)],
  ])('%s', async (_, settle) => {
    const calls: unknown[] = [];
    const { scheduled, schedule, due } = manualSchedule();
    const { stop } = refreshPeriodically({
      load: async (signal) => {
        await once(signal, 'abort');
        return settle(signal);
      },
      apply: (value) => calls.push(value),
      onError: (error) => calls.push(error),
      schedule,
    });

    const refresh = due();
    stop();
    await refresh;

    expect(calls).toEqual([]);
    expect(scheduled).toHaveLength(1);
  });

  test('the error hook may stop refreshing', async () => {
    const value = startRefreshing([new Error('down.')], { onError: () => value.stop() });

    await value.refresh(1);

    expect(value.scheduled).toHaveLength(1);
  });
});

describe('the default timer', () => {
  const idle = { load: async () => 'ok', apply: () => undefined, onError: () => undefined };

  test('does not keep the process alive', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');
    const before = timers();

    const { stop } = refreshPeriodically(idle);
    const during = timers();
    stop();

    expect(during).toEqual(before);
  });

  test('refreshes repeatedly', async () => {
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
