import { MAX_FEEDS } from '../../../app/src/feeds/model/configured-feeds.ts';
import { checkPolicy, compilePolicy } from '../../../app/src/policy/compile.ts';
import { type KnownFeeds, missingFeeds } from '../../../app/src/policy/feeds.ts';
import { PolicyError } from '../../../app/src/policy/file/issues.ts';
import type { FeedView } from '../../../app/src/signals/feeds/feed-view.ts';
import { decideBy, type Scenario } from '../../support/decide.ts';
import { requestFeeds } from '../../support/feeds/request-feeds.ts';
import { policyText, rule } from '../../support/policies.ts';

const BUILT_IN: KnownFeeds = [
  { id: 'tor-exits', content: 'ranges' },
  { id: 'spamhaus-asn-drop', content: 'networks' },
  { id: 'abuseipdb-blacklist', content: 'scores' },
  { id: 'geolite2-city', content: 'places' },
  { id: 'geoip2-anonymous-ip', content: 'anonymizers' },
];

const ALL = BUILT_IN.map(({ id }) => id);

const ENTRIES = {
  address: { lifetime: 60 },
  geo: { lifetime: 120 },
  network: { lifetime: 180 },
  anonymizer: { lifetime: 240 },
  feeds: { lifetime: 300 },
};

/** Returns a policy whose only rule refuses. */
function policyWith(when: string, rest: object = {}): string {
  const more = { feeds: [...ALL, 'partners'], lists: { office: ['10.0.0.0/8'] }, ...rest };
  const file = { unknown: ENTRIES, ...more };
  return policyText(
    rule('one', when, '{ deny: Matched }'),
    Object.entries(file)
      .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
      .join('\n'),
  );
}

const compile = (text: string) => compilePolicy(text, 'policy.yaml', BUILT_IN);

function issuesIn(text: string): readonly string[] {
  try {
    compile(text);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.issues;
    throw error;
  }
}

describe('an issue is reported', () => {
  const WHEN = 'request.grant == "password"';
  test.each<[string, string, object, string]>([
    [
      'a misspelt feed in within',
      'address.within("tor-exit")',
      {},
      'within("tor-exit") refers to an unknown list or feed; did you mean "tor-exits"?',
    ],
    [
      'an unknown feed in within',
      'address.within("weather")',
      {},
      'within("weather") refers to an unknown list or feed.',
    ],
    [
      'a built-in feed that the policy does not name',
      'address.within("tor-exits")',
      { feeds: [] },
      'within("tor-exits") asks a feed that the policy does not name; add tor-exits to feeds.',
    ],
    [
      'a feed of places in within',
      'address.within("geolite2-city")',
      {},
      'within("geolite2-city"): the feed has no list of addresses; read geo and network, such as geo.country == "KP".',
    ],
    [
      'a feed of anonymizers in within',
      '!address.within("geoip2-anonymous-ip")',
      {},
      'within("geoip2-anonymous-ip"): the feed has no list of addresses; read anonymizer, such as anonymizer.vpn.',
    ],
    [
      'a feed with the name of a list',
      WHEN,
      { feeds: ['office'] },
      'feeds.0: lists.office has the same name, and address.within("office") could mean both; rename the list.',
    ],
    [
      'a feed that is named twice',
      WHEN,
      { feeds: ['tor-exits', 'partners', 'tor-exits'] },
      'feeds.2: names the feed tor-exits twice; remove one of them.',
    ],
    [
      'an id that is not valid',
      WHEN,
      { feeds: ['Tor_Exits'] },
      'feeds.0: must be the id of a feed in FEEDS: at most 40 lower-case letters, digits and single hyphens.',
    ],
    ['an id that is a number', WHEN, { feeds: [7] }, 'feeds.0: must be a string, not 7.'],
    [
      'feeds that are no list',
      WHEN,
      { feeds: 'tor-exits' },
      'feeds: must be a list, not "tor-exits".',
    ],
    [
      'more feeds than FEEDS can contain',
      WHEN,
      { feeds: Array.from({ length: MAX_FEEDS + 1 }, (_, index) => `list-${index}`) },
      `feeds: must have at most ${MAX_FEEDS} feeds.`,
    ],
    [
      'no entry for feeds',
      'address.within("tor-exits")',
      { unknown: { ...ENTRIES, feeds: undefined } },
      'unknown: rule "one" needs feeds, so an entry must specify what happens when one is unknown, e.g. feeds: { deny: Access token issuance is blocked because your address cannot be checked. }.',
    ],
    [
      'no entry for the network, which a feed of networks needs',
      'address.within("spamhaus-asn-drop")',
      { unknown: { ...ENTRIES, network: undefined } },
      'unknown: rule "one" needs network, so an entry must specify what happens when it is unknown, e.g. network: { deny: Access token issuance is blocked because your network is unknown. }.',
    ],
    [
      'an AS number as a string',
      'network.asn == "AS64500"',
      {},
      'incompatible types: int == string',
    ],
    [
      'an AS number that does not exist',
      'network.asn == 4294967296',
      {},
      'network.asn is never 4294967296: network.asn is 0 to 4294967295.',
    ],
    [
      'a list with such a number',
      'network.asn in lists.networks',
      { lists: { networks: [64500, -1] } },
      'lists.networks contains -1, but network.asn is never -1: network.asn is 0 to 4294967295.',
    ],
    ['a field that does not exist', 'anonymizer.residential', {}, 'unknown field residential'],
    [
      'the same in has()',
      'has(anonymizer.residential)',
      {},
      'unknown field residential (in: anonymizer.residential).',
    ],
  ])('%s', (_, when, rest, sentence) => {
    const issues = issuesIn(policyWith(when, rest));
    expect(issues).toEqual([expect.stringContaining(sentence)]);
  });
});

