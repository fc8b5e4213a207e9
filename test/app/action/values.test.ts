import { hasTooManyValues, MOST_VALUES } from '../../../app/src/action/values.ts';
import { PAYLOADS, payload } from '../../support/payloads.ts';

test.each<[string, string, boolean]>([
  ['as many numbers as there may be', `[${'1,'.repeat(MOST_VALUES - 1)}1]`, false],
  ['a number more', `[${'1,'.repeat(MOST_VALUES)}1]`, true],
  ['texts', `[${'"a",'.repeat(MOST_VALUES)}"a"]`, true],
  ['members', `{${'"a":1,'.repeat(MOST_VALUES)}"a":1}`, true],
  ['lists', `[${'[],'.repeat(MOST_VALUES / 2)}[]]`, true],
  ['objects', `[${'{},'.repeat(MOST_VALUES / 2)}{}]`, true],
  ['lists that are never closed', '['.repeat(MOST_VALUES + 1), true],
  ['brackets and commas in a text', `"${'[{,'.repeat(MOST_VALUES)}"`, false],
  ['the same behind an escaped quote', `"\\"${'[{,'.repeat(MOST_VALUES)}"`, false],
  [
    'the same behind a backslash and a quote, both escaped',
    `"\\\\\\"${'[{,'.repeat(MOST_VALUES)}"`,
    false,
  ],
  ['the same in a text that is never closed', `"${'[{,'.repeat(MOST_VALUES)}`, false],
  ['values behind a text that ends in a backslash', `["\\\\",${'1,'.repeat(MOST_VALUES)}1]`, true],
  ['no JSON at all', ','.repeat(MOST_VALUES + 1), true],
])('%s: %p', (_, json, tooMany) => {
  expect(hasTooManyValues(json)).toBe(tooMany);
});

/** The largest of them is of the usual kind, so a body of 1 MiB of that kind passes too. */
test('a request of the identity server may be four times as large as any known one', () => {
  const large = PAYLOADS.map((name) => payload(name)).map(
    (body) => `[${body},${body},${body},${body}]`,
  );
  expect(large.filter(hasTooManyValues)).toEqual([]);
});
