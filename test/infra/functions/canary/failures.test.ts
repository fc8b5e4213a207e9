import { type AddressInfo, createServer } from 'node:net';
import { errorBody } from '../../../../app/src/action/response.ts';
import { RESPONSE_BODIES } from '../../../../infra/firewall-rules.ts';
import type { CanaryOptions } from '../../../../infra/functions/canary/canary.ts';
import { freePort } from '../../../support/free-port.ts';
import type { Certificates } from '../../../support/https/certificates.ts';
import { forwardTo, type Respond, responding } from '../../../support/https/endpoint.ts';
import { describeWithMoto } from '../../../support/moto.ts';
import { startTestService } from '../../../support/running-service.ts';
import { METRICS_OF, metricsOf, startWorld, type World } from './world.ts';

const HTML = { 'content-type': 'text/html' };
const FIREWALL = RESPONSE_BODIES.Refused.content;
const OAUTH2 = '{"scheme":"oauth2","issuer":"http://localhost:1/oauth2/token","audience":"gate"}';

interface Case {
  readonly name: string;
  /** @default a decision */
  readonly respond?: Respond;
  readonly certificate?: Exclude<keyof Certificates, 'ca'>;
  readonly options?: Partial<CanaryOptions>;
  readonly cause: string;
  readonly detail?: string;
}

const DECISION = responding(200, '{"actionStatus":"SUCCESS"}');
const never: Respond = () => undefined;

describeWithMoto('The canary reports a failure:', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld();
  });

  afterAll(() => world.stop());

  const CASES: readonly Case[] = [
    { name: 'an expired certificate', certificate: 'expired', cause: 'tls' },
    { name: 'a certificate of another name', certificate: 'otherName', cause: 'tls' },
    { name: 'a certificate of an unknown authority', certificate: 'untrusted', cause: 'tls' },
    {
      name: 'a name without an address',
      options: { endpoint: 'https://gate.invalid/pre-issue-access-token' },
      cause: 'dns',
    },
    {
      name: 'no response in 3 s, as Asgardeo waits',
      respond: never,
      cause: 'timeout',
      detail: 'no response in 3000 ms',
    },
    {
      name: 'half a response in 3 s',
      respond: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '26' });
        response.write('{"actionStatus":');
      },
      cause: 'timeout',
      detail: 'no response in 3000 ms',
    },
    {
      name: 'a connection that ends before the response',
      respond: (request) => request.socket.destroy(),
      cause: 'disconnected',
    },
    {
      name: 'an endless response',
      respond: (_, response) => response.writeHead(200).end('x'.repeat(2_000_000)),
      cause: 'too-large',
    },
    { name: 'AWS WAF blocks it', respond: responding(403, '<html>', HTML), cause: 'status-403' },
    {
      name: 'our firewall rule blocks it',
      respond: responding(503, FIREWALL),
      cause: 'firewall',
    },
    { name: 'an unknown path', respond: responding(404, '', HTML), cause: 'status-404' },
    {
      name: 'a redirect, which the identity server does not follow',
      respond: responding(301, '', { location: 'https://example.com/' }),
      cause: 'status-301',
    },
    {
      name: 'CloudFront cannot reach the origin',
      respond: responding(502, '<html>', HTML),
      cause: 'status-502',
    },
    {
      name: 'the origin is too slow',
      respond: responding(504, '<html>', HTML),
      cause: 'status-504',
    },
    {
      name: 'an error of the service',
      respond: responding(500, errorBody('server_error', 'The request failed.')),
      cause: 'status-500',
    },
    {
      name: 'the 401 of something else',
      respond: responding(401, '{"message":"Unauthorized"}'),
      cause: 'status-401',
    },
    {
      name: 'a page instead of a decision',
      respond: responding(200, '<html>', HTML),
      cause: 'invalid-response',
    },
  ];

  test.each(CASES)('$name', async ({ respond = DECISION, certificate = 'valid', ...expected }) => {
    world.endpoint.present(certificate);
    // The default timeouts, because no case expects a success.
    const options = { connection: { ca: world.endpoint.ca }, ...expected.options };
    const lines = await world.run({ respond, options });
    const { cause, detail } = expected;
    const line = { event: 'canary', outcome: 'failed', cause, ...(detail && { detail }) };
    expect(lines).toEqual([expect.objectContaining(line)]);
    expect(metricsOf(lines[0])).toEqual(METRICS_OF.failed);
  });

  test('nothing listens', async () => {
    const endpoint = `https://localhost:${await freePort()}/pre-issue-access-token`;
    const [line] = await world.run({ options: { endpoint } });
    expect(line).toMatchObject({ outcome: 'failed', cause: 'connect', detail: 'ECONNREFUSED' });
  });

  test('no TLS handshake in 2 s, as the identity server waits for a connection', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, 'localhost', resolve));
    const { port } = silent.address() as AddressInfo;
    try {
      const [line] = await world.run({
        options: { endpoint: `https://localhost:${port}/`, connection: {} },
      });
      const detail = 'no connection in 2000 ms';
      expect(line).toMatchObject({ outcome: 'failed', cause: 'tls', detail });
    } finally {
      silent.close();
    }
  });

  test('the service has another credential', async () => {
    world.endpoint.present('valid');
    const service = await startTestService();
    try {
      const [line] = await world.run({ respond: forwardTo(service.origin) });
      expect(line).toMatchObject({ outcome: 'failed', cause: 'unauthorized' });
      expect(metricsOf(line)).toEqual(METRICS_OF.failed);
    } finally {
      await service.stop();
    }
  });

  test('but not if Secrets Manager is down, whose messages are not logged', async () => {
    const down = Object.assign(new Error('the-secret-of-1'), { name: 'InternalServiceError' });
    const secrets = { send: () => Promise.reject(down) };
    const [line] = await world.run({ options: { secrets: secrets as never } });
    const detail = 'The secret cannot be read (InternalServiceError).';
    expect(line).toMatchObject({ outcome: 'inconclusive', cause: 'secret', detail });
    expect(JSON.stringify(line)).not.toContain('the-secret-of-1');
    expect(metricsOf(line)).toEqual(METRICS_OF.inconclusive);
  });

  test.each([
    {
      name: 'the secret is not a credential',
      secrets: ['not JSON'],
      expected: { cause: 'secret', detail: expect.stringMatching(/^The secret is not JSON: /) },
    },
    {
      name: 'outsiders exhaust the limit of calls without a credential, such as those of the canary with OAuth2',
      secrets: [OAUTH2],
      respond: responding(503, FIREWALL),
      expected: { cause: 'firewall' },
    },
  ])('but not if $name', async ({ expected, ...options }) => {
    world.endpoint.present('valid');
    const [line] = await world.run(options);
    expect(line).toMatchObject({ outcome: 'inconclusive', ...expected });
    expect(metricsOf(line)).toEqual(METRICS_OF.inconclusive);
  });
});
