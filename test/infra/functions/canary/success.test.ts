import { forwardTo } from '../../../support/https/endpoint.ts';
import { describeWithMoto } from '../../../support/moto.ts';
import { startTestService } from '../../../support/running-service.ts';
import { API_KEY, METRICS_OF, metricsOf, startWorld, type World } from './world.ts';

const BEARER = '{"scheme":"bearer","secret":"the-credential-of-2"}';
const BASIC = '{"scheme":"basic","username":"jo","secret":"pässwörter: mit abstand"}';
const OAUTH2 = '{"scheme":"oauth2","issuer":"http://localhost:1/oauth2/token","audience":"gate"}';

const policyThat = (effect: string) =>
  `version: 1\nmode: enforce\nrules:\n  - { id: canary, when: "true", then: { ${effect} } }\n`;

describeWithMoto('The canary reports success for', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld();
  });

  afterAll(() => world.stop());

  test.each([
    { name: 'an API key' },
    { name: 'a bearer token', credential: BEARER },
    { name: 'a user name and a password with letters of any alphabet', credential: BASIC },
    { name: 'an unchanged token', policy: policyThat('allow: true'), outcome: 'issue' },
    { name: 'a shorter token', policy: policyThat('lifetime: 5m'), outcome: 'restrict' },
    { name: 'a refusal', policy: policyThat('deny: The canary is refused.'), outcome: 'refuse' },
  ])('$name', async ({ credential = API_KEY, policy, outcome = expect.any(String) }) => {
    const service = await startTestService({
      settings: { ACTION_CREDENTIAL: credential },
      ...(policy !== undefined && { policy }),
    });
    try {
      const lines = await world.run({ secrets: [credential], respond: forwardTo(service.origin) });
      expect(lines).toEqual([expect.objectContaining({ event: 'canary', outcome: 'ok' })]);
      expect(metricsOf(lines[0])).toEqual(METRICS_OF.ok);
      expect(service.decisions()).toEqual([
        expect.objectContaining({ client_id: 'risk-gate-canary', outcome }),
      ]);
    } finally {
      await service.stop();
    }
  });

  test('OAuth2, for which it has no access token, if the service itself responds with 401', async () => {
    const service = await startTestService({ settings: { ACTION_CREDENTIAL: OAUTH2 } });
    try {
      const sent: unknown[] = [];
      const lines = await world.run({
        secrets: [OAUTH2],
        respond: (request, response) => {
          sent.push(request.headers.authorization);
          forwardTo(service.origin)(request, response);
        },
      });
      expect(metricsOf(lines[0])).toEqual(METRICS_OF.ok);
      expect(sent).toEqual([undefined]);
    } finally {
      await service.stop();
    }
  });
});

describeWithMoto('The request of the canary', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld();
  });

  afterAll(() => world.stop());

  test('is marked as a test, and its address is looked up nowhere', async () => {
    const service = await startTestService({ settings: { ACTION_CREDENTIAL: API_KEY } });
    try {
      const marks: unknown[] = [];
      await world.run({
        respond: (request, response) => {
          marks.push(request.headers['x-risk-gate-test']);
          forwardTo(service.origin)(request, response);
        },
      });
      expect(marks).toEqual(['canary']);
      const [decision] = service.decisions();
      expect(decision?.signals).toMatchObject({ address: { value: '192.0.2.1' } });
      expect(service.simulator.checks).toEqual([]);
    } finally {
      await service.stop();
    }
  });
});
