import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorBody } from '../../../../app/src/action/response.ts';
import { ACTION_PATH } from '../../../../app/src/http/paths.ts';
import { compilePolicy } from '../../../../app/src/policy/compile.ts';
import { parseSignatureSecret } from '../../../../app/src/signals/address/signature.ts';
import type { NamedFinding } from '../../../../app/tools/findings/finding.ts';
import { runSmoke } from '../../../../app/tools/smoke/smoke.ts';
import type { SmokeTarget } from '../../../../app/tools/smoke/target.ts';
import {
  type RunningService,
  type RunningServiceOptions,
  SECRET,
  startTestService,
} from '../../../support/running-service.ts';

const SIGNATURE_SECRET = 'the-secret-of-the-edge-in-front';
/** A Monday, during the day. */
const NOW = Date.parse('2026-01-05T10:30:00Z');

const POLICY = `
version: 1
lists: { restricted_countries: [KP] }
rules:
  - id: restricted-country
    when: geo.country in lists.restricted_countries
    then: { deny: "No tokens in \${geo.country}." }
  - id: high-ip-risk
    when: abuse.score >= 75
    then: { deny: No tokens for this address. }
  - id: elevated-ip-risk
    when: abuse.score >= 25
    then: { lifetime: 5m }
unknown:
  address: { deny: The client address is unknown. }
  geo: { lifetime: 5m }
  reputation: { lifetime: 5m }
`;

const SUCCESS = '{"actionStatus":"SUCCESS"}';
const UNAUTHORIZED = errorBody('unauthorized', 'The credential is missing or wrong.');
const FIREWALL = errorBody('firewall', 'The firewall refused the request.');

const REPORT = {
  policy: { revision: '0123456789ab', mode: 'enforce' },
  outcome: 'issue',
  rules: [],
  signals: { address: { value: '192.0.2.1' } },
  unknown: [],
  address: { headers: ['x-client-source-ip'], trusted_proxy_hops: 0, signed: false },
  data: [],
};

let service: RunningService | undefined;

async function start(options: RunningServiceOptions = {}): Promise<RunningService> {
  service = await startTestService({ policy: POLICY, now: () => NOW, ...options });
  return service;
}

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

async function smoke(changes: Partial<SmokeTarget> = {}): Promise<readonly NamedFinding[]> {
  const target = {
    endpoint: `${service?.origin}${ACTION_PATH}`,
    credential: { 'x-api-key': SECRET },
    ...changes,
  };
  return runSmoke(target, { calls: 5, now: () => NOW });
}

/** Returns the findings of a check, each as `level: text`. */
const of = (findings: readonly NamedFinding[], check: string) =>
  findings
    .filter((finding) => finding.check === check)
    .map(({ level, text }) => `${level}: ${text}`);

