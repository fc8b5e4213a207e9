import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  downloadFiles,
  type FilesDownload,
} from '../../../../app/src/feeds/sources/download-files.ts';
import { createSiteHttp, type SiteHttp } from '../../../support/feeds/site-http.ts';

interface ServedFile {
  body: string;
  etag?: string | undefined;
  lastModified?: string | undefined;
}

const ORIGIN = 'https://lists.example.net';
const MONDAY = 'Mon, 16 Nov 2026 06:00:00 GMT';
const TUESDAY = 'Tue, 17 Nov 2026 06:00:00 GMT';

let server: Server;
let http: SiteHttp;
let served: Record<string, ServedFile>;
let version: string | undefined;

beforeEach(async () => {
  version = undefined;
  served = {};
  server = createServer((request, response) => {
    const file = served[request.url ?? ''];
    if (file === undefined) return response.writeHead(404).end();
    const { 'if-none-match': etag, 'if-modified-since': since } = request.headers;
    const isKnown = etag === undefined ? since === file.lastModified : etag === file.etag;
    const headers = {
      ...(file.etag !== undefined && { etag: file.etag }),
      ...(file.lastModified !== undefined && { 'last-modified': file.lastModified }),
    };
    const hasCondition = etag !== undefined || since !== undefined;
    return hasCondition && isKnown
      ? response.writeHead(304, headers).end()
      : response.writeHead(200, headers).end(file.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  http = createSiteHttp(`${ORIGIN}=http://127.0.0.1:${port}`);
});

afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

/** Asks for the files, as the refresher does: with the version of the last download. */
async function ask(...paths: string[]): Promise<FilesDownload['status']> {
  const files = paths.map((path) => ({ url: `${ORIGIN}${path}`, maxBytes: 1000 }));
  const download = await downloadFiles('listed', files, { http, version });
  if (download.status === 'downloaded') {
    version = download.version;
    expect(download.bodies.map(String)).toEqual(paths.map((path) => served[path]?.body));
  }
  return download.status;
}

test.each<[string, ServedFile, ServedFile, FilesDownload['status'], number]>([
  ['the same ETag', { body: 'a', etag: '"1"' }, { body: 'a', etag: '"1"' }, 'unchanged', 304],
  ['another ETag', { body: 'a', etag: '"1"' }, { body: 'b', etag: '"2"' }, 'downloaded', 200],
  [
    'another ETag for the same content',
    { body: 'a', etag: '"1"' },
    { body: 'a', etag: '"2"' },
    'unchanged',
    200,
  ],
  ['a weak ETag', { body: 'a', etag: 'W/"1"' }, { body: 'a', etag: 'W/"1"' }, 'unchanged', 304],
  [
    'the same date',
    { body: 'a', lastModified: MONDAY },
    { body: 'a', lastModified: MONDAY },
    'unchanged',
    304,
  ],
  [
    'another date',
    { body: 'a', lastModified: MONDAY },
    { body: 'b', lastModified: TUESDAY },
    'downloaded',
    200,
  ],
  ['neither and the same content', { body: 'a' }, { body: 'a' }, 'unchanged', 200],
  ['neither and other content', { body: 'a' }, { body: 'b' }, 'downloaded', 200],
])('%s', async (_, before, after, status, httpStatus) => {
  served['/a'] = before;
  expect(await ask('/a')).toBe('downloaded');
  served['/a'] = after;
  const response = await http.request(`${ORIGIN}/a`, {
    maxBytes: 1000,
    headers: {
      ...(before.etag !== undefined && { 'if-none-match': before.etag }),
      ...(before.lastModified !== undefined && { 'if-modified-since': before.lastModified }),
    },
  });
  expect(response.status).toBe(httpStatus);
  expect(await ask('/a')).toBe(status);
  expect(await ask('/a')).toBe('unchanged');
});

test.each<[changed: string[], status: FilesDownload['status'], requests: number]>([
  [[], 'unchanged', 3],
  [['/a'], 'downloaded', 2],
  // The first file answers with 304, and is requested again.
  [['/b'], 'downloaded', 3],
  [['/a', '/b'], 'downloaded', 2],
])('of two files, %j have changed: %s', async (changed, status, requests) => {
  served = { '/a': { body: 'a', etag: '"1"' }, '/b': { body: 'b' } };
  await ask('/a', '/b');
  for (const path of changed) served[path] = { body: 'changed', etag: '"3"' };
  const before = http.sent.length;
  expect(await ask('/a', '/b')).toBe(status);
  expect(http.sent.length - before).toBe(requests);
});

test.each(['', 'no JSON', '[]', '[{"etag":"1"}]', '{"etag":"1"}'])(
  'the version %j of another release is ignored',
  async (other) => {
    served['/a'] = { body: 'a', etag: '"1"' };
    version = other;
    expect(await ask('/a')).toBe('downloaded');
    expect(http.sent[0]?.request.headers).toEqual({});
  },
);

test('304 without a condition is an error', async () => {
  const always304 = { request: async () => ({ status: 304, headers: {} }) };
  const files = [{ url: ORIGIN, maxBytes: 1000 }];
  await expect(
    downloadFiles('listed', files, { http: always304, version: undefined }),
  ).rejects.toThrow(expect.objectContaining({ reason: 'unreachable' }));
});
