import { hasTooManyValues, MAX_VALUES } from '../../../app/src/action/json-size.ts';
import { PAYLOADS, payload } from '../../support/payloads.ts';

test.each<[string, string, boolean]>([
  ['the maximum of numbers', `[${'1,'.repeat(MAX_VALUES - 1)}1]`, false],
  ['one number more', `[${'1,'.repeat(MAX_VALUES)}1]`, true],
  ['strings', `[${'"a",'.repeat(MAX_VALUES)}"a"]`, true],
  ['fields', `{${'"a":1,'.repeat(MAX_VALUES)}"a":1}`, true],
  ['lists', `[${'[],'.repeat(MAX_VALUES / 2)}[]]`, true],
  ['objects', `[${'{},'.repeat(MAX_VALUES / 2)}{}]`, true],
  ['lists without an end', '['.repeat(MAX_VALUES + 1), true],
  ['brackets and commas in a string', `"${'[{,'.repeat(MAX_VALUES)}"`, false],
  ['the same behind an escaped quote', `"\\"${'[{,'.repeat(MAX_VALUES)}"`, false],
  [
    'the same behind a backslash and a quote, both escaped',
    `"\\\\\\"${'[{,'.repeat(MAX_VALUES)}"`,
    false,
  ],
  ['the same in a string without an end', `"${'[{,'.repeat(MAX_VALUES)}`, false],
  [
    'values after a string that ends with a backslash',
    `["\\\\",${'1,'.repeat(MAX_VALUES)}1]`,
    true,
  ],
  ['invalid JSON', ','.repeat(MAX_VALUES + 1), true],
])('hasTooManyValues of %s: %p', (_, json, tooMany) => {
  expect(hasTooManyValues(json)).toBe(tooMany);
});

// The largest known one has 243 KB, so this covers a body of 1 MiB.
test('four requests of the identity server together do not have too many values', () => {
  const large = PAYLOADS.map((name) => payload(name)).map(
    (body) => `[${body},${body},${body},${body}]`,
  );
  expect(large.filter(hasTooManyValues)).toEqual([]);
});
