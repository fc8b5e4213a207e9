import type { Address } from '../../../app/src/signals/address/address.ts';
import { type AddressFacts, LookupReasons } from '../../../app/src/signals/lookup-reasons.ts';
import { known, unknown } from '../../../app/src/signals/signal.ts';
import { type FeedForTest, requestFeeds } from '../../support/feeds/request-feeds.ts';
import { address } from './reputation/harness.ts';

const ADDRESS = address('5.6.7.8');
const lists = (on: boolean) => ({ content: 'ranges' as const, has: () => on });

const RANGES = lists(true);
const OTHER_RANGES = lists(false);
const SCORES = (score: number | undefined) => ({
  content: 'scores' as const,
  scoreOf: (_: Address) => score,
});
const NETWORKS = (listed: number) => ({
  content: 'networks' as const,
  has: (asn: number) => asn === listed,
});
const HOSTING = { field: 'hosting' as const, completeFor: [] };
const DATABASE = (flags: object | undefined) => ({
  content: 'anonymizers' as const,
  anonymizers: { flagsOf: () => flags },
});

function facts({
  feeds = [],
  country,
  asn,
  client = 'app',
}: {
  feeds?: readonly object[];
  country?: string;
  asn?: number;
  client?: string;
}): AddressFacts {
  return {
    address: ADDRESS,
    client,
    feeds: requestFeeds(feeds as FeedForTest[]),
    country: () => country,
    network: () => (asn === undefined ? unknown('absent') : known({ asn, organization: 'x' })),
  };
}

describe('There is a reason for', () => {
  test.each<[string, Parameters<typeof facts>[0], boolean]>([
    ['an address without feeds', {}, false],
    ['an address on no list', { feeds: [{ id: 'drop', view: OTHER_RANGES }] }, false],
    [
      'an address on a list',
      {
        feeds: [
          { id: 'other', view: OTHER_RANGES },
          { id: 'drop', view: RANGES },
        ],
      },
      true,
    ],
    [
      'an address on a list that has expired',
      { feeds: [{ id: 'drop', view: RANGES, expired: true }] },
      false,
    ],
    ['an address on a list that is not loaded', { feeds: [{ id: 'drop' }] }, false],
    [
      'a listed score, however low',
      { feeds: [{ id: 'abuseipdb-blacklist', view: SCORES(0) }] },
      true,
    ],
    ['no listed score', { feeds: [{ id: 'abuseipdb-blacklist', view: SCORES(undefined) }] }, false],
    [
      'a listed network',
      { feeds: [{ id: 'asn-drop', view: NETWORKS(64_500) }], asn: 64_500 },
      true,
    ],
    [
      'a network that is not listed',
      { feeds: [{ id: 'asn-drop', view: NETWORKS(64_500) }], asn: 64_501 },
      false,
    ],
    ['a network that is not known', { feeds: [{ id: 'asn-drop', view: NETWORKS(0) }] }, false],
    ['hosting', { feeds: [{ id: 'aws', view: RANGES, anonymizer: HOSTING }] }, true],
    ['an anonymizer of a database', { feeds: [{ id: 'x', view: DATABASE({ vpn: true }) }] }, true],
    [
      'no anonymizer of a database',
      { feeds: [{ id: 'x', view: DATABASE({ vpn: false }) }] },
      false,
    ],
  ])('%s: %s', (_, given, expected) => {
    expect(new LookupReasons().exist(facts(given))).toBe(expected);
  });
});

describe('Of a client whose addresses from SG and DE were looked up, an address', () => {
  test.each([
    ['from one of these countries', { country: 'DE' }, false],
    ['from another country', { country: 'BR' }, true],
    ['from no country', {}, false],
    ['of another client, whose first country it is', { country: 'BR', client: 'other' }, false],
  ])('%s has a reason: %s', (_, given, expected) => {
    const reasons = new LookupReasons();
    for (const country of ['SG', 'DE']) reasons.remember(facts({ country }));
    expect(reasons.exist(facts(given))).toBe(expected);
  });

  test('keeps its reason until it is looked up', () => {
    const reasons = new LookupReasons();
    reasons.remember(facts({ country: 'SG' }));
    const other = facts({ country: 'BR' });
    expect([reasons.exist(other), reasons.exist(other)]).toEqual([true, true]);
    reasons.remember(other);
    expect(reasons.exist(other)).toBe(false);
  });

  test('without a country teaches nothing', () => {
    const reasons = new LookupReasons();
    reasons.remember(facts({}));
    expect(reasons.exist(facts({ country: 'BR' }))).toBe(false);
  });
});