describe('a service that works', () => {
  test('every check says what is right', async () => {
    const { decisions } = await start();
    const policy = { policy: compilePolicy(POLICY, 'policy.yaml'), file: 'policy.yaml' };
    const findings = await smoke({ policy });
    expect(of(findings, 'authentication')).toEqual([
      'ok: A call with the credential is accepted.',
      'ok: A call without a credential is rejected with 401, in the form that the identity server expects.',
      'ok: A call with a wrong credential is rejected with 401, in the form that the identity server expects.',
    ]);
    expect(of(findings, 'policy')).toEqual([
      `ok: The policy has the revision ${policy.policy.revision}, as in policy.yaml, and is enforced.`,
    ]);
    expect(of(findings, 'outcomes')).toEqual([
      'ok: 205.210.31.51 (US, score 12 from abuseipdb): a token for 3600 s (1 h).',
      'ok: 14.102.69.58 (IN, score 48 from abuseipdb): a token for 300 s (5 min).',
      'ok: 103.159.198.178 (ID, score 100 from abuseipdb): refused with access_denied, "No tokens for this address.".',
      'ok: 175.45.176.0 (KP): refused with access_denied, "No tokens in KP.".',
    ]);
    expect(of(findings, 'reputation')).toEqual(['ok: The scores come from abuseipdb.']);
    expect(of(findings, 'data')[0]).toMatch(
      /^warning: .*is bundled for tests and has known errors/,
    );
    expect(of(findings, 'latency')).toEqual([expect.stringMatching(/^ok: From here, p50 is/)]);
    const tests = decisions().map(({ test }) => test);
    expect(new Set(tests)).toEqual(new Set(['smoke']));
  });

  test('the address is signed as the edge does it', async () => {
    await start({ settings: { ADDRESS_SIGNATURE_SECRET: SIGNATURE_SECRET } });
    const signatureKey = parseSignatureSecret(SIGNATURE_SECRET, 'The secret');
    expect(of(await smoke({ signatureKey }), 'outcomes')[3]).toContain('(KP): refused');
    expect(of(await smoke(), 'address')).toEqual([
      'warning: Addresses must be signed, so decisions are not checked: give the secret with --signature-secret-file.',
    ]);
    const wrong = await smoke({
      signatureKey: parseSignatureSecret('another-secret-of-the-edge', 'The secret'),
    });
    expect(of(wrong, 'address')).toEqual([
      'error: The service does not accept the client addresses (unsigned), so decisions are not checked: compare the secret of --signature-secret-file with that of the service, and the clock of this machine.',
    ]);
    expect(of(wrong, 'outcomes')).toEqual([]);
  });

  test('another header and proxies are found out', async () => {
    await start({ settings: { ADDRESS_HEADERS: 'forwarded', TRUSTED_PROXY_HOPS: '2' } });
    expect(of(await smoke(), 'outcomes')[3]).toContain('(KP): refused');
  });
});

describe('a service that does not', () => {
  test.each([
    [
      'a wrong key of AbuseIPDB',
      { ABUSEIPDB_API_KEY: randomBytes(20).toString('hex') },
      'reputation',
      /^error: There is no score, and AbuseIPDB rejects the API key/,
    ],
    [
      'an unreachable AbuseIPDB',
      { ABUSEIPDB_BASE_URL: 'http://127.0.0.1:1' },
      'reputation',
      /^warning: There is no score, and AbuseIPDB cannot be reached/,
    ],
  ])('%s is found', async (_, settings, check, expected) => {
    await start({ settings });
    const findings = await smoke();
    expect(of(findings, check)).toEqual([expect.stringMatching(expected)]);
    expect(of(findings, 'outcomes')[0]).toContain('a token for 300 s (5 min)');
  });

  test('monitor mode and another policy are found', async () => {
    await start({ policy: POLICY.replace('version: 1', 'version: 1\nmode: monitor') });
    const monitored = await smoke();
    expect(of(monitored, 'policy')).toEqual([
      expect.stringMatching(/^warning: The policy has the revision \w+, and its mode is monitor/),
    ]);
    expect(of(monitored, 'outcomes')[3]).toBe(
      'ok: 175.45.176.0 (KP): a token for 3600 s (1 h); if the policy were enforced, it would be refused.',
    );
    const policy = { policy: compilePolicy(POLICY, 'policy.yaml'), file: 'policy.yaml' };
    expect(of(await smoke({ policy }), 'policy')).toEqual([
      expect.stringMatching(
        /^warning: The deployed policy has the revision \w+, and policy.yaml has/,
      ),
    ]);
  });

  test('a wrong credential ends the run', async () => {
    await start();
    const findings = await smoke({ credential: { 'x-api-key': 'another-credential-of-mine' } });
    expect(of(findings, 'authentication')[0]).toMatch(/^error: The service rejects the credential/);
    expect(findings.map(({ check }) => check)).not.toContain('outcomes');
  });
});

