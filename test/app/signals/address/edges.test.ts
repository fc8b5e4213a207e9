import { readFileSync } from 'node:fs';
import {
  cloudFront,
  cloudflare,
  type Edge,
  type Headers,
  nginx,
  snippet,
} from '../../../support/edges.ts';
import { outcomeOf } from '../../../support/outcome.ts';
import { payload } from '../../../support/payloads.ts';
import { type RunningService, startTestService } from '../../../support/running-service.ts';

const SECRET = 'the-secret-of-the-edge';
const NOW = Date.UTC(2026, 0, 5, 10, 30);

const POLICY = `
version: 1
rules:
  - id: signed
    when: address.signed
    then: { claims: { set: { seen: "\${address.value}" } } }
unknown:
  address:
    missing: { deny: missing }
    unsigned: { deny: unsigned }
    default: { deny: another cause }
`;

let service: RunningService;

beforeAll(async () => {
  service = await startTestService({
    policy: POLICY,
    settings: { ADDRESS_SIGNATURE_SECRET: SECRET },
    now: () => NOW,
  });
});

afterAll(() => service.stop());

/** Returns what the client gets: the address in its token, or the refusal. */
async function resultOf(headers: Headers): Promise<unknown> {
  const request = JSON.parse(payload('01'));
  request.event.request.additionalHeaders = headers.map(([name, ...value]) => ({ name, value }));
  const body = JSON.stringify(request);
  const response = await service.post(body);
  const outcome = await outcomeOf(body, response);
  if (outcome.kind === 'refused') return outcome.errorDescription;
  return outcome.kind === 'token' ? outcome.token.claims.seen : outcome;
}

const FORGED: readonly [string, readonly (readonly [string, string])[]][] = [
  ['no address headers', []],
  ['an address', [['X-Client-Source-IP', '6.6.6.6']]],
  [
    'an address several times',
    [
      ['x-client-source-ip', '6.6.6.6'],
      ['X-CLIENT-SOURCE-IP', '7.7.7.7'],
    ],
  ],
  [
    'an address and a signature',
    [
      ['x-client-source-ip', '6.6.6.6'],
      ['x-client-source-ip-signature', 't=1,v1=00'],
      ['X-Client-Source-IP-Signature', 't=2,v1=00'],
    ],
  ],
  ['a header that the edge itself sets', [['CF-Connecting-IP', '6.6.6.6']]],
];

describe.each<[string, Edge]>([
  ['CloudFront Function', cloudFront],
  ['nginx', nginx],
  ['Cloudflare Worker', cloudflare],
])('%s', (_name, edge) => {
  describe.each(FORGED)('from a client that sends %s', (_sent, headers) => {
    test.each(['198.18.0.1', '8.8.8.8', '2600:300:f:abcd::9'])(
      'the address of the connection is used: %s',
      async (address) => {
        const forwarded = await edge({ address, headers }, { secret: SECRET, now: NOW });
        expect(await resultOf(forwarded)).toBe(address);
      },
    );
  });

  test('forwards other headers', async () => {
    const request = { address: '8.8.8.8', headers: [['accept', 'text/html']] as const };
    const forwarded = await edge(request, { secret: SECRET, now: NOW });
    expect(forwarded).toContainEqual(['accept', 'text/html']);
  });

  test.each<[string, string, number]>([
    ['with another secret', 'another-secret-of-the-edge', NOW],
    ['by a clock that is 301 s slow', SECRET, NOW - 301_000],
    ['by a clock that is 301 s fast', SECRET, NOW + 301_000],
  ])('a signature %s is rejected', async (_how, secret, now) => {
    const request = { address: '8.8.8.8', headers: [] };
    expect(await resultOf(await edge(request, { secret, now }))).toBe('unsigned');
  });
});

test('CloudFront Function without its secret forwards no address headers of the client', async () => {
  for (const [, headers] of FORGED) {
    const request = { address: '8.8.8.8', headers };
    const forwarded = await cloudFront(request, { secret: undefined, now: NOW });
    expect(await resultOf(forwarded)).toBe('missing');
  }
});

test.each(['cloudfront-function.js', 'nginx.js', 'nginx.conf', 'cloudflare-worker.js'])(
  'docs/address.md shows %s as it is tested here',
  (name) => {
    const page = readFileSync(new URL('../../../../docs/address.md', import.meta.url), 'utf8');
    const blocks = [...page.matchAll(/^```(?:js|nginx)\n([\s\S]*?)^```$/gm)].map(
      ([, code]) => code,
    );
    expect(blocks).toContain(snippet(name));
    expect(page).toContain(`(snippets/${name})`);
  },
);
