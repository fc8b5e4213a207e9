import { LatestValue } from '../../../../app/dev/console/latest-value.ts';

test('returns the latest value, and discards those that it replaced', async () => {
  const latest = new LatestValue<number>();
  const next = latest.next();
  latest.set(1);
  expect(await next).toBe(1);
  for (const value of [2, 3, 4]) latest.set(value);
  expect(await latest.next()).toBe(4);
});

test('returns undefined after the end, to waiting and to later consumers', async () => {
  const latest = new LatestValue<number>();
  const next = latest.next();
  latest.end();
  expect(await next).toBeUndefined();
  latest.set(1);
  expect(await latest.next()).toBeUndefined();
});
