import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
    const server = createServer((incoming, response) => {
      incoming.resume();
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const endpoint = `http://127.0.0.1:${port}${ACTION_PATH}`;
      const findings = await runSmoke(
        { endpoint, credential: { authorization: `Bearer ${SECRET}` } },
        { calls: 1, now: () => NOW },
      );
      expect(of(findings, 'authentication')[1]).toContain(expected);
      // Secrets are in no message.
      expect(JSON.stringify(findings)).not.toContain(SECRET);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
