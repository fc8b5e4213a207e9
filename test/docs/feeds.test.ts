import { BUILT_IN_FEEDS } from '../../app/src/feeds/index.ts';
import type { Feed, FeedCredential } from '../../app/src/feeds/model/feed.ts';
import { readPage, sectionOf } from './pages.ts';

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