test('a feed that no rule asks needs no entry', () => {
  expect(issuesIn(policyWith('request.grant == "password"', { unknown: {} }))).toEqual([]);
});

test('the policy lists its feeds', () => {
  expect(compile(policyWith('true')).feeds).toEqual([...ALL, 'partners']);
});

const MATCHED = { outcome: 'refuse', matched: ['one'], unknown: [], failed: [] };
const NOT_MATCHED = { outcome: 'issue', matched: [], unknown: [], failed: [] };
const unknown = (...causes: readonly string[]) => ({
  outcome: 'restrict',
  matched: [`unknown.${causes[0]?.split('/')[0]}`],
  failed: [],
  unknown: causes.map((each) => {
    const [signal, cause] = each.split('/');
    return { signal, cause, rule: 'one' };
  }),
});

describe('address.within asks a feed', () => {
  const onList = { feeds: { 'tor-exits': true } };
  const absent = { feeds: 'absent' };
  const expired: Scenario = { feeds: { 'tor-exits': 'expired' } };
  test.each<[string, Scenario, object]>([
    ['address.within("tor-exits")', onList, MATCHED],
    ['address.within("tor-exits")', {}, NOT_MATCHED],
    ['!address.within("tor-exits")', {}, MATCHED],
    ['address.within("partners")', { feeds: { partners: true } }, MATCHED],
    ['cel.bind(a, address, a.within("tor-exits"))', onList, MATCHED],
    ['address.within("office") || address.within("tor-exits")', onList, MATCHED],
    ['address.within("tor-exits")', absent, unknown('feeds/absent')],
    ['!address.within("tor-exits")', absent, unknown('feeds/absent')],
    ['!address.within("tor-exits")', expired, unknown('feeds/expired')],
    ['address.within("tor-exits") ? true : false', expired, unknown('feeds/expired')],
    // The rest of the condition decides.
    ['address.within("tor-exits") || geo.country == "LK"', absent, MATCHED],
    ['address.within("tor-exits") && geo.country == "KP"', absent, NOT_MATCHED],
    ['geo.country == "KP" && address.within("tor-exits")', absent, NOT_MATCHED],
    [
      'address.within("partners") || address.within("tor-exits")',
      { feeds: { partners: true, 'tor-exits': 'absent' } },
      MATCHED,
    ],
    ['!has(geo.country) || address.within("tor-exits")', { ...absent, geo: 'not-found' }, MATCHED],
    // Without an address there is nothing to ask.
    ['address.within("tor-exits")', { address: 'missing', ...onList }, unknown('address/missing')],
    ['!address.within("tor-exits")', { address: 'missing' }, unknown('address/missing')],
  ])('%s with %j', async (when, circumstances, expected) => {
    expect(await decideBy(compile(policyWith(when)), circumstances)).toMatchObject(expected);
  });

  test('only if the condition needs it', async () => {
    const { fetched } = await decideBy(
      compile(policyWith('geo.country == "KP" && address.within("tor-exits")')),
    );
    expect(fetched).toEqual(['address', 'geo']);
  });

  test('in a claim', async () => {
    const text = policyText(
      rule('mark', true, `{ claims: { set: { tor: "\${address.within('tor-exits')}" } } }`),
      'feeds: [tor-exits]\nunknown: { address: ignore, feeds: { lifetime: 5m } }',
    );
    const marked = await decideBy(compile(text), onList);
    expect(marked).toMatchObject({ outcome: 'issue', matched: ['mark'] });
    expect(marked.operations).toEqual([
      expect.objectContaining({ value: { name: 'tor', value: true } }),
    ]);
    // The claim has no value, so the entry applies after the rule.
    expect(await decideBy(compile(text), expired)).toMatchObject({
      outcome: 'restrict',
      matched: ['mark', 'unknown.feeds'],
      unknown: [{ signal: 'feeds', cause: 'expired', rule: 'mark' }],
    });
  });
});

