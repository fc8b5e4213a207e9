import {
  type Item,
  parseQuotaItem,
  parseRecordItem,
  parseSubnetItem,
  quotaItem,
  recordItem,
  subnetItem,
} from '../../../../../app/src/signals/reputation/cache/item.ts';
import type { AbuseRecord } from '../../../../../app/src/signals/reputation/reputation.ts';
import { address, HOUR, NOON } from '../harness.ts';

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
const itemOf = (record: AbuseRecord = FULL) => recordItem(KEY, record, NOON + HOUR);

test.each<[string, AbuseRecord]>([
  ['every field', FULL],
  ['the score only', { score: 0, checkedAt: NOON }],
])('a record with %s is parsed unchanged', (_, record) => {
  expect(parseRecordItem(itemOf(record), KEY, NOON)).toEqual(record);
});

test('an item has a version, and expires at a time in seconds', () => {
  expect(itemOf()).toMatchObject({
    address: { S: KEY },
    version: { N: '1' },
    expires_at: { N: String((NOON + HOUR) / 1000) },
  });
});

test.each<[string, string | undefined, Partial<Item>]>([
  ['of an older version', 'version', { version: { N: '0' } }],
  ['of a newer version', 'version', { version: { N: '2' } }],
  ['with a version that is a string', 'version', { version: { S: '1' } }],
  ['that has expired', undefined, { expires_at: { N: String(NOON / 1000) } }],
  ['of another address', 'invalid', { address: { S: '5.6.7.9#30' } }],
  ['of another window', 'invalid', { address: { S: '5.6.7.8#90' } }],
  ['whose key is not a string', 'invalid', { address: { N: '5' } }],
  ['with an expiry that is not a number', 'invalid', { expires_at: { S: 'tomorrow' } }],
  ['with a score that is a string', 'invalid', { score: { S: '80' } }],
  ['with an empty score', 'invalid', { score: { N: '' } }],
  ['with a blank score', 'invalid', { score: { N: ' ' } }],
  ['with a score in hexadecimal', 'invalid', { score: { N: '0x0' } }],
  ['with a score with an exponent', 'invalid', { score: { N: '0e5' } }],
  ['with a score as a JavaScript number', 'invalid', { score: { N: 0 as unknown as string } }],
  ['with a score of 101', 'invalid', { score: { N: '101' } }],
  ['with a score of 12.5', 'invalid', { score: { N: '12.5' } }],
  ['with a time that is not a number', 'invalid', { checked_at: { BOOL: true } }],
  ['with a negative time', 'invalid', { checked_at: { N: '-1' } }],
  ['with a count that is a string', 'invalid', { reports: { S: '5' } }],
  ['with a boolean that is a number', 'invalid', { tor: { N: '1' } }],
  ['with a boolean that is a string', 'invalid', { tor: { BOOL: 'no' as unknown as boolean } }],
  ['with a string that is a list', 'invalid', { isp: { L: [] } }],
  ['with a string that is a number', 'invalid', { isp: { S: 5 as unknown as string } }],
  ['with a string that is too long', 'invalid', { usage: { S: 'x'.repeat(257) } }],
])('an item %s is rejected: %s', (_, error, attributes) => {
  expect(parseRecordItem({ ...itemOf(), ...attributes } as Item, KEY, NOON)).toBe(error);
});

test.each([
  ['version', 'version'],
  ['address', 'invalid'],
  ['expires_at', 'invalid'],
  ['score', 'invalid'],
  ['checked_at', 'invalid'],
])('an item without %s is rejected: %s', (name, error) => {
  const { [name]: _, ...rest } = itemOf();
  expect(parseRecordItem(rest, KEY, NOON)).toBe(error);
});

describe('the item of a /64', () => {
  const SUBNET = '2a00:0:0:7::/64';
  const SUBNET_KEY = `${SUBNET}#30`;
  const source = address('2a00:0:0:7::1');
  const item = subnetItem(SUBNET_KEY, { source, record: FULL }, NOON + HOUR);

  test('is parsed unchanged', () => {
    expect(parseSubnetItem(item, SUBNET_KEY, SUBNET, NOON)).toEqual({ source, record: FULL });
  });

  test('has the attributes of any other item, and its source', () => {
    const { inherited_from, ...others } = item;
    expect(inherited_from).toEqual({ S: source.value });
    expect(others).toEqual(recordItem(SUBNET_KEY, FULL, NOON + HOUR));
  });

  test.each<[string, string | undefined, Partial<Item>]>([
    ['without a source', 'invalid', { inherited_from: undefined as never }],
    ['with an empty source', 'invalid', { inherited_from: { NULL: true } }],
    ['with a source that is not a string', 'invalid', { inherited_from: { N: '5' } }],
    ['with a source that is not an address', 'invalid', { inherited_from: { S: 'somewhere' } }],
    ['with a source in another /64', 'invalid', { inherited_from: { S: '2a00:0:0:8::1' } }],
    ['with an IPv4 address as its source', 'invalid', { inherited_from: { S: '9.9.9.9' } }],
    ['with another form of its source', 'invalid', { inherited_from: { S: '2a00:0:0:7:0::1' } }],
    ['with a score of 101', 'invalid', { score: { N: '101' } }],
    ['of another /64', 'invalid', { address: { S: '2a00:0:0:8::/64#30' } }],
    ['of another version', 'version', { version: { N: '2' } }],
    ['that has expired', undefined, { expires_at: { N: String(NOON / 1000) } }],
  ])('%s is rejected: %s', (_, error, attributes) => {
    const changed = { ...item, ...attributes } as Item;
    expect(parseSubnetItem(changed, SUBNET_KEY, SUBNET, NOON)).toBe(error);
  });
});

test('an exhausted quota is parsed unchanged until it is over', () => {
  const item = quotaItem('#closing#a', NOON + HOUR);
  expect(parseQuotaItem(item, '#closing#a', NOON)).toBe(NOON + HOUR);
  expect(parseQuotaItem(item, '#closing#a', NOON + HOUR)).toBeUndefined();
});

test('an exhausted quota of another API key is rejected', () => {
  const item = quotaItem('#closing#a', NOON + HOUR);
  expect(parseQuotaItem(item, '#closing#b', NOON)).toBeUndefined();
});

test('a record is not an exhausted quota, nor vice versa', () => {
  expect(parseQuotaItem(itemOf(), KEY, NOON)).toBeUndefined();
  expect(parseRecordItem(quotaItem(KEY, NOON + HOUR), KEY, NOON)).toBe('invalid');
});
