import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { canaryRequest } from '../../infra/functions/canary/request.ts';
import { type Edge, startEdge } from '../support/edge/index.ts';
import { PAYLOADS, payload, requestWithClaims } from '../support/payloads.ts';
import { type RunningService, SECRET, startTestService } from '../support/running-service.ts';
import { type Configuration, synthesize } from '../support/stack.ts';

/* The service behind the CloudFront, firewall and load balancer of the stack. */

let service: RunningService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

/** Of the HTTP client of the identity server. */
const USER_AGENT = 'Apache-HttpClient/5.4 (Java/17)';

/** More claims than AWS WAF inspects, and text that its rules take for attacks. */
const SUSPICIOUS = [
  ['a large body', requestWithClaims({ groups: 'x'.repeat(20_000) })],
  ['a local redirect URI', requestWithClaims({ redirect_uri: 'http://localhost:3000/callback' })],
  ['a script in a name', requestWithClaims({ nickname: '<script>alert(1)</script>' })],
] as const;

describe.each<[Configuration]>([['cloudfront, egress nat'], ['certificate, egress nat']])(
  'With %s',
  (configuration) => {
    let edge: Edge;
    beforeAll(async () => {
      const template = JSON.parse(synthesize(configuration).text);
      edge = await startEdge({ template, service: service.origin });
    });
    afterAll(() => edge.close());

    const post = (origin: string, body: string, headers: Record<string, string> = {}) =>
      fetch(`${origin}${ACTION_PATH}`, {
        method: 'POST',
        headers: {
          'user-agent': USER_AGENT,
          'content-type': 'application/json',
          'x-api-key': SECRET,
          ...headers,
        },
        body,
      });

    test.each([...PAYLOADS.map((name) => [name, payload(name)] as const), ...SUSPICIOUS])(
      'the response to %s is that of the service',
      async (_, body) => {
        const direct = await post(service.origin, body);
        const through = await post(edge.url, body);
        expect([through.status, await through.text()]).toEqual([
          direct.status,
          await direct.text(),
        ]);
      },
    );

    test('a call without the credential gets the 401 of the service', async () => {
      const { status } = await post(edge.url, payload('01'), { 'x-api-key': 'k'.repeat(48) });
      expect(status).toBe(401);
    });

    test('the service receives the mark of a test', async () => {
      const before = service.decisions().length;
      const response = await post(edge.url, canaryRequest('x-client-source-ip'), {
        'x-risk-gate-test': 'canary',
      });
      expect(response.status).toBe(200);
      expect(service.decisions().slice(before)).toEqual([
        expect.objectContaining({ test: 'canary' }),
      ]);
    });

    test('health checks and other paths cannot be reached from outside', async () => {
      expect((await fetch(`${edge.url}/readyz`)).status).toBe(404);
      expect((await fetch(`${edge.url}/`, { method: 'POST', body: '' })).status).toBe(404);
    });
  },
);
