import { hasTooManyContainers } from '../../../app/src/action/containers.ts';
import { PAYLOADS, payload } from '../../support/payloads.ts';

test.each<[string, string, boolean]>([
  ['100,000 lists', `[${'[],'.repeat(99_998)}[]]`, false],
  ['a list more', `[${'[],'.repeat(100_000)}[]]`, true],
  ['brackets that are never closed', '['.repeat(100_001), true],
  ['objects', `[${'{},'.repeat(100_000)}{}]`, true],
  ['brackets in a text', `"${'['.repeat(200_000)}"`, false],
  ['brackets in a text behind an escaped quote', `"\\"${'['.repeat(200_000)}"`, false],
  ['brackets behind a text that ends in a backslash', `["\\\\",${'[],'.repeat(100_001)}[]]`, true],
])('%s: %p', (_, json, tooMany) => {
  expect(hasTooManyContainers(json)).toBe(tooMany);
});

test('no request that the identity server sends has too many', () => {
  expect(PAYLOADS.filter((name) => hasTooManyContainers(payload(name)))).toEqual([]);
});