describe('feeds that are unknown for different causes', () => {
  const BOTH = { feeds: { 'tor-exits': 'expired', partners: 'absent' } } as const;
  const condition = 'address.within("tor-exits") || address.within("partners")';
  const text = (entry: object, rules: string) =>
    policyText(
      rules,
      `feeds: [tor-exits, partners]\nunknown: { address: ignore, feeds: ${JSON.stringify(entry)} }`,
    );
  const one = rule('one', condition, '{ deny: Matched }');
  const two =
    rule('first', 'address.within("tor-exits")', '{ deny: Matched }') +
    rule('second', 'address.within("partners")', '{ deny: Matched }');
  const refused = { outcome: 'refuse', matched: ['unknown.feeds'] };
  test.each<[string, string, object]>([
    ['absent refuses', text({ absent: { deny: 'No.' }, expired: 'ignore' }, one), refused],
    ['expired refuses', text({ absent: 'ignore', expired: { deny: 'No.' } }, one), refused],
    [
      'absent refuses, in the second rule',
      text({ absent: { deny: 'No.' }, expired: 'ignore' }, two),
      refused,
    ],
    [
      'expired refuses, in the first rule',
      text({ absent: 'ignore', expired: { deny: 'No.' } }, two),
      refused,
    ],
    [
      'both restrict',
      text({ absent: { lifetime: 60 }, expired: { lifetime: 120 } }, two),
      { outcome: 'restrict', matched: ['unknown.feeds', 'unknown.feeds'] },
    ],
    [
      'one entry for both applies once',
      text({ lifetime: 60 }, two),
      { outcome: 'restrict', matched: ['unknown.feeds'] },
    ],
    [
      'default for both applies once',
      text({ default: { lifetime: 60 } }, one),
      { outcome: 'restrict', matched: ['unknown.feeds'] },
    ],
  ])('%s', async (_, policy, expected) => {
    expect(await decideBy(compile(policy), BOTH)).toMatchObject(expected);
  });

  test('are both recorded', async () => {
    const decision = await decideBy(compile(text({ lifetime: 60 }, one)), BOTH);
    expect(decision.unknown).toEqual([
      { signal: 'feeds', cause: 'absent', rule: 'one' },
      { signal: 'feeds', cause: 'expired', rule: 'one' },
    ]);
  });
});

