import { parseCheckedAddress } from '../../app/dev/simulator/address.ts';
import { profileFor } from '../../app/dev/simulator/profiles.ts';
import { drawByZipf, openAddressSource } from './addresses.ts';

const addresses = await openAddressSource();

test('addresses are distinct, public and determined by the seed', () => {
  const drawn = addresses.any(2000, 'seed');
  expect(new Set(drawn).size).toBe(2000);
  expect(drawn.every((address) => parseCheckedAddress(address)?.public)).toBe(true);
  expect(addresses.any(2000, 'seed')).toEqual(drawn);
  expect(addresses.any(2000, 'another')).not.toEqual(drawn);
  const ipv6 = drawn.filter((address) => address.includes(':')).length;
  expect(ipv6 / drawn.length).toBeGreaterThan(0.08);
});

test('clean addresses have low scores in the simulated AbuseIPDB', () => {
  const scores = addresses.clean(500, 'seed').map((address) => {
    const checked = parseCheckedAddress(address);
    return checked && profileFor(checked).score;
  });
  expect(scores.every((score) => score !== undefined && score < 25)).toBe(true);
});

test('by Zipf the first item is drawn about n times as often as the n-th', () => {
  const items = ['a', 'b', 'c', 'd'];
  const drawn = drawByZipf(items, 20_000, 'seed');
  const count = (item: string) => drawn.filter((other) => other === item).length;
  expect(count('a') / count('b')).toBeCloseTo(2, 0);
  expect(count('a') / count('d')).toBeCloseTo(4, 0);
  expect(drawByZipf(items, 20_000, 'seed')).toEqual(drawn);
});
