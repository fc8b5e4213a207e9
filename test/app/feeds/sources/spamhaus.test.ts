import type { Feed } from '../../../../app/src/feeds/model/feed.ts';
import { spamhausAsnDrop } from '../../../../app/src/feeds/spamhaus-asn-drop.ts';
import { spamhausDropV4 } from '../../../../app/src/feeds/spamhaus-drop-v4.ts';

const V4 = '{"cidr":"11.0.0.0/24","sblid":"SBL000001","rir":"arin"}';
const OTHER_V4 = '{"cidr":"11.0.2.0/24","sblid":"SBL000002","rir":"arin"}';
const ASN = '{"asn":64500,"rir":"arin","domain":"example.net","cc":"US","asname":"EXAMPLE"}';

function footer(records: number, more: object = {}): string {
  return JSON.stringify({
    type: 'metadata',
    timestamp: 1_790_072_042,
    size: 104_461,
    records,
    copyright: '© 2026 The Spamhaus Project',
    terms: 'https://www.spamhaus.org/drop/terms/',
    ...more,
  });
}

async function parse(feed: Feed, lines: readonly string[]) {
  const body = Buffer.from(lines.join('\n'));
  const download = await feed.download({
    http: { request: async () => ({ status: 200, headers: {}, body }) },
    credential: undefined,
    options: {},
    version: undefined,
    now: 0,
  });
  if (download.status !== 'downloaded') throw new Error('The file has not changed.');
  return download.data;
}

test('the date and the texts that must stay with the data are kept', async () => {
  const data = await parse(spamhausDropV4, [V4, OTHER_V4, footer(2), '']);
  expect(data.publishedAt).toBe(1_790_072_042_000);
  expect(data.summary).toMatchObject({
    entries: 2,
    ipv4Addresses: 512,
    copyright: '© 2026 The Spamhaus Project',
    terms: 'https://www.spamhaus.org/drop/terms/',
  });
});

test.each<[string, string[]]>([
  ['LF', [V4, footer(1)]],
  ['CRLF', [`${V4}\r`, `${footer(1)}\r`, '']],
  ['empty lines', [V4, '', footer(1), '', '']],
  ['a byte order mark', [`\uFEFF${V4}`, footer(1)]],
  ['a record with other fields', ['{"cidr":"11.0.0.0/24","new":[1]}', footer(1)]],
  ['a footer without texts', [V4, '{"type":"metadata","timestamp":1,"records":1}']],
])('%s is accepted', async (_, lines) => {
  const data = await parse(spamhausDropV4, lines);
  expect(data.summary).toMatchObject({ entries: 1, ipv4Addresses: 256 });
});

test('a duplicate counts as a record', async () => {
  const data = await parse(spamhausAsnDrop, [ASN, ASN, footer(2)]);
  expect(data).toMatchObject({ content: 'networks', asns: [64_500], summary: { entries: 1 } });
});

test.each<[string, Feed, string[], RegExp]>([
  ['no footer', spamhausDropV4, [V4], /not complete: it has 1 records and no footer/],
  ['fewer records', spamhausDropV4, [V4, footer(2)], /has 1 records and a footer that counts 2/],
  [
    'more records',
    spamhausDropV4,
    [V4, OTHER_V4, footer(1)],
    /2 records and a footer that counts 1/,
  ],
  ['a record after the footer', spamhausDropV4, [V4, footer(1), OTHER_V4], /at line 3/],
  ['two footers', spamhausDropV4, [V4, footer(1), footer(1)], /at line 3/],
  ['a cut line', spamhausDropV4, [V4, OTHER_V4.slice(0, 20)], /at line 2/],
  ['a JSON array', spamhausDropV4, [`[${V4}]`, footer(1)], /is not valid/],
  ['a line that is a number', spamhausDropV4, ['1', footer(1)], /at line 1/],
  ['a line that is null', spamhausDropV4, ['null', footer(1)], /at line 1/],
  ['the text format', spamhausDropV4, ['11.0.0.0/24 ; SBL000001'], /at line 1/],
  ['a date as text', spamhausDropV4, [V4, footer(1, { timestamp: 'today' })], /at line 2/],
  ['a negative count', spamhausDropV4, [V4, footer(-1)], /at line 2/],
  ['an address that is not valid', spamhausDropV4, ['{"cidr":"11.0.0"}', footer(1)], /line 1/],
  ['AS numbers for networks', spamhausDropV4, [ASN, footer(1)], /first at line 1/],
  ['networks for AS numbers', spamhausAsnDrop, [V4, footer(1)], /at line 1/],
  ['an AS number as text', spamhausAsnDrop, ['{"asn":"AS64500"}', footer(1)], /at line 1/],
  ['AS number 0', spamhausAsnDrop, ['{"asn":0}', footer(1)], /at line 1/],
  ['an AS number of 33 bits', spamhausAsnDrop, ['{"asn":4294967296}', footer(1)], /at line 1/],
  ['a fraction', spamhausAsnDrop, ['{"asn":1.5}', footer(1)], /at line 1/],
  ['no records', spamhausAsnDrop, [footer(0)], /has no AS numbers/],
])('%s is rejected', async (_, feed, lines, message) => {
  await expect(parse(feed, lines)).rejects.toThrow(
    expect.objectContaining({ reason: 'format', message: expect.stringMatching(message) }),
  );
});
