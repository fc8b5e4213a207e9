import { Sightings } from '../../../../../app/src/signals/reputation/admission/sightings.ts';
import { HOUR, MINUTE, NOON } from '../harness.ts';

function setUp() {
  const clock = { time: NOON };
  const sightings = new Sightings(() => clock.time);
  const addAll = (address: string, times: number) => {
    let count = 0;
    for (let i = 0; i < times; i += 1) count = sightings.add(address);
    return count;
  };
  return { clock, sightings, addAll };
}

test('counts the sightings of each address', () => {
  const { sightings, addAll } = setUp();
  expect(addAll('192.0.2.1', 3)).toBe(3);
  expect(sightings.add('192.0.2.2')).toBe(1);
});

test.each([
  [3.9, 17],
  [4, 9],
  [8, 5],
  [40, 1],
  [40_000, 1],
])('after %d hours 16 sightings and another one count as %i', (hours, count) => {
  const { clock, sightings, addAll } = setUp();
  addAll('192.0.2.1', 16);
  clock.time += hours * HOUR;
  expect(sightings.add('192.0.2.1')).toBe(count);
});

test('keeps counts while the clock is set back, and halves them later', () => {
  const { clock, sightings, addAll } = setUp();
  addAll('192.0.2.1', 16);
  clock.time -= 24 * HOUR;
  expect(sightings.add('192.0.2.1')).toBe(17);
  clock.time += 4 * HOUR;
  expect(sightings.add('192.0.2.1')).toBe(9);
});

test('counts to 255 at most', () => {
  expect(setUp().addAll('192.0.2.1', 300)).toBe(255);
});

test('is seldom wrong with 30,000 other addresses', () => {
  const { sightings, addAll } = setUp();
  for (let i = 0; i < 30_000; i += 1) sightings.add(`2001:db8::${i.toString(16)}`);
  const counts = Array.from({ length: 200 }, (_, i) => addAll(`192.0.2.${i}`, 8));
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(8);
  expect(counts.filter((count) => count === 8).length).toBeGreaterThan(180);
});

describe('Sightings by one subject', () => {
  test('count once in four minutes', () => {
    const { clock, sightings } = setUp();
    const add = (subject: string) => sightings.add('192.0.2.1', subject);
    expect([add('one'), add('one'), add('other'), add('one')]).toEqual([1, 1, 2, 2]);
    clock.time += 4 * MINUTE - 1;
    expect(add('one')).toBe(2);
    clock.time += 1;
    expect([add('one'), add('other'), add('other')]).toEqual([3, 4, 4]);
  });

  test('count again after the clock is set back', () => {
    const { clock, sightings } = setUp();
    sightings.add('192.0.2.1', 'one');
    clock.time -= HOUR;
    expect(sightings.add('192.0.2.1', 'one')).toBe(2);
  });

  test('of different addresses all count', () => {
    const { sightings } = setUp();
    sightings.add('192.0.2.1', 'one');
    expect(sightings.add('192.0.2.2', 'one')).toBe(1);
    expect(sightings.add('192.0.2.2', 'other')).toBe(2);
  });
});
