import { hasTooManyValues, MAX_VALUES } from '../../../app/src/action/json-size.ts';
import { PAYLOADS, payload } from '../../support/payloads.ts';

test.each<[string, string, boolean]>([
  ['as many numbers as there may be', `[${'1,'.repeat(MAX_VALUES - 1)}1]`, false],
  ['a number more', `[${'1,'.repeat(MAX_VALUES)}1]`, true],
  ['texts', `[${'"a",'.repeat(MAX_VALUES)}"a"]`, true],
  ['members', `{${'"a":1,'.repeat(MAX_VALUES)}"a":1}`, true],
  ['lists', `[${'[],'.repeat(MAX_VALUES / 2)}[]]`, true],
  ['objects', `[${'{},'.repeat(MAX_VALUES / 2)}{}]`, true],
  ['lists that are never closed', '['.repeat(MAX_VALUES + 1), true],
  ['brackets and commas in a text', `"${'[{,'.repeat(MAX_VALUES)}"`, false],
  ['the same behind an escaped quote', `"\\"${'[{,'.repeat(MAX_VALUES)}"`, false],
  [
    'the same behind a backslash and a quote, both escaped',
    `"\\\\\\"${'[{,'.repeat(MAX_VALUES)}"`,
    false,
  ],
  ['the same in a text that is never closed', `"${'[{,'.repeat(MAX_VALUES)}`, false],
  ['values behind a text that ends in a backslash', `["\\\\",${'1,'.repeat(MAX_VALUES)}1]`, true],
  ['no JSON at all', ','.repeat(MAX_VALUES + 1), true],
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
