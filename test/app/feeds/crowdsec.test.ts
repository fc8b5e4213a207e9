import { crowdsec } from '../../../app/src/feeds/crowdsec.ts';
import type { FeedHttp, FeedRequest } from '../../../app/src/feeds/model/feed-http.ts';

const CREDENTIAL = 'user:password';

interface Sent {
  readonly url: URL;
  readonly request: FeedRequest;
}

/** Downloads a list of which each page has the given text. */
async function download(
  pageOf: (page: number) => string,
  { credential = CREDENTIAL, version }: { credential?: string | undefined; version?: string } = {},
) {
  const sent: Sent[] = [];
  const http: FeedHttp = {
    request: async (url, request) => {
      const parsed = new URL(url);
      sent.push({ url: parsed, request });
      const body = Buffer.from(pageOf(Number(parsed.searchParams.get('page'))));
      return { status: 200, headers: {}, body };
    },
  };
  const options = { integration: '65f0c0ffee' };
  const result = await crowdsec.download({ http, credential, options, version, now: 0 });
  return { result, sent };
}

const THREE_PAGES = (page: number) => (page <= 3 ? `11.0.${page}.1\n` : '');

test('pages are requested until one is empty', async () => {
  const { result, sent } = await download(THREE_PAGES);
  expect(sent.map(({ url }) => url.href)).toEqual(
    [1, 2, 3, 4].map(
      (page) =>
        `https://admin.api.crowdsec.net/v1/integrations/65f0c0ffee/content?page=${page}&page_size=50000`,
    ),
  );
  // Answers without compression are cut.
  for (const { request } of sent) {
    expect(request.headers).toEqual({
      authorization: `Basic ${Buffer.from(CREDENTIAL).toString('base64')}`,
      'accept-encoding': 'gzip',
    });
  }
  expect(result).toMatchObject({ status: 'downloaded', data: { summary: { entries: 3 } } });
});

test.each([
  ['blank', (page: number) => (page === 1 ? '11.0.0.1\n' : ' \n\n')],
  ['the first one again, from a server without pages', () => '11.0.0.1\n'],
])('the last page is %s', async (_, pageOf) => {
  const { result, sent } = await download(pageOf);
  expect(sent).toHaveLength(2);
  expect(result).toMatchObject({ data: { summary: { entries: 1 } } });
});

test('the same pages are unchanged', async () => {
  const { result } = await download(THREE_PAGES);
  if (result.status !== 'downloaded') throw new Error('The list has not changed.');
  const { version } = result;
  expect((await download(THREE_PAGES, { version })).result).toEqual({ status: 'unchanged' });
  const changed = await download((page) => (page === 1 ? '11.0.0.9\n' : ''), { version });
  expect(changed.result.status).toBe('downloaded');
});

test('the number of pages is limited', async () => {
  await expect(download((page) => `11.0.${page}.1\n`)).rejects.toThrow(
    expect.objectContaining({ reason: 'format', message: expect.stringContaining('more than') }),
  );
});

test('a missing credential is reported without a request', async () => {
  const http: FeedHttp = { request: () => Promise.reject(new Error('A request was sent.')) };
  const context = { http, credential: undefined, options: {}, version: undefined, now: 0 };
  await expect(crowdsec.download(context)).rejects.toThrow(
    expect.objectContaining({
      reason: 'authentication',
      message:
        'The feed crowdsec needs CROWDSEC_CREDENTIAL or CROWDSEC_SECRET_ARN: set one of them for the refresher.',
    }),
  );
});
