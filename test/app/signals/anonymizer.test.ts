import type { AnonymizerStatement } from '../../../app/src/feeds/model/feed.ts';
import { findAnonymizer } from '../../../app/src/signals/anonymizer.ts';
import type { AnonymizerFlags } from '../../../app/src/signals/anonymizer-database.ts';
import type { FeedView } from '../../../app/src/signals/feeds/feed-view.ts';
import { addressOf } from '../../support/circumstances.ts';
import { type FeedForTest, requestFeeds } from '../../support/feeds/request-feeds.ts';

const IPV4 = addressOf('198.20.0.1');
const IPV6 = addressOf('2a00::1');
/** 6to4: the client behind it has an IPv4 address. */
const TUNNEL = addressOf('2002:c614:1::1');

const ranges = (isListed: boolean): FeedView => ({ content: 'ranges', has: () => isListed });

const database = (flagsOf: () => AnonymizerFlags | undefined): FeedView => ({
  content: 'anonymizers',
  anonymizers: { type: 'Anonymous-IP', built: new Date(0), ipVersion: 6, flagsOf },
});

const NO_FLAGS: AnonymizerFlags = { vpn: false, tor: false, proxy: false, hosting: false };

const unreadable = (): never => {
  throw new Error('unreadable');
};

const asListed = (field: AnonymizerStatement['field'], completeFor: (4 | 6)[] = []) => ({
  anonymizer: { field, completeFor },
});

/** What a source says, as a person would describe it. */
type Statement = 'yes' | 'no' | 'cannot tell' | 'absent' | 'expired' | 'database';

interface Source {
  readonly feed: Omit<FeedForTest, 'id'>;
  readonly ipv4: Statement;
  readonly ipv6: Statement;
}

const both = (says: Statement) => ({ ipv4: says, ipv6: says });

/** Every kind of source of `tor`, in every state. */
const SOURCES: readonly Source[] = [
  { feed: { ...asListed('tor'), view: ranges(true) }, ...both('yes') },
  { feed: { ...asListed('tor'), view: ranges(false) }, ...both('cannot tell') },
  {
    feed: { ...asListed('tor', [4]), view: ranges(false) },
    ipv4: 'no',
    ipv6: 'cannot tell',
  },
  { feed: { ...asListed('tor', [4, 6]), view: ranges(false) }, ...both('no') },
  { feed: { ...asListed('tor', [4, 6]), view: ranges(true), expired: true }, ...both('expired') },
  { feed: asListed('tor', [4, 6]), ...both('absent') },
  { feed: { view: database(() => ({ ...NO_FLAGS, tor: true })) }, ...both('yes') },
  { feed: { view: database(() => NO_FLAGS) }, ...both('no') },
  { feed: { view: database(() => undefined) }, ...both('cannot tell') },
  { feed: { view: database(unreadable) }, ...both('database') },
  { feed: { view: database(unreadable), expired: true }, ...both('expired') },
  { feed: { content: 'anonymizers' }, ...both('absent') },
];

function expectedFrom(statements: readonly Statement[]): boolean | string {
  if (statements.includes('yes')) return true;
  if (statements.includes('no')) return false;
  return (
    ['database', 'expired'].find((cause) => statements.includes(cause as Statement)) ?? 'absent'
  );
}

describe.each([
  ['an IPv4 address', IPV4, 'ipv4'],
  ['an IPv6 address', IPV6, 'ipv6'],
  ['an IPv4 address behind a tunnel', TUNNEL, 'ipv4'],
] as const)('for %s', (_, address, version) => {
  test('all combinations of up to three sources', () => {
    const none: readonly (Source | undefined)[] = [undefined];
    for (const first of none.concat(SOURCES)) {
      for (const second of none.concat(SOURCES)) {
        for (const third of none.concat(SOURCES)) {
          const sources = [first, second, third].filter((source) => source !== undefined);
          const feeds = requestFeeds(
            sources.map(({ feed }, index) => ({ id: `f${index}`, ...feed })),
          );
          const signal = findAnonymizer(address, feeds);
          expect([signal.known && signal.value.tor, sources]).toEqual([
            expectedFrom(sources.map((source) => source[version])),
            sources,
          ]);
        }
      }
    }
  });
});

test('each source sets its own field only', () => {
  const feeds = requestFeeds([
    { id: 'exits', ...asListed('tor', [4]), view: ranges(true) },
    { id: 'clouds', ...asListed('hosting'), view: ranges(true) },
    { id: 'names', view: ranges(true) },
  ]);
  expect(findAnonymizer(IPV4, feeds)).toEqual({
    known: true,
    value: { vpn: 'absent', tor: true, proxy: 'absent', hosting: true, relay: 'absent' },
  });
});

test('a database sets every field but relay', () => {
  const flags = { vpn: true, tor: false, proxy: true, hosting: false };
  const feeds = requestFeeds([{ id: 'anonymous-ip', view: database(() => flags) }]);
  expect(findAnonymizer(IPV4, feeds)).toEqual({
    known: true,
    value: { ...flags, relay: 'absent' },
  });
});

describe("Apple's Private Relay on X4BNet's list of VPNs", () => {
  const vpn = (isListed: boolean) => ({
    id: 'x4bnet-vpn',
    ...asListed('vpn'),
    view: ranges(isListed),
  });
  const relay = (view: FeedView | undefined, expired = false) => ({
    id: 'apple-private-relay',
    ...asListed('relay', [4, 6]),
    view,
    expired,
  });
  const other = { id: 'other-vpns', ...asListed('vpn'), view: ranges(true) };
  const complete = { ...vpn(true), ...asListed('vpn', [4, 6]) };
  const no = { id: 'anonymous-ip', view: database(() => NO_FLAGS) };

  test.each<[string, readonly FeedForTest[], boolean | string]>([
    ['counts without the list of relays', [vpn(true)], true],
    ['counts while the list of relays is absent', [vpn(true), relay(undefined)], true],
    ['counts while the list of relays is expired', [vpn(true), relay(ranges(true), true)], true],
    ['counts if the address is no relay', [vpn(true), relay(ranges(false))], true],
    ['does not count if it is a relay', [vpn(true), relay(ranges(true))], 'absent'],
    ['a complete list says that a relay is none', [complete, relay(ranges(true))], false],
    ['does not count, whichever comes first', [relay(ranges(true)), vpn(true)], 'absent'],
    ['another list counts', [vpn(true), relay(ranges(true)), other], true],
    ['a database that says no counts', [vpn(true), relay(ranges(true)), no], false],
  ])('%s', (_, feeds, expected) => {
    const signal = findAnonymizer(IPV4, requestFeeds(feeds));
    expect(signal.known && signal.value.vpn).toBe(expected);
  });
});

test.each([
  ['10.1.2.3', 'private'],
  ['192.0.2.1', 'reserved'],
])('%s is not looked up: %s', (address, cause) => {
  const feeds = requestFeeds([{ id: 'exits', ...asListed('tor', [4]), view: ranges(true) }]);
  expect(findAnonymizer(addressOf(address), feeds)).toEqual({ known: false, cause });
});
