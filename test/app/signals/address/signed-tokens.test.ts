import { createHmac } from 'node:crypto';
import { outcomeOf } from '../../../support/outcome.ts';
import { payload } from '../../../support/payloads.ts';
import { type RunningService, startTestService } from '../../../support/running-service.ts';

/* Tokens of a service that requires signed addresses, from the HTTP request to the identity server. */

const SECRET = 'the-secret-of-the-edge';
const NOW = Date.UTC(2026, 0, 5, 10, 30);

/** Refusals contain the cause, and tokens say whether the address is signed. */
const POLICY = `
version: 1
rules:
  - id: signed
    when: address.signed
    then: { claims: { set: { seen: "signed \${address.value}" } } }
  - id: not-signed
    when: "!address.signed"
    then: { claims: { set: { seen: "unsigned \${address.value}" } } }
unknown:
  address:
    missing: { deny: missing }
    malformed: { deny: malformed }
    ambiguous: { deny: ambiguous }
    unsigned: { deny: unsigned }
`;

type Headers = readonly (readonly [name: string, ...values: string[]])[];

function sign(value: string, { secret = SECRET, at = NOW } = {}): string {
  const t = Math.floor(at / 1000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${value}`).digest('hex')}`;
}

/** Returns what the client gets: the claim in its token, or the refusal. */
async function resultOf(service: RunningService, headers: Headers): Promise<unknown> {
  const request = JSON.parse(payload('01'));
  request.event.request.additionalHeaders = headers.map(([name, ...value]) => ({ name, value }));
  const body = JSON.stringify(request);
  const response = await service.post(body);
  const outcome = await outcomeOf(body, response);
  if (outcome.kind === 'refused') return outcome.errorDescription;
  if (outcome.kind !== 'token') return outcome;
  return outcome.token.claims.seen;
}

const A = 'x-client-source-ip';
const S = `${A}-signature`;

describe('with ADDRESS_SIGNATURE_SECRET', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startTestService({
      policy: POLICY,
      settings: { ADDRESS_SIGNATURE_SECRET: SECRET },
      now: () => NOW,
    });
  });
  afterAll(() => service.stop());

  test.each<[string, Headers, string]>([
    [
      'a signed address',
      [
        [A, '8.8.8.8'],
        [S, sign('8.8.8.8')],
      ],
      'signed 8.8.8.8',
    ],
    [
      'a signed IPv6 address',
      [
        [A, '2600::9'],
        [S, sign('2600::9')],
      ],
      'signed 2600::9',
    ],
    ['an address without a signature', [[A, '8.8.8.8']], 'unsigned'],
    [
      'a signature of another address',
      [
        [A, '8.8.8.8'],
        [S, sign('1.1.1.1')],
      ],
      'unsigned',
    ],
    [
      'a replay after 300 s',
      [
        [A, '8.8.8.8'],
        [S, sign('8.8.8.8', { at: NOW - 301_000 })],
      ],
      'unsigned',
    ],
    [
      'a replay within 300 s',
      [
        [A, '8.8.8.8'],
        [S, sign('8.8.8.8', { at: NOW - 299_000 })],
      ],
      'signed 8.8.8.8',
    ],
    [
      'two signatures',
      [
        [A, '8.8.8.8'],
        [S, sign('8.8.8.8'), sign('8.8.8.8')],
      ],
      'unsigned',
    ],
    [
      'two signature headers',
      [
        [A, '8.8.8.8'],
        [S, sign('8.8.8.8')],
        [S.toUpperCase(), 'x'],
      ],
      'unsigned',
    ],
    [
      'an address in addition to the signed one',
      [
        [A, '8.8.8.8', '1.1.1.1'],
        [S, sign('8.8.8.8')],
      ],
      'ambiguous',
    ],
    ['no address', [[S, sign('8.8.8.8')]], 'missing'],
    ['nothing', [], 'missing'],
  ])('%s', async (_name, headers, expected) => {
    expect(await resultOf(service, headers)).toBe(expected);
  });

  test('the record contains that an address is signed, or why it is unknown, but no signature', async () => {
    const before = service.decisions().length;
    await resultOf(service, [
      [A, '8.8.8.8'],
      [S, sign('8.8.8.8')],
    ]);
    await resultOf(service, [
      [A, '8.8.8.8'],
      [S, sign('8.8.8.9')],
    ]);
    expect(service.decisions().slice(before)).toMatchObject([
      { signals: { address: { value: '8.8.8.8', signed: true } } },
      {
        signals: { address: { cause: 'unsigned' } },
        unknown: [{ signal: 'address', cause: 'unsigned' }],
        refused_by: 'unknown.address',
      },
    ]);
    expect(service.lines.join('')).not.toMatch(/v1=|the-secret-of-the-edge/);
  });
});

describe.each<[string, Record<string, string>, Headers, string]>([
  [
    'a list of two proxies, signed by the last',
    { ADDRESS_HEADERS: 'x-forwarded-for', TRUSTED_PROXY_HOPS: '2' },
    [
      ['x-forwarded-for', '6.6.6.6, 8.8.8.8, 10.0.0.1'],
      ['x-forwarded-for-signature', sign('6.6.6.6, 8.8.8.8, 10.0.0.1')],
    ],
    'signed 8.8.8.8',
  ],
  [
    'CloudFront-Viewer-Address',
    { ADDRESS_HEADERS: 'CloudFront-Viewer-Address' },
    [
      ['cloudfront-viewer-address', '2600:300:f:abcd::9:9985'],
      ['cloudfront-viewer-address-signature', sign('2600:300:f:abcd::9:9985')],
    ],
    'signed 2600:300:f:abcd::9',
  ],
  [
    'Forwarded',
    { ADDRESS_HEADERS: 'Forwarded' },
    [
      ['forwarded', 'for="[2600::9]:80";proto=https'],
      ['forwarded-signature', sign('for="[2600::9]:80";proto=https')],
    ],
    'signed 2600::9',
  ],
])('with %s', (_name, settings, headers, expected) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startTestService({
      policy: POLICY,
      settings: { ADDRESS_SIGNATURE_SECRET: SECRET, ...settings },
      now: () => NOW,
    });
  });
  afterAll(() => service.stop());

  test('the signature covers the value as received', async () => {
    expect(await resultOf(service, headers)).toBe(expected);
    expect(await resultOf(service, headers.slice(0, 1))).toBe('unsigned');
  });
});

test('without the setting, no address is signed', async () => {
  const service = await startTestService({ policy: POLICY, now: () => NOW });
  expect(
    await resultOf(service, [
      [A, '8.8.8.8'],
      [S, sign('8.8.8.8')],
    ]),
  ).toBe('unsigned 8.8.8.8');
  await service.stop();
});
