import { BUILT_IN_FEEDS } from '../../app/src/feeds/index.ts';
import type { Feed, FeedCredential } from '../../app/src/feeds/model/feed.ts';
import { compilePolicy } from '../../app/src/policy/compile.ts';
import { decideBy, type Scenario } from '../support/decide.ts';
import { codeBlocks, readPage, sectionOf } from './pages.ts';

const PAGE = readPage('docs/feeds.md');

const SECRETS: Readonly<Record<FeedCredential, string>> = {
  maxmind: '`MAXMIND_CREDENTIAL`',
  ipinfo: '`IPINFO_TOKEN`',
  abuseipdb: '`ABUSEIPDB_API_KEY`',
  crowdsec: '`CROWDSEC_CREDENTIAL`',
};

/** Returns the cells of a table's rows without its head. */
function rowsOf(section: string): readonly string[][] {
  return [...sectionOf(PAGE, section).matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) =>
    row.split(' | '),
  );
}

function hours(milliseconds: number): string {
  const count = milliseconds / 3_600_000;
  return count % 24 === 0 ? `${count / 24} d` : `${count} h`;
}

function rowOf(feed: Feed): string[] {
  const { id, content, title, interval, defaultInterval = interval, maxAge, credential } = feed;
  return [
    `\`${id}\``,
    `\`${content}\``,
    title,
    `${hours(defaultInterval)} (${hours(interval)})`,
    `${hours(maxAge)} after it is ${feed.ageFrom}`,
    credential === undefined ? 'none' : SECRETS[credential],
  ];
}

function licenceRowOf({ id, homepage, licence }: Feed): string[] {
  const { name, url, attribution, deleteWithinDays: days } = licence;
  return [
    `\`${id}\``,
    url === undefined ? name : `[${name}](${url})`,
    attribution,
    days === undefined ? 'no limit' : `${days} days`,
    homepage,
  ];
}

test('docs/feeds.md lists every built-in feed as it is', () => {
  expect(rowsOf('Built-in feeds')).toEqual(BUILT_IN_FEEDS.map(rowOf));
});

test('docs/feeds.md lists the licence of every built-in feed, its credit, and how long a copy may be kept', () => {
  expect(rowsOf('Licences and credits')).toEqual(BUILT_IN_FEEDS.map(licenceRowOf));
});

test('each policy in docs/feeds.md compiles, and is complete', () => {
  const policies = codeBlocks(PAGE.text, 'yaml').map((text) => compilePolicy(text, PAGE.path));
  expect(policies.map(({ rules }) => rules.length)).toEqual([2, 4]);
});

const CRIMINAL: Scenario = { feeds: { 'spamhaus-drop-v4': true } };
const TOR: Scenario = { feeds: { 'tor-exits': true } };

describe.each<[string, (readonly [string, Scenario, object])[]]>([
  [
    'Use feeds in the policy',
    [
      ['an address of criminals', CRIMINAL, { refusedBy: 'criminals' }],
      ['a Tor exit', TOR, { matched: ['tor'] }],
      ['an expired list', { feeds: { 'tor-exits': 'expired' } }, { matched: ['unknown.feeds'] }],
      ['an absent list', { feeds: { 'tor-exits': 'absent' } }, { outcome: 'issue' }],
      ['another address', {}, { outcome: 'issue' }],
    ],
  ],
  [
    'Try them on one machine',
    [
      ['an address of criminals', CRIMINAL, { refusedBy: 'criminals' }],
      ['a Tor exit', TOR, { matched: ['tor'] }],
      ['a VPN', { anonymizer: { vpn: true } }, { matched: ['vpn'] }],
      ['a high score', { reputation: 100 }, { refusedBy: 'high-risk' }],
      ['an absent list', { feeds: { 'tor-exits': 'absent' } }, { outcome: 'issue' }],
      ['an unknown score', { reputation: 'timeout' }, { matched: ['unknown.reputation'] }],
    ],
  ],
])('the policy in the section "%s" of docs/feeds.md', (section, cases) => {
  test.each(cases)('decides on %s', async (_, given, expected) => {
    const [text = ''] = codeBlocks(sectionOf(PAGE, section), 'yaml');
    expect(await decideBy(compilePolicy(text, PAGE.path), given)).toMatchObject(expected);
  });
});