describe('anonymizer and network', () => {
  test.each<[string, Scenario, object]>([
    ['anonymizer.vpn', { anonymizer: { vpn: true } }, MATCHED],
    ['anonymizer.vpn', {}, NOT_MATCHED],
    ['!anonymizer.vpn', {}, MATCHED],
    ['anonymizer.vpn || anonymizer.tor', { anonymizer: { vpn: 'absent', tor: true } }, MATCHED],
    ['anonymizer.vpn', { anonymizer: { vpn: 'absent' } }, unknown('anonymizer/absent')],
    ['!anonymizer.vpn', { anonymizer: { vpn: 'expired' } }, unknown('anonymizer/expired')],
    ['anonymizer.vpn', { anonymizer: 'private' }, unknown('anonymizer/private')],
    [
      'anonymizer.vpn || anonymizer.tor',
      { anonymizer: { vpn: 'expired', tor: 'absent' } },
      unknown('anonymizer/absent', 'anonymizer/expired'),
    ],
    // Each field for itself.
    ['anonymizer.tor', { anonymizer: { vpn: 'absent' } }, NOT_MATCHED],
    ['!has(anonymizer.vpn)', { anonymizer: { vpn: 'absent' } }, MATCHED],
    ['!has(anonymizer.vpn)', { anonymizer: 'reserved' }, MATCHED],
    ['!has(anonymizer.vpn)', {}, NOT_MATCHED],
    ['has(anonymizer.vpn)', { anonymizer: { vpn: 'expired' } }, unknown('anonymizer/expired')],
    // A rule must not stop to apply because a list has expired.
    [
      'has(anonymizer.vpn) && anonymizer.vpn',
      { anonymizer: { vpn: 'expired' } },
      unknown('anonymizer/expired'),
    ],
    [
      'anonymizer.?vpn.orValue(false)',
      { anonymizer: { vpn: 'expired' } },
      unknown('anonymizer/expired'),
    ],
    ['anonymizer.?vpn.orValue(true)', { anonymizer: { vpn: 'expired' } }, MATCHED],
    ['cel.bind(a, anonymizer, a.vpn)', { anonymizer: { vpn: true } }, MATCHED],
    ['network.asn == 64500', {}, MATCHED],
    ['network.asn in lists.networks', {}, MATCHED],
    ['network.organization.startsWith("Exam")', {}, MATCHED],
    ['network.asn == 1', { network: 'absent' }, unknown('network/absent')],
    ['network.organization == "x"', { network: { asn: 1 } }, unknown('network/not-found')],
    ['!has(network.organization)', { network: { asn: 1 } }, MATCHED],
    ['!has(network.asn)', { network: 'database' }, MATCHED],
    // An alias, which belongs to the signal geo.
    ['geo.asn == 64501', { geo: { asn: 64501 } }, MATCHED],
    ['geo.organization == "x"', { geo: 'LK' }, unknown('geo/not-found')],
  ])('%s with %j', async (when, circumstances, expected) => {
    const policy = compile(policyWith(when, { lists: { networks: [64500, 64501] } }));
    expect(await decideBy(policy, circumstances)).toMatchObject(expected);
  });
});

describe('a feed contains an address by its content', () => {
  const ASN_FEED: FeedView = { content: 'networks', has: (asn) => asn === 64500 };
  const scores: FeedView = {
    content: 'scores',
    scoreOf: ({ value }) => (value === '205.210.31.51' ? 0 : undefined),
    neighbourOf: () => undefined,
  };
  const NETWORKS = 'address.within("spamhaus-asn-drop")';
  const SCORES = 'address.within("abuseipdb-blacklist")';
  test.each<[string, string, FeedView, Scenario, object]>([
    ['its network', NETWORKS, ASN_FEED, {}, MATCHED],
    ['another network', NETWORKS, ASN_FEED, { network: { asn: 1 } }, NOT_MATCHED],
    ['no network', NETWORKS, ASN_FEED, { network: 'absent' }, unknown('network/absent')],
    ['not that', `!${NETWORKS}`, ASN_FEED, { network: 'not-found' }, unknown('network/not-found')],
    [
      'a network without a number',
      NETWORKS,
      ASN_FEED,
      { network: { organization: 'x' } },
      unknown('network/not-found'),
    ],
    ['any score, also 0', SCORES, scores, {}, MATCHED],
    ['no score', SCORES, scores, { address: '198.20.0.1' }, NOT_MATCHED],
  ])('%s', async (_, when, view, circumstances, expected) => {
    const feeds = requestFeeds(
      ['spamhaus-asn-drop', 'abuseipdb-blacklist'].map((id) => ({ id, view })),
    );
    const policy = compile(policyWith(when));
    const decision = await decideBy(policy, circumstances, { feeds: () => feeds });
    expect(decision).toMatchObject(expected);
  });
});

