import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WriteConflictError } from '../../../app/src/store/object-store.ts';
import { createS3Store } from '../../../app/src/store/s3-store.ts';

let server: Server;
let respond: RequestListener;
const store = createS3Store('bucket');
const before = { ...process.env };

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => respond(request, response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
  });
});
afterAll(async () => {
  store.close();
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  process.env = before;
});

const xml = (content: string) => `<?xml version="1.0" encoding="UTF-8"?>${content}`;

/** Refuses each write, and returns an object for each read. */
function refuseWrites(status: number, code: string, stored: string): void {
  respond = ({ method }, response) => {
    if (method === 'GET') response.setHeader('etag', '"2"').end(stored);
    else response.writeHead(status).end(xml(`<Error><Code>${code}</Code></Error>`));
  };
}

const REFUSALS = [
  [404, 'NoSuchKey'],
  [409, 'ConditionalRequestConflict'],
  [412, 'PreconditionFailed'],
] as const;

test.each(REFUSALS)('a write with the response %d %s is a conflict', async (status, code) => {
  refuseWrites(status, code, 'of another');
  const write = store.write('k', Buffer.from('own'), { expected: '"1"' });
  await expect(write).rejects.toThrow(WriteConflictError);
});

test.each(REFUSALS)(
  'a write with the response %d %s has succeeded before if its bytes are stored',
  async (status, code) => {
    refuseWrites(status, code, 'own');
    expect(await store.write('k', Buffer.from('own'), { expected: '"1"' })).toBe('"2"');
  },
);

test('lists all pages', async () => {
  respond = ({ url = '' }, response) => {
    const token = new URL(url, 'http://s3').searchParams.get('continuation-token');
    const page = token === 'next' ? '' : '<NextContinuationToken>next</NextContinuationToken>';
    const key = `<Contents><Key>${token ?? 'first'}</Key></Contents>`;
    response.end(xml(`<ListBucketResult>${page}${key}</ListBucketResult>`));
  };
  expect(await store.list('')).toEqual(['first', 'next']);
});
