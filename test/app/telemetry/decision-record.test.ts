import { payload, payloadFrom } from '../../support/payloads.ts';
import {
  ABUSEIPDB_KEY,
  type RunningService,
  SECRET,
  startTestService,
} from '../../support/running-service.ts';

const POLICY = `
version: 1
rules:
  - id: monitored
    mode: monitor
    when: geo.country == "US"
    then: { deny: Monitored. }
  - id: refused
    when: abuse.score >= 75
    then: { deny: { reason: access_denied, description: "Blocked from \${geo.country}." } }
  - id: cut
    when: abuse.score >= 25
    then: { lifetime: 10m, claims: { set: { risk: "\${abuse.score}" } } }
unknown: { address: { deny: No address. }, geo: ignore, reputation: { default: { lifetime: 5m } } }
`;

describe('A decision record is written for a decision', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startTestService({ policy: POLICY });
    service.simulator.setRecord('9.9.9.9', { abuseConfidenceScore: 12 });
    service.simulator.setRecord('14.102.69.58', { abuseConfidenceScore: 48 });
    service.simulator.setRecord('103.159.198.178', { abuseConfidenceScore: 100 });
    service.simulator.setFault({ kind: 'status', status: 503 }, '1.1.1.1');
  });

  afterAll(() => service.stop());

  /** Posts a body and returns the record of the decision. */
  async function recordOf(body: string): Promise<Record<string, unknown>> {
    const before = service.decisions().length;
    const response = await service.post(body);
    const records = service.decisions().slice(before);
    expect(records).toHaveLength(1);
    const [record] = records;
    expect(record?.decision_id).toBe(response.headers.get('x-decision-id'));
    return record ?? {};
  }

  const checked = (score: number) => ({
    score,
    source: 'abuseipdb',
    age_seconds: 0,
    stale: false,
    quota_remaining: expect.any(Number),
  });

  test.each<[string, string, object]>([
    [
      'that issues, with a monitored rule',
      payloadFrom('9.9.9.9'),
      {
        outcome: 'issue',
        rules: [],
        monitored: [{ rule: 'monitored', outcome: 'refuse' }],
        signals: { address: { value: '9.9.9.9' }, geo: { country: 'US' }, reputation: checked(12) },
        unknown: [],
        operations: [],
      },
    ],
    [
      'that restricts, with the operations but without their values',
      payloadFrom('14.102.69.58', '03'),
      {
        outcome: 'restrict',
        rules: ['cut'],
        signals: { reputation: checked(48) },
        operations: [
          { op: 'replace', path: '/accessToken/claims/expires_in' },
          { op: 'add', path: '/accessToken/claims/-' },
        ],
      },
    ],
    [
      'that issues although a rule matches, because the refreshed token already has a lifetime of 300 s',
      payloadFrom('14.102.69.58', '06'),
      {
        outcome: 'issue',
        rules: ['cut'],
        signals: { reputation: { score: 48, source: 'memory' } },
        operations: [{ op: 'add', path: '/accessToken/claims/-' }],
      },
    ],
    [
      'that refuses, with the reason',
      payloadFrom('103.159.198.178'),
      { outcome: 'refuse', rules: ['refused'], reason: 'access_denied', operations: [] },
    ],
    [
      'without a reputation, with the cause',
      payloadFrom('1.1.1.1'),
      {
        outcome: 'restrict',
        rules: ['unknown.reputation'],
        signals: { reputation: { cause: 'upstream' } },
        unknown: [{ signal: 'reputation', cause: 'upstream', rule: 'refused' }],
      },
    ],
    [
      'that refuses because the address is unknown',
      payload('16'),
      {
        outcome: 'refuse',
        signals: { address: { cause: 'missing' } },
        unknown: [{ signal: 'address', cause: 'missing', rule: 'monitored' }],
      },
    ],
  ])('%s', async (_, body, expected) => {
    expect(await recordOf(body)).toMatchObject(expected);
  });

  test('with a stale reputation, with the cause of the failed refresh', async () => {
    let now = Date.UTC(2026, 10, 23, 12);
    const service = await startTestService({ policy: POLICY, now: () => now });
    service.simulator.setRecord('9.9.9.9', { abuseConfidenceScore: 48 });
    await service.post(payloadFrom('9.9.9.9'));
    now += 2 * 3600 * 1000;
    service.simulator.setFault({ kind: 'status', status: 503 });
    await service.post(payloadFrom('9.9.9.9'));
    const [fresh, stale] = service.decisions().map(({ signals }) => signals);
    await service.stop();
    expect(fresh).toMatchObject({ reputation: { score: 48, stale: false } });
    expect(fresh).not.toHaveProperty('reputation.cause');
    expect(stale).toMatchObject({
      reputation: { score: 48, stale: true, cause: 'upstream' },
    });
    expect(stale).not.toHaveProperty('reputation.cache_error');
  });

  test('with the ids of the request and the duration of each stage', async () => {
    const record = await recordOf(payloadFrom('9.9.9.9', '03'));
    expect(record).toMatchObject({
      request_id: 'a2f0d6e1c7b94b6a8a6f54d1f2b7c930',
      tenant: 'acmecorp',
      client_id: 'qTj2Wd7Rk0hXv_ZpB4sLmN9cYaEa',
      grant: 'authorization_code',
      policy_revision: expect.stringMatching(/^[0-9a-f]{12}$/),
      policy_mode: 'enforce',
      ms: {
        read: expect.any(Number),
        address: expect.any(Number),
        geo: expect.any(Number),
        reputation: expect.any(Number),
        decide: expect.any(Number),
        total: expect.any(Number),
      },
    });
  });
});