describe('entries that fail open', () => {
  test.each<[string, object, readonly string[]]>([
    ['feeds: ignore', { feeds: 'ignore' }, ['unknown.feeds']],
    [
      'one cause',
      { feeds: { expired: 'ignore', absent: { deny: 'No.' } } },
      ['unknown.feeds.expired'],
    ],
    ['a restriction', {}, []],
  ])('%s', (_, entries, expected) => {
    const text = policyWith('address.within("tor-exits")', { unknown: { ...ENTRIES, ...entries } });
    expect(compile(text).failOpen.map(({ entry }) => entry)).toEqual(expected);
  });

  test('the warning', () => {
    const text = policyWith('address.within("tor-exits")', {
      unknown: { ...ENTRIES, feeds: 'ignore' },
    });
    expect(compile(text).failOpen[0]?.warning).toMatch(
      /: unknown\.feeds: fails open: while a feed is unknown, the token is issued although rule "one" might refuse or restrict it;/,
    );
  });
});

describe('missingFeeds', () => {
  const warning = (id: string, remedy: string, suggestion?: string) => ({
    id,
    ...(suggestion !== undefined && { suggestion }),
    warning: `The policy names the feed ${id}, which FEEDS does not contain, so conditions that ask it are unknown (absent): ${remedy}`,
  });
  const ADD = 'add it to FEEDS (in the stack, feeds), or remove it from the policy.';
  test.each<[string, readonly string[], readonly string[], readonly object[]]>([
    ['none is missing', ['tor-exits', 'partners'], ['partners', 'tor-exits', 'other'], []],
    ['a built-in feed', ['tor-exits'], [], [warning('tor-exits', ADD)]],
    ['a list', ['blocked'], ['tor-exits'], [warning('blocked', ADD)]],
    [
      'a misspelt built-in feed',
      ['tor-exit'],
      ['tor-exits'],
      [warning('tor-exit', 'did you mean tor-exits?', 'tor-exits')],
    ],
    [
      'a misspelt list',
      ['partner'],
      ['partners'],
      [warning('partner', 'did you mean partners?', 'partners')],
    ],
    [
      'a built-in feed that resembles another',
      ['tor-exits'],
      ['tor-exits-2'],
      [warning('tor-exits', ADD)],
    ],
  ])('%s', (_, feeds, configured, expected) => {
    expect(missingFeeds({ feeds }, configured, BUILT_IN)).toEqual(expected);
  });
});

describe('a feed that is not built in, while FEEDS is not known', () => {
  const suggestionsFor = (id: string) => {
    const when = `address.within("${id}")`;
    const text = policyText(rule('one', when, '{ deny: No }'), `version: 1\nfeeds: [${id}]`);
    const { issues } = checkPolicy(text, 'policy.yaml');
    return issues.flatMap(({ check, suggestion }) => (check === 'missing-feed' ? suggestion : []));
  };

  test.each([
    ['tor-exit', 'tor-exits'],
    ['torexits', 'tor-exits'],
    ['tor-exist', 'tor-exits'],
    ['aws-range', 'aws-ranges'],
    ['spamhaus-drop-v5', 'spamhaus-drop-v4'],
  ])('%s may be a misspelt %s', (id, suggestion) => {
    expect(suggestionsFor(id)).toEqual([suggestion]);
  });

  test.each(['tor-exits', 'partners', 'our-tor-exits', 'vpn-ranges'])('%s is accepted', (id) => {
    expect(suggestionsFor(id)).toEqual([]);
  });
});
