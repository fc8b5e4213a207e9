import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { ASSETS } from '../../../../app/dev/console/assets.ts';
import { type Console, createConsole } from '../../../../app/dev/console/console.ts';
import type { LiveState } from '../../../../app/dev/console/live-feed.ts';
import type { ExplainedRequest } from '../../../../app/tools/explain/explain-request.ts';
import type { CandidateReview } from '../../../../app/tools/policy/candidate/review.ts';
import { payloadFrom } from '../../../support/payloads.ts';
import { ROOT } from '../../../support/process.ts';
import { type RunningService, startTestService } from '../../../support/running-service.ts';

let page: Console;
let service: RunningService;

beforeAll(async () => {
  page = createConsole({
    edge: { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 },
    policyFile: join(ROOT, 'app/policy.yaml'),
  });
  service = await startTestService({ extensions: page });
});

afterAll(async () => {
  page.close();
  await service.stop();
});

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
const FORM = {
  address: '14.102.69.58',
  grant: 'authorization_code',
  clientId: 'console',
  scopes: 'openid email',
  time: '2026-01-05T10:30',
};

function get(path: string): Promise<Response> {
  return fetch(`${service.origin}/console${path}`);
}

function post(
  form: unknown,
  headers: Record<string, string> = SAME_ORIGIN,
  path = '/try',
): Promise<Response> {
  const body = typeof form === 'string' ? form : JSON.stringify(form);
  return fetch(`${service.origin}/console${path}`, { method: 'POST', headers, body });
}

async function tryForm(changes: Partial<typeof FORM> = {}): Promise<ExplainedRequest> {
  const response = await post({ ...FORM, ...changes });
  expect(response.status).toBe(200);
  return (await response.json()) as ExplainedRequest;
}

/** Yields the events of the stream. */
async function* events(signal?: AbortSignal): AsyncGenerator<LiveState> {
  const response = await fetch(`${service.origin}/console/events`, { signal: signal ?? null });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, data] = /^data: (.*)$/m.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}

