import {
  type FeedSites,
  SIMULATED_CREDENTIALS,
  type SiteId,
  startFeedSites,
} from '../../../../../app/dev/simulator/feed-sites/feed-sites.ts';

let sites: FeedSites;
beforeEach(async () => {
  sites = await startFeedSites();
});
afterEach(() => sites.close());

function ask(site: SiteId, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(sites.url(site) + path, { redirect: 'manual', ...init });
}

describe('The mirrors', () => {
  test('replace the origin of each site by its own port', () => {
    const mirrors = sites.mirrors.split(',').map((mirror) => mirror.split('='));
    expect(mirrors).toContainEqual(['https://check.torproject.org', sites.url('tor')]);
    expect(new Set(mirrors.map(([, replacement]) => replacement)).size).toBe(mirrors.length);
  });
});

describe('The sites of lists', () => {
  test.each<{ site: SiteId; path: string; lines: number; first: string }>([
    { site: 'tor', path: '/torbulkexitlist', lines: 1_340, first: '55.1.0.0' },
    {
      site: 'github',
      path: '/X4BNet/lists_vpn/main/output/vpn/ipv4.txt',
      lines: 10_862,
      first: '11.0.0.0/24',
    },
    {
      site: 'apple',
      path: '/egress-ip-ranges.csv',
      lines: 15_000,
      first: '55.128.0.0/31,US,US-CA,,',
    },
    {
      site: 'spamhaus',
      path: '/drop/drop_v4.json',
      lines: 1_541,
      first: '{"cidr":"214.0.0.0/20","sblid":"SBL000000","rir":"arin"}',
    },
  ])('$site sends $lines lines', async ({ site, path, lines, first }) => {
    const text = await (await ask(site, path)).text();
    expect(text.trimEnd().split('\n')).toHaveLength(lines);
    expect(text.split('\n')[0]).toBe(first);
  });

  test.each<{ name: string; header: (response: Response) => Record<string, string> }>([
    { name: 'ETag', header: ({ headers }) => ({ 'if-none-match': `${headers.get('etag')}` }) },
    {
      name: 'date',
      header: ({ headers }) => ({ 'if-modified-since': `${headers.get('last-modified')}` }),
    },
  ])('answer 304 to the $name of the last response until the next release', async ({ header }) => {
    const headers = header(await ask('tor', '/torbulkexitlist'));
    expect((await ask('tor', '/torbulkexitlist', { headers })).status).toBe(304);
    sites.publish();
    expect((await ask('tor', '/torbulkexitlist', { headers })).status).toBe(200);
  });

  test('count the records of Spamhaus in the last line', async () => {
    const text = await (await ask('spamhaus', '/drop/asndrop.json')).text();
    const lines = text.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      type: 'metadata',
      records: lines.length - 1,
    });
  });

  test('page the addresses of CrowdSec until a page is empty', async () => {
    const headers = { authorization: basic(SIMULATED_CREDENTIALS.CROWDSEC_CREDENTIAL) };
    const path = '/v1/integrations/0a1b/content?page_size=9000';
    const pages = await Promise.all(
      [1, 2, 3].map(async (page) =>
        (await ask('crowdsec', `${path}&page=${page}`, { headers })).text(),
      ),
    );
    expect(pages.map((page) => page.split('\n').length - 1)).toEqual([9_000, 500, 0]);
    expect((await ask('crowdsec', path)).status).toBe(401);
  });
});

