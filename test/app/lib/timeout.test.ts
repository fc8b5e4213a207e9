import { afterTimeLimit, TimeLimitError, withTimeLimit } from '../../../app/src/lib/timeout.ts';

const timers = () =>
  process.getActiveResourcesInfo().filter((name) => ['Timeout', 'Immediate'].includes(name)).length;

test.each<[string, () => Promise<string>]>([
  ['succeeds', async () => 'done'],
  ['fails', () => Promise.reject(new Error('refused'))],
  [
    'throws synchronously',
    () => {
      throw new Error('refused');
    },
  ],
])('work that %s in time leaves no timer', async (_, work) => {
  const before = timers();
  const [outcome] = await Promise.allSettled([withTimeLimit(5000, work)]);
  expect(outcome).toMatchObject(
    outcome.status === 'fulfilled' ? { value: 'done' } : { reason: { message: 'refused' } },
  );
  expect(timers()).toBe(before);
});

test('work that ignores the signal is not waited for, and its late failure is ignored', async () => {
  let fail = (_: Error) => {};
  const stuck = new Promise<never>((_, reject) => {
    fail = reject;
  });
  await expect(withTimeLimit(10, () => stuck)).rejects.toBeInstanceOf(TimeLimitError);
  // An unhandled rejection would fail this test.
  fail(new Error('too late'));
  await new Promise(setImmediate);
});

test('the signal of the work has the reason', async () => {
  const reasons: unknown[] = [];
  const work = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reasons.push(signal.reason);
        reject(new Error('aborted'));
      });
    });
  await expect(withTimeLimit(10, work)).rejects.toBeInstanceOf(TimeLimitError);
  expect(reasons).toEqual([expect.any(TimeLimitError)]);
});

test('without any time left, what is about to arrive still counts', async () => {
  const work = async () => {
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    return 'done';
  };
  await expect(withTimeLimit(0, work)).resolves.toBe('done');
});

test.each([0, 5])('a cancelled limit of %i ms is never exceeded', async (milliseconds) => {
  let exceeded = false;
  const cancel = afterTimeLimit(milliseconds, () => {
    exceeded = true;
  });
  cancel();
  await new Promise((resolve) => afterTimeLimit(milliseconds, () => resolve(undefined)));
  expect(exceeded).toBe(false);
});