test('Decisions are recorded at every log level', async () => {
  const service = await startTestService({ settings: { LOG_LEVEL: 'fatal' } });
  await service.post(payload('16'));
  await service.stop();
  expect(service.decisions()).toHaveLength(1);
});

describe('At log level trace', () => {
  test('no secret is logged: token, claim, header, parameter, credential, key, refusal or body', async () => {
    const service = await startTestService({ policy: POLICY });
    const secrets = {
      claim: 'secret-claim-value',
      header: 'secret-header-value',
      param: 'secret-parameter-value',
      wrong: 'a-wrong-credential-shown',
    };
    const body = JSON.parse(payloadFrom('103.159.198.178', '03'));
    body.event.request.additionalHeaders.push({ name: 'authorization', value: [secrets.header] });
    body.event.request.additionalParams = [{ name: 'subject_token', value: [secrets.param] }];
    body.event.accessToken.claims.push({ name: 'nickname', value: secrets.claim });
    await service.post(JSON.stringify(body));
    await service.post(JSON.stringify(body), { 'x-api-key': secrets.wrong });
    await service.post(`{ "broken": "${secrets.claim}" `);
    service.simulator.setFault({ kind: 'status', status: 401 });
    await service.post(payloadFrom('8.8.4.4'));
    const log = service.lines.join('');
    await service.stop();
    expect(service.decisions()).toHaveLength(2);
    for (const secret of [...Object.values(secrets), SECRET, ABUSEIPDB_KEY, 'Blocked from']) {
      expect(log).not.toContain(secret);
    }
  });

  test('a record with thousands of operations stays below 16 KiB, at which log drivers split a line', async () => {
    const policy = POLICY.replace(
      '{ lifetime: 10m,',
      '{ scopes: { remove: ["*"] }, lifetime: 10m,',
    );
    const service = await startTestService({ policy });
    service.simulator.setRecord('14.102.69.58', { abuseConfidenceScore: 48 });
    const body = JSON.parse(payloadFrom('14.102.69.58', '03'));
    body.event.accessToken.scopes = Array.from({ length: 5000 }, (_, index) => `scope-${index}`);
    await service.post(JSON.stringify(body));
    const [record] = service.decisions();
    await service.stop();
    const { operations, operations_more: more } = record as {
      operations: unknown[];
      operations_more: number;
    };
    // The lifetime, the scopes and the claim.
    expect(operations.length + more).toBe(5002);
    expect(Math.max(...service.lines.map((line) => Buffer.byteLength(line)))).toBeLessThan(16384);
  });

  test('an id that is long or has line breaks is shortened and escaped', async () => {
    const service = await startTestService({ policy: POLICY });
    const body = JSON.parse(payloadFrom('9.9.9.9'));
    body.event.request.clientId = `first\nsecond\u2028${'x'.repeat(100_000)}`;
    await service.post(JSON.stringify(body));
    const [record] = service.decisions();
    await service.stop();
    expect(String(record?.client_id).length).toBeLessThan(140);
    expect(service.lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
  });
});
