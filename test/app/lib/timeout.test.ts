import { afterTimeLimit, TimeLimitError, withTimeLimit } from '../../../app/src/lib/timeout.ts';

const timers = () =>
  process.getActiveResourcesInfo().filter((name) => ['Timeout', 'Immediate'].includes(name)).length;

test.each<[string, () => Promise<string>]>([
  ['succeeds', async () => 'done'],
  ['fails', () => Promise.reject(new Error('refused'))],
  [
    'throws before it promises',
    () => {
      throw new Error('refused');
    },
  ],
])('work that %s in time leaves no timer behind', async (_, work) => {
  const before = timers();
  const [outcome] = await Promise.allSettled([withTimeLimit(5000, work)]);
  expect(outcome).toMatchObject(
    outcome.status === 'fulfilled' ? { value: 'done' } : { reason: { message: 'refused' } },
  );
  expect(timers()).toBe(before);
});

test('work that does not hear the signal is not waited for, nor is its late failure heard', async () => {
  let fail = (_: Error) => {};
  const deaf = new Promise<never>((_, reject) => {
    fail = reject;
  });
  await expect(withTimeLimit(10, () => deaf)).rejects.toBeInstanceOf(TimeLimitError);
  // An unhandled rejection would fail this test.
  fail(new Error('too late'));
  await new Promise(setImmediate);
});

test('work that hears the signal is told why', async () => {
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

test('a limit that is over already lets in what is on its way through the event loop', async () => {
  const work = async () => {
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    return 'done';
  };
  await expect(withTimeLimit(0, work)).resolves.toBe('done');
});

test.each([0, 5])('a limit of %i ms that is cancelled is never over', async (milliseconds) => {
  let over = false;
  const cancel = afterTimeLimit(milliseconds, () => {
    over = true;
  });
  cancel();
  await new Promise((resolve) => afterTimeLimit(milliseconds, () => resolve(undefined)));
  expect(over).toBe(false);
});
