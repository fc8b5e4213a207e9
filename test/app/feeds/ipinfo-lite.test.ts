import { ipinfoLite } from '../../../app/src/feeds/ipinfo-lite.ts';
import { database, FLAT_COUNTRIES, hash } from '../../support/feeds/databases.ts';
import { type Downloader, startDownloader } from '../../support/feeds/downloader.ts';
import type { Respond } from '../refresher/support/publisher.ts';

const TOKEN = 'canary-token';
const PATH = '/data/ipinfo_lite.mmdb';
const file = database('ipinfo bundle_location_lite.mmdb', FLAT_COUNTRIES);
const VERSION = hash('sha256', file);

let downloader: Downloader;
beforeAll(async () => {
  downloader = await startDownloader([
    'ipinfo.io',
    'dl.assets.ipinfo.io',
    'dl.ipinfo.io',
    'storage.googleapis.com',
    'files.example.com',
  ]);
});
beforeEach(() => downloader.reset());
afterAll(() => downloader.close());

const CHECKSUMS = JSON.stringify({ checksums: { md5: 'x', sha1: 'y', sha256: VERSION } });

interface Site {
  readonly checksums?: Respond;
  readonly download?: Respond;
  readonly body?: Buffer;
  readonly fileHost?: string;
}

function serve({ checksums, download, body = file, fileHost = 'dl.assets.ipinfo.io' }: Site = {}) {
  downloader.publisher.on('ipinfo.io', (response, request) => {
    if (request.path === `${PATH}/checksums`) {
      if (checksums) return checksums(response, request);
      return response.end(CHECKSUMS);
    }
    if (download) return download(response, request);
    return response.writeHead(302, { location: `https://${fileHost}/file?sig=canary` }).end();
  });
  downloader.publisher.on(fileHost, (response, { headers }) =>
    headers.authorization === undefined ? response.end(body) : response.writeHead(400).end(),
  );
}

const download = (context: object = {}) =>
  downloader.download(ipinfoLite, { credential: TOKEN, ...context });
const status =
  (code: number): Respond =>
  (response) =>
    response.writeHead(code, { 'retry-after': '60' }).end('{"error":"text"}');

test.each(['dl.assets.ipinfo.io', 'dl.ipinfo.io', 'storage.googleapis.com'])(
  'the database is downloaded from %s, with the token sent to ipinfo.io only',
  async (fileHost) => {
    serve({ fileHost });
    expect(await download()).toMatchObject({
      status: 'downloaded',
      version: VERSION,
      data: {
        content: 'places',
        file,
        summary: { fields: 'country continent asn organization', knownAddresses: 10 },
      },
    });
    expect(
      downloader.publisher.requests.map(({ host, path, headers }) => [
        host,
        path,
        headers.authorization,
      ]),
    ).toEqual([
      ['ipinfo.io', `${PATH}/checksums`, `Bearer ${TOKEN}`],
      ['ipinfo.io', PATH, `Bearer ${TOKEN}`],
      [fileHost, '/file?sig=canary', undefined],
    ]);
    expect(downloader.counted()).toBe(1);
  },
);

test('the type of the database and the names in its records are plausible', async () => {
  serve();
  const result = await download();
  if (result.status === 'unchanged') throw new Error('Nothing was downloaded.');
  const context = { previous: undefined, options: {}, now: Date.parse('2026-11-21T12:00:00Z') };
  expect(ipinfoLite.findImplausible(result.data, context)).toBeUndefined();
});

test('a database whose checksum is known is not downloaded', async () => {
  serve();
  expect(await download({ version: VERSION })).toEqual({ status: 'unchanged' });
  expect(downloader.counted()).toBe(0);
});

test.each<[string, Site, string]>([
  ['a token that is refused with 401', { checksums: status(401) }, 'authentication'],
  ['a token that is refused with 403', { checksums: status(403) }, 'authentication'],
  ['a download that is refused with 403', { download: status(403) }, 'authentication'],
  ['the wrong address', { checksums: status(404) }, 'missing'],
  ['too many downloads', { download: status(429) }, 'quota'],
  ['trouble at IPinfo', { download: status(503) }, 'unreachable'],
  ['checksums that are a page', { checksums: (response) => response.end('<html>') }, 'format'],
  [
    'checksums without SHA-256',
    { checksums: (response) => response.end('{"checksums":{}}') },
    'format',
  ],
  ['another checksum', { body: Buffer.from(file).fill(0, 0, 1).subarray(1) }, 'checksum'],
  ['half of the file', { body: file.subarray(0, file.length / 2) }, 'checksum'],
  ['a page with the status 200', { body: Buffer.from('<html></html>') }, 'format'],
  ['JSON with the status 200', { body: Buffer.from('{"error":"no"}') }, 'format'],
  [
    'a redirect to another host',
    {
      download: (response) =>
        response.writeHead(302, { location: 'https://files.example.com/canary' }).end(),
    },
    'format',
  ],
])('%s is an error, which does not contain the token', async (_, site, reason) => {
  serve(site);
  const error: Error = await download().then(String, (thrown) => thrown);
  expect(error).toMatchObject({ reason });
  expect(`${error.message} ${JSON.stringify(error)} ${error.cause}`).not.toContain('canary');
});

test.each([undefined, '', 'canary\ntoken', 'canary token'])(
  'nothing is asked with the token %j',
  async (credential) => {
    serve();
    const error: Error = await download({ credential }).then(String, (thrown) => thrown);
    expect(error).toMatchObject({ reason: 'authentication' });
    expect(error.message).toContain('set IPINFO_TOKEN');
    expect(error.message).not.toContain('canary');
    expect(downloader.publisher.requests).toEqual([]);
  },
);