describe('The page', () => {
  test('has a content security policy that allows only its own files', async () => {
    const response = await get('');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'self'; /);
    expect(response.headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|\*/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const text = await response.text();
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style| style=| on[a-z]+=/);
  });

  test('serves every file of its folder, and those of the chart library', async () => {
    const files = readdirSync(new URL('../../../../app/dev/console/page/', import.meta.url));
    const served = [...ASSETS.keys()].filter((name) => !name.startsWith('uplot.'));
    expect(served.sort()).toEqual(files.filter((name) => name !== 'page.html').sort());
    for (const [name, { contentType, body }] of ASSETS) {
      const response = await get(`/assets/${name}`);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, contentType]);
      expect(await response.text()).toBe(body);
    }
  });

  test.each([
    '/assets/',
    '/assets/page.html',
    '/assets/..%2fconsole.ts',
    '/assets/%2e%2e/console.ts',
    '/assets/constructor',
    '/nothing',
  ])('returns 404 for %s', async (path) => {
    const response = await get(path);
    await response.arrayBuffer();
    expect(response.status).toBe(404);
  });

  test.each(['', '/assets/page.js', '/events', '/try', '/nothing'])(
    'rejects other host names: /console%s',
    async (path) => {
      const { port } = new URL(service.origin);
      const headers = { host: 'rebound.example' };
      const status = await new Promise((resolve, reject) => {
        request({ port, path: `/console${path}`, headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect(status).toBe(403);
    },
  );

  test('does not restrict the host names of the action', async () => {
    const response = await fetch(`${service.origin}/pre-issue-access-token`, { method: 'POST' });
    expect(response.status).toBe(401);
    expect(response.headers.get('content-security-policy')).toBeNull();
  });
});

describe('The event stream', () => {
  test('sends earlier decisions at once and new ones as they are made', async () => {
    await service.post(payloadFrom('175.45.176.0'));
    const stream = events();
    const first = await stream.next();
    expect(first.value.rows[0]).toMatchObject({ outcome: 'refuse', country: 'KP' });
    await service.post(payloadFrom('205.210.31.51'));
    const second = await stream.next();
    expect(second.value.rows[0]).toMatchObject({ outcome: 'issue', address: '205.210.31.51' });
    expect(second.value.statistics.totals.issue).toBe(first.value.statistics.totals.issue + 1);
    await stream.return(undefined);
  });

  test('frees the place of a page that disconnects', async () => {
    for (let round = 0; round < 25; round++) {
      const disconnect = new AbortController();
      const stream = events(disconnect.signal);
      // The service notices a moment later that a page has disconnected.
      expect((await stream.next()).done).toBe(false);
      disconnect.abort();
      await expect(stream.next()).rejects.toThrow(/abort/);
    }
  });
});

describe('A tried request', () => {
  test.each<[string, object]>([
    ['205.210.31.51', { outcome: 'issue' }],
    ['14.102.69.58', { outcome: 'restrict' }],
    [
      '103.159.198.178',
      {
        outcome: 'refuse',
        refusal: {
          error: 'access_denied',
          description: 'Access token issuance is blocked due to high IP risk.',
        },
      },
    ],
    ['175.45.176.0', { outcome: 'refuse' }],
    ['', { outcome: 'refuse', signals: [{ name: 'Address', description: 'unknown: missing' }] }],
    ['no address', { signals: [{ name: 'Address', description: 'unknown: malformed' }] }],
    [
      '2002:af2d:b000::1',
      {
        outcome: 'refuse',
        signals: [{ name: 'Address', description: '2002:af2d:b000::1, looked up as 175.45.176.0' }],
      },
    ],
  ])('from the address "%s" is decided by the running policy', async (address, expected) => {
    const { signals, ...rest } = await tryForm({ address });
    expect({ ...rest, signals: signals.slice(0, 1) }).toMatchObject({
      signals: [expect.anything()],
      ...expected,
    });
  });

  test.each([
    ['2026-01-05T10:30', '900 s (15 min)', 'elevated-ip-risk'],
    ['2026-01-05T20:30', '300 s (5 min)', 'elevated-ip-risk-at-odd-hours'],
  ])('at %s gets the lifetime %s by the rule %s', async (time, after, id) => {
    const { token, rules, ...result } = await tryForm({ time });
    expect(result.time).toBe(`${time}:00.000Z`);
    expect(token[0]).toMatchObject({ name: 'Lifetime', before: '3600 s (1 h)', after });
    const matched = rules.filter(({ outcome }) => outcome === 'matched');
    expect(matched.map((rule) => rule.id)).toEqual([id]);
    expect(matched[0]?.values).toContainEqual({ name: 'now.hour', value: time.slice(11, 13) });
  });

  test('shares the reputation cache with decisions', async () => {
    const { signals } = await tryForm({ address: '9.9.9.11' });
    const reputation = signals.find(({ name }) => name === 'Reputation');
    expect(reputation?.description).toMatch(/^score \d+, from AbuseIPDB/);
    await service.post(payloadFrom('9.9.9.11'));
    expect(service.decisions().at(-1)).toMatchObject({
      signals: { reputation: { source: 'memory' } },
    });
  });

  test('is neither recorded nor counted', async () => {
    const stream = events();
    const before = (await stream.next()).value.statistics.totals;
    const recorded = service.decisions().length;
    await tryForm();
    expect(service.decisions()).toHaveLength(recorded);
    await service.post(payloadFrom('175.45.176.0'));
    const after = (await stream.next()).value.statistics.totals;
    expect(after).toEqual({ ...before, refuse: before.refuse + 1 });
    await stream.return(undefined);
  });

  test.each<[string, unknown, Record<string, string>, number, RegExp]>([
    [
      'from another site',
      FORM,
      { ...SAME_ORIGIN, 'sec-fetch-site': 'cross-site' },
      403,
      /its own page/,
    ],
    [
      'as a plain form',
      'a=b',
      { ...SAME_ORIGIN, 'content-type': 'text/plain' },
      415,
      /application\/json/,
    ],
    ['that is not JSON', '{', SAME_ORIGIN, 400, /not JSON/],
    ['with an unknown field', { ...FORM, more: 1 }, SAME_ORIGIN, 400, /more/],
    ['without a grant', { ...FORM, grant: ' ' }, SAME_ORIGIN, 400, /grant: must not be empty/],
    ['with an invalid time', { ...FORM, time: 'noon' }, SAME_ORIGIN, 400, /time: must be a date/],
    ['that is too long', { ...FORM, scopes: 'x'.repeat(20_000) }, SAME_ORIGIN, 413, /16 KiB/],
  ])('is rejected %s', async (_, form, headers, status, message) => {
    const response = await post(form, headers);
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(message);
  });
});

describe('A candidate policy', () => {
  const CANDIDATE = {
    policy: readFileSync(join(ROOT, 'app/policy.yaml'), 'utf8').replace('>= 75', '>= 25'),
    file: 'a.yaml',
    cases: [],
  };

  test('is compared with the policy in use by the latest decisions', async () => {
    await service.post(payloadFrom('14.102.69.58'));
    const response = await post(CANDIDATE, SAME_ORIGIN, '/candidate');
    expect(response.status).toBe(200);
    const { policy, cases, replay } = (await response.json()) as CandidateReview;
    expect(policy).toMatchObject({ mode: 'enforce', isInUse: false });
    expect(cases).toMatchObject({ files: ['app/policy-cases/default.cases.yaml'] });
    expect(replay?.replayed.records).toBeGreaterThan(0);
    expect(replay?.changes.byRule[0]).toMatchObject({
      from: 'restrict',
      to: 'refuse',
      rule: 'high-ip-risk',
      examples: [{ address: '14.102.69.58' }],
    });
  });

  test('is reviewed one at a time', async () => {
    const reviews = [1, 2].map(() => post(CANDIDATE, SAME_ORIGIN, '/candidate'));
    const responses = await Promise.all(reviews);
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  test.each<[string, unknown, Record<string, string>, number, RegExp]>([
    ['from another site', CANDIDATE, { ...SAME_ORIGIN, 'sec-fetch-site': 'none' }, 403, /own page/],
    ['as text', 'a=b', { ...SAME_ORIGIN, 'content-type': 'text/plain' }, 415, /application\/json/],
    ['without a name', { ...CANDIDATE, file: ' ' }, SAME_ORIGIN, 400, /file: must not be empty/],
    [
      'with too many rules',
      { ...CANDIDATE, policy: '{ id: a, when: true },\n'.repeat(1001) },
      SAME_ORIGIN,
      400,
      /has about 1001 rules, and at most 1000 are checked here: run risk-gate policy check a\.yaml/,
    ],
    ['that is too long', 'x'.repeat(2 ** 21 + 1), SAME_ORIGIN, 413, /larger than 2048 KiB/],
  ])('is rejected %s', async (_, form, headers, status, message) => {
    const response = await post(form, headers, '/candidate');
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(message);
  });
});

test('An open page does not delay the shutdown', async () => {
  const other = createConsole({ edge: { headerNames: ['x'], trustedProxyHops: 0 } });
  const ending = await startTestService({ extensions: other });
  const response = await fetch(`${ending.origin}/console/events`);
  other.close();
  await ending.stop();
  expect(await response.text()).toMatch(/^event: state\n/);
});

test('The policy in use is shown with its warnings', async () => {
  expect(await (await get('/policy')).json()).toEqual({
    policy: { revision: expect.stringMatching(/^[0-9a-f]{12}$/), mode: 'enforce' },
    issues: {
      shown: [
        expect.objectContaining({
          severity: 'warning',
          check: 'fails-open',
          line: expect.any(Number),
          place: 'unknown.geo',
          excerpt: { text: '  geo: ignore', caret: { from: 8, to: 14 } },
        }),
      ],
      errors: 0,
      warnings: 1,
    },
  });
});
