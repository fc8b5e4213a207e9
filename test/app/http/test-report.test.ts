import { TEST_REPORT_HEADER } from '../../../app/src/telemetry/test-report.ts';
import { clientCredentialsRequest } from '../../../app/tools/requests/token-request.ts';
import { type RunningService, SECRET, startTestService } from '../../support/running-service.ts';

const NOW = Date.parse('2026-06-20T12:00:00Z');

let service: RunningService;
beforeAll(async () => {
  service = await startTestService({ now: () => NOW });
});
afterAll(() => service.stop());

async function reportOf(test: string | undefined, credential = SECRET): Promise<string | null> {
  const header = { name: 'x-client-source-ip', value: ['14.102.69.58'] };
  const response = await service.post(JSON.stringify(clientCredentialsRequest([header])), {
    'x-api-key': credential,
    ...(test !== undefined && { 'x-risk-gate-test': test }),
  });
  return response.headers.get(TEST_REPORT_HEADER);
}

test.each(['smoke', 'verify'])('the response to the test %s has a report', async (test) => {
  const report = await reportOf(test);
  expect(report).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(report ?? '')).toMatchObject({
    policy: { revision: expect.stringMatching(/^[0-9a-f]{12}$/), mode: 'enforce' },
    outcome: 'restrict',
    rules: ['elevated-ip-risk'],
    signals: { geo: { country: 'IN' }, reputation: { score: 48 } },
    unknown: [],
    address: { headers: ['x-client-source-ip'], trusted_proxy_hops: 0, signed: false },
    data: [{ status: 'bundled', age_hours: expect.any(Number) }],
  });
});

test.each([
  ['a login', undefined],
  ['the canary', 'canary'],
  ['an unknown test', 'other'],
])('the response to %s has none', async (_, test) => {
  expect(await reportOf(test)).toBeNull();
});

test('a caller without the credential gets none', async () => {
  expect(await reportOf('smoke', 'a-wrong-credential-of-mine')).toBeNull();
});
