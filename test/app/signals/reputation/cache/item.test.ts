import {
  type Item,
  parseQuotaItem,
  parseRecordItem,
  quotaItem,
  recordItem,
} from '../../../../../app/src/signals/reputation/cache/item.ts';
import type { AbuseRecord } from '../../../../../app/src/signals/reputation/reputation.ts';
import { HOUR, NOON } from '../harness.ts';

const FULL: AbuseRecord = {
  score: 80,
  reports: 12,
  reporters: 3,
  tor: true,
  usage: 'Commercial',
  isp: '',
  domain: 'example.com',
  checkedAt: NOON - HOUR,
};
const KEY = '5.6.7.8#30';
const item = (record: AbuseRecord = FULL) => recordItem(KEY, record, NOON + HOUR);

test.each<[string, AbuseRecord]>([
  ['every field', FULL],
  ['the score only', { score: 0, checkedAt: NOON }],
])('a record with %s comes back as it was', (_, record) => {
  expect(parseRecordItem(item(record), KEY, NOON)).toEqual(record);
});

test('an item has a number for its form and seconds for its end', () => {
  expect(item()).toMatchObject({
    address: { S: KEY },
    version: { N: '1' },
    expires_at: { N: String((NOON + HOUR) / 1000) },
  });
});

test.each<[string, string | undefined, Partial<Item>]>([
  ['of an older form', 'version', { version: { N: '0' } }],
  ['of a newer form', 'version', { version: { N: '2' } }],
  ['with its form as a text', 'version', { version: { S: '1' } }],
  ['that has expired', undefined, { expires_at: { N: String(NOON / 1000) } }],
  ['of another address', 'invalid', { address: { S: '5.6.7.9#30' } }],
  ['of another window', 'invalid', { address: { S: '5.6.7.8#90' } }],
  ['whose key is no text', 'invalid', { address: { N: '5' } }],
  ['with an end that is no number', 'invalid', { expires_at: { S: 'tomorrow' } }],
  ['with a score as text', 'invalid', { score: { S: '80' } }],
  ['with an empty score', 'invalid', { score: { N: '' } }],
  ['with a blank score', 'invalid', { score: { N: ' ' } }],
  ['with a score in hexadecimal', 'invalid', { score: { N: '0x0' } }],
  ['with a score with an exponent', 'invalid', { score: { N: '0e5' } }],
  ['with a score that no text carries', 'invalid', { score: { N: 0 as unknown as string } }],
  ['with a score of 101', 'invalid', { score: { N: '101' } }],
  ['with a score of 12.5', 'invalid', { score: { N: '12.5' } }],
  ['with a time that is no number', 'invalid', { checked_at: { BOOL: true } }],
  ['with a time before all', 'invalid', { checked_at: { N: '-1' } }],
  ['with a count as text', 'invalid', { reports: { S: '5' } }],
  ['with a flag as number', 'invalid', { tor: { N: '1' } }],
  ['with a flag as text', 'invalid', { tor: { BOOL: 'no' as unknown as boolean } }],
  ['with a list for a text', 'invalid', { isp: { L: [] } }],
  ['with a number for a text', 'invalid', { isp: { S: 5 as unknown as string } }],
  ['with a text that is no name of a provider', 'invalid', { usage: { S: 'x'.repeat(257) } }],
])('an item %s is a miss: %s', (_, fault, attributes) => {
  expect(parseRecordItem({ ...item(), ...attributes } as Item, KEY, NOON)).toBe(fault);
});

test.each([
  ['version', 'version'],
  ['address', 'invalid'],
  ['expires_at', 'invalid'],
  ['score', 'invalid'],
  ['checked_at', 'invalid'],
])('an item without %s is a miss: %s', (name, fault) => {
  const { [name]: _, ...rest } = item();
  expect(parseRecordItem(rest, KEY, NOON)).toBe(fault);
});

test('a closing comes back as it was, until it is over', () => {
  const closing = quotaItem('#closing#a', NOON + HOUR);
  expect(parseQuotaItem(closing, '#closing#a', NOON)).toBe(NOON + HOUR);
  expect(parseQuotaItem(closing, '#closing#a', NOON + HOUR)).toBeUndefined();
});

test('a closing of another API key does not count', () => {
  const closing = quotaItem('#closing#a', NOON + HOUR);
  expect(parseQuotaItem(closing, '#closing#b', NOON)).toBeUndefined();
});

test('a record is no closing, nor the other way round', () => {
  expect(parseQuotaItem(item(), KEY, NOON)).toBeUndefined();
  expect(parseRecordItem(quotaItem(KEY, NOON + HOUR), KEY, NOON)).toBe('invalid');
});