describe('something else answers', () => {
  test.each([
    [
      'accepts everybody',
      200,
      '{"actionStatus":"SUCCESS"}',
      'error: A call without a credential is accepted',
    ],
    [
      'is a web page',
      401,
      '<html>',
      'error: A call without a credential is rejected with 401, but not',
    ],
    [
      'does not know the path',
      404,
      '{}',
      'error: A call without a credential gets status 404 instead of 401',
    ],
  ])('%s', async (_, status, body, expected) => {
    const findings = await smokeServer(() => ({ status, body }), {
      authorization: `Bearer ${SECRET}`,
    });
    expect(of(findings, 'authentication')[1]).toContain(expected);
    // Secrets are in no message.
    expect(JSON.stringify(findings)).not.toContain(SECRET);
  });

  test.each([
    ['no JSON', '<html>'],
    ['nothing', 'null'],
    ['another form', '{}'],
    [
      'no address header',
      JSON.stringify({ ...REPORT, address: { ...REPORT.address, headers: [] } }),
    ],
    [
      'a billion proxies',
      JSON.stringify({ ...REPORT, address: { ...REPORT.address, trusted_proxy_hops: 1e9 } }),
    ],
  ])('its report is %s', async (_, report) => {
    const findings = await smokeServer(({ isAuthorized }) =>
      isAuthorized ? { status: 200, body: SUCCESS, report } : { status: 401, body: UNAUTHORIZED },
    );
    expect(of(findings, 'report')).toEqual([
      'warning: The response has no report of the service, so the rest is not checked: deploy the current version.',
    ]);
  });

  test('a report in ASCII can name an organization in any script', async () => {
    const network = { organization: '株式会社 🏢', asn: 64500 };
    const report = JSON.stringify({ ...REPORT, signals: { ...REPORT.signals, network } }).replace(
      /[^ -~]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    const findings = await smokeServer(({ isAuthorized }) =>
      isAuthorized ? { status: 200, body: SUCCESS, report } : { status: 401, body: UNAUTHORIZED },
    );
    expect(of(findings, 'policy')).toEqual([
      'ok: The policy has the revision 0123456789ab, and is enforced.',
    ]);
  });

  test('the firewall of the stack refuses every call', async () => {
    const findings = await smokeServer(() => ({ status: 503, body: FIREWALL }));
    expect(of(findings, 'authentication')[0]).toBe(
      'error: The firewall of the stack refuses the call: run the command from an address in allowedCidrs, or wait five minutes if there were too many calls.',
    );
  });

  test('the firewall refuses only calls without a credential', async () => {
    const findings = await smokeServer(({ hasCredential }) =>
      hasCredential ? { status: 401, body: UNAUTHORIZED } : { status: 503, body: FIREWALL },
    );
    expect(of(findings, 'authentication')[1]).toBe(
      'warning: A call without a credential is refused by the firewall of the stack, so the rejection by the service was not checked: wait five minutes, and run the command again.',
    );
  });

  test('calls are those of the identity server', async () => {
    const headers: IncomingHttpHeaders[] = [];
    await smokeServer((call) => {
      headers.push(call.headers);
      return { status: 401, body: UNAUTHORIZED };
    });
    expect(headers).toHaveLength(3);
    for (const each of headers) {
      expect(each).toMatchObject({
        'x-risk-gate-test': 'smoke',
        'x-wso2-api-version': 'v1',
        accept: 'application/json',
      });
    }
  });

  test('nothing answers', async () => {
    const findings = await runSmoke(
      { endpoint: 'http://127.0.0.1:1/x', credential: {} },
      { calls: 1, now: () => NOW },
    );
    expect(of(findings, 'authentication')).toEqual([
      expect.stringMatching(
        /^error: The endpoint cannot be called, because it accepts no connection/,
      ),
    ]);
  });
});

interface ServerCall {
  readonly headers: IncomingHttpHeaders;
  readonly hasCredential: boolean;
  readonly isAuthorized: boolean;
}

/** Runs the smoke test against a server that answers as it likes. */
async function smokeServer(
  answer: (call: ServerCall) => { status: number; body: string; report?: string },
  credential: SmokeTarget['credential'] = { 'x-api-key': SECRET },
): Promise<readonly NamedFinding[]> {
  const server = createServer((incoming, response) => {
    incoming.resume();
    const { headers } = incoming;
    const { status, body, report } = answer({
      headers,
      hasCredential: headers['x-api-key'] !== undefined,
      isAuthorized: headers['x-api-key'] === SECRET,
    });
    const reported = report === undefined ? {} : { 'x-risk-gate-report': report };
    response.writeHead(status, { 'content-type': 'application/json', ...reported }).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const endpoint = `http://127.0.0.1:${port}${ACTION_PATH}`;
    return await runSmoke({ endpoint, credential }, { calls: 1, now: () => NOW });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
