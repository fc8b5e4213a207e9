import { SingleFlight } from '../../../../app/src/signals/reputation/single-flight.ts';

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('everybody who waits gets the value when the work lands', async () => {
  const flight = new SingleFlight<string>();
  const waits = [flight.wait(5000, () => 'late'), flight.wait(5000, () => 'late')];
  flight.settle('landed');
  expect(await Promise.all(waits)).toEqual(['landed', 'landed']);
});

test('who runs out of time leaves alone', async () => {
  const flight = new SingleFlight<string>();
  const patient = flight.wait(5000, () => 'late');
  expect(await flight.wait(5, () => 'late')).toBe('late');
  expect(flight.waiters).toBe(1);
  flight.settle('landed');
  expect(await patient).toBe('landed');
});

test('nobody leaves a timer or a place behind', async () => {
  const flight = new SingleFlight<string>();
  const before = timers();
  const waits = Array.from({ length: 1000 }, () => flight.wait(5000, () => 'late'));
  expect(timers()).toBeGreaterThanOrEqual(before + 1000);
  flight.settle('landed');
  await Promise.all(waits);
  expect(timers()).toBe(before);
  expect(flight.waiters).toBe(0);
});

test('a deadline beyond all timers is not taken for none', async () => {
  const flight = new SingleFlight<string>();
  const wait = flight.wait(Number.POSITIVE_INFINITY, () => 'late');
  setTimeout(() => flight.settle('landed'), 10);
  expect(await wait).toBe('landed');
});
