import { SingleFlight } from '../../../../app/src/signals/reputation/single-flight.ts';

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('resolves all pending waits with the value', async () => {
  const flight = new SingleFlight<string>();
  const waits = [flight.wait(5000, () => 'timed out'), flight.wait(5000, () => 'timed out')];
  flight.settle('settled');
  expect(await Promise.all(waits)).toEqual(['settled', 'settled']);
});

test('resolves only the wait that times out', async () => {
  const flight = new SingleFlight<string>();
  const patient = flight.wait(5000, () => 'timed out');
  expect(await flight.wait(5, () => 'timed out')).toBe('timed out');
  expect(flight.waiters).toBe(1);
  flight.settle('settled');
  expect(await patient).toBe('settled');
});

test('removes timers and waiters', async () => {
  const flight = new SingleFlight<string>();
  const before = timers();
  const waits = Array.from({ length: 1000 }, () => flight.wait(5000, () => 'timed out'));
  expect(timers()).toBeGreaterThanOrEqual(before + 1000);
  flight.settle('settled');
  await Promise.all(waits);
  expect(timers()).toBe(before);
  expect(flight.waiters).toBe(0);
});

test('accepts a timeout longer than any timer', async () => {
  const flight = new SingleFlight<string>();
  const wait = flight.wait(Number.POSITIVE_INFINITY, () => 'timed out');
  setTimeout(() => flight.settle('settled'), 10);
  expect(await wait).toBe('settled');
});
