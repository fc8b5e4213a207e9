import type { Address } from '../../../../../app/src/signals/address/address.ts';
import { MissingParts } from '../../../../../app/tools/policy/replay/missing-parts.ts';
import { recordedAddress } from '../../../../../app/tools/policy/replay/recorded-address.ts';
import { RecordedLists } from '../../../../../app/tools/policy/replay/recorded-lists.ts';
import { policyOf } from '../../../../support/policies.ts';

const WIDE = '203.0.0.0/16';
const INSIDE = '203.0.112.7/32';
const BELOW = '203.0.111.255/32';
const ABOVE = '203.0.113.0/32';

/** Returns whether a list contains a recorded address; 'some' if the record does not say. */
function within(list: readonly unknown[], value: string, date = '2026-01-05'): unknown {
  const when = 'address.within("list")';
  const { lists } = policyOf([{ id: 'a', when, effects: { allow: true } }], { lists: { list } });
  const missing = new MissingParts();
  const line = { event: 'decision', outcome: 'issue' } as const;
  const address = recordedAddress(line, { value }, missing) as Address;
  try {
    return new RecordedLists(lists, missing).within('list', date, address);
  } catch (error) {
    if (missing.size === 0) throw error;
    return 'some';
  }
}

test.each<[string, readonly unknown[], string, unknown]>([
  ['an empty list', [], '203.0.112.0/24', false],
  ['the same network', ['203.0.112.0/24'], '203.0.112.0/24', true],
  ['a wider one', [WIDE], '203.0.112.0/24', true],
  ['a wider one that contains a narrower one', [INSIDE, WIDE, BELOW], '203.0.112.0/24', true],
  ['a narrower one', [INSIDE], '203.0.112.0/24', 'some'],
  ['one just below', [BELOW], '203.0.112.0/24', false],
  ['one just above', [ABOVE], '203.0.112.0/24', false],
  ['neighbours on both sides', [ABOVE, BELOW], '203.0.112.0/24', false],
  ['both halves', ['203.0.112.0/25', '203.0.112.128/25'], '203.0.112.0/24', 'some'],
  ['the other version', ['2001:500::/32'], '203.0.112.0/24', false],
  ['a wider IPv6 network', ['2001:500::/32'], '2001:500:1::/48', true],
  ['an IPv6 address inside', ['2001:500:1::1'], '2001:500:1::/48', 'some'],
  ['the network that 6to4 embeds', [WIDE], '2002:cb00:7000::/40', true],
  ['an address in the network that 6to4 embeds', [INSIDE], '2002:cb00:7000::/40', 'some'],
  ['another network than 6to4 embeds', ['198.51.100.0/24'], '2002:cb00:7000::/40', false],
  ['any IPv4 network and Teredo', ['198.51.100.0/24'], '2001:0:cb00::/48', 'some'],
  ['a hash', [WIDE], 'f'.repeat(32), 'some'],
  ['a whole address', [INSIDE], '203.0.112.7', true],
])('a list with %s', (_, list, value, expected) => {
  expect(within(list, value)).toBe(expected);
});

test('an entry counts until its last day', () => {
  const list = [{ value: WIDE, until: '2026-01-05' }];
  expect(within(list, '203.0.112.0/24', '2026-01-05')).toBe(true);
  expect(within(list, '203.0.112.0/24', '2026-01-06')).toBe(false);
});