describe("MaxMind's permalinks", () => {
  const headers = { authorization: basic(SIMULATED_CREDENTIALS.MAXMIND_CREDENTIAL) };
  const path = '/geoip/databases/GeoLite2-Country/download?suffix=tar.gz';

  test.each([
    { name: 'without credentials', path, init: {}, status: 401 },
    {
      name: 'for an edition in another letter case',
      path: path.replace('Country', 'country'),
      init: { headers },
      status: 404,
    },
    {
      name: 'for a day without release',
      path: `${path}&date=20200101`,
      init: { headers },
      status: 404,
    },
    {
      name: 'for another suffix',
      path: path.replace('tar.gz', 'zip'),
      init: { headers },
      status: 400,
    },
  ])('answer $status $name', async ({ path, init, status }) => {
    expect((await ask('maxmind', path, init)).status).toBe(status);
  });

  test('describe the release to HEAD, which does not count, and limit the downloads', async () => {
    for (let count = 0; count < 40; count += 1) {
      const response = await ask('maxmind', path, { headers, method: 'HEAD' });
      expect(response.headers.get('content-disposition')).toMatch(
        /^attachment; filename=GeoLite2-Country_\d{8}\.tar\.gz$/,
      );
    }
    for (let count = 0; count < 30; count += 1) {
      expect((await ask('maxmind', path, { headers })).status).toBe(302);
    }
    const refused = await ask('maxmind', path, { headers });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBeNull();
  });

  test('redirect to a signed address that refuses an Authorization', async () => {
    const location = `${(await ask('maxmind', path, { headers })).headers.get('location')}`;
    const file = location.slice(new URL(location).origin.length);
    expect(sites.mirrors).toContain(new URL(location).origin);
    expect((await ask('maxmind-files', file)).status).toBe(200);
    expect((await ask('maxmind-files', file, { headers })).status).toBe(400);
    expect((await ask('maxmind-files', new URL(location).pathname)).status).toBe(403);
  });

  test('keep a release available after the next one', async () => {
    const head = await ask('maxmind', path, { headers, method: 'HEAD' });
    const date = /_(\d{8})/.exec(`${head.headers.get('content-disposition')}`)?.[1];
    sites.publish();
    const next = await ask('maxmind', path, { headers, method: 'HEAD' });
    expect(next.headers.get('content-disposition')).not.toContain(date);
    expect((await ask('maxmind', `${path}&date=${date}`, { headers })).status).toBe(302);
  });
});

describe('A fault', () => {
  test.each<{
    name: string;
    site: SiteId;
    fault: Parameters<FeedSites['setFault']>[1];
    seen: object;
  }>([
    {
      name: 'status',
      site: 'tor',
      fault: { kind: 'status', status: 429, retryAfter: 60 },
      seen: { status: 429, retryAfter: '60' },
    },
    { name: 'page', site: 'tor', fault: { kind: 'html' }, seen: { status: 200, first: '<' } },
    {
      name: 'half of the file',
      site: 'tor',
      fault: { kind: 'content', content: 'half' },
      seen: { status: 200, first: '5' },
    },
  ])('sends the $name until it is cleared', async ({ site, fault, seen }) => {
    const whole = await (await ask(site, '/torbulkexitlist')).text();
    const look = async () => {
      const response = await ask(site, '/torbulkexitlist');
      const text = await response.text();
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        first: text[0],
        isWhole: text === whole,
      };
    };
    sites.setFault(site, fault);
    expect(await look()).toMatchObject({ ...seen, isWhole: false });
    sites.setFault(site, undefined);
    expect(await look()).toMatchObject({ status: 200, isWhole: true });
  });

  test('can be set with the control interface', async () => {
    const put = (fault: unknown) =>
      ask('tor', '/simulator/fault', { method: 'PUT', body: JSON.stringify(fault) });
    expect((await put({ kind: 'content', content: 'no-databases' })).status).toBe(400);
    expect((await put({ kind: 'other' })).status).toBe(400);
    expect((await put({ kind: 'status', status: 503 })).status).toBe(200);
    expect((await ask('tor', '/torbulkexitlist')).status).toBe(503);
    expect((await ask('tor', '/simulator/fault', { method: 'DELETE' })).status).toBe(200);
    expect((await ask('tor', '/torbulkexitlist')).status).toBe(200);
  });

  test('that the site does not have is an error', () => {
    expect(() => sites.setFault('tor', { kind: 'content', content: 'two-databases' })).toThrow(
      /^The site tor does not have the fault two-databases: use half,/,
    );
  });
});

function basic(credential: string): string {
  return `Basic ${Buffer.from(credential).toString('base64')}`;
}
