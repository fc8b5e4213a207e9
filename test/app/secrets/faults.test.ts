import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretsClient, type SecretsClientOptions } from '../../../app/src/secrets/client.ts';
import { readSecretVersions } from '../../../app/src/secrets/versions.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:gate-AbCdEf';
const PREFIX = `The secret ${ARN} could not be read`;
const DUMMY = { accessKeyId: 'testing', secretAccessKey: 'testing' };

let server: Server | undefined;
let client: SecretsManagerClient | undefined;

/** Creates a client of a server in place of Secrets Manager. */
async function clientOf(listener: RequestListener, options: Partial<SecretsClientOptions> = {}) {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = createSecretsClient({
    region: 'us-east-1',
    credentials: DUMMY,
    endpoint: `http://127.0.0.1:${port}`,
    maxAttempts: 1,
    ...options,
  });
  return client;
}

afterEach(async () => {
  client?.destroy();
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

const respondWith =
  (status: number, body: string): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
  };
const errorBody = (type: string) => JSON.stringify({ __type: type, message: 'leaked text' });

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('Expected an error.');
    },
    (error) => error,
  );
}

describe('a secret that cannot be read is reported with one sentence that says what to do, if', () => {
  test.each<[string, number, string, string]>([
    [
      'it does not exist',
      400,
      errorBody('ResourceNotFoundException'),
      '(ResourceNotFoundException): check the ARN and its region',
    ],
    [
      'access is denied',
      400,
      errorBody('AccessDeniedException'),
      '(AccessDeniedException): allow the task role to call secretsmanager:GetSecretValue',
    ],
    [
      'it is being deleted',
      400,
      errorBody('InvalidRequestException'),
      '(InvalidRequestException): check the ARN, that the task role',
    ],
    [
      'Secrets Manager has an internal error',
      500,
      errorBody('InternalServiceError'),
      '(InternalServiceError): check the ARN',
    ],
    ['the error has no valid name', 400, errorBody('leaked text'), '(UnknownError): check the ARN'],
    ['the error has a name of 100 KB', 400, errorBody('x'.repeat(100_000)), '(UnknownError)'],
    ['the response is a page', 502, '<html>leaked text</html>', 'check the ARN'],
    ['the response is not valid JSON', 200, '{"SecretString":"leaked text"', 'check the ARN'],
    ['the value is binary', 200, '{"SecretBinary":"bGVha2Vk"}', 'binary value: store it as text'],
  ])('%s', async (_, status, body, message) => {
    const error = await errorOf(readSecretVersions(await clientOf(respondWith(status, body)), ARN));

    expect(error.message).toMatch(/^The secret arn:[^\n]*\.$/);
    expect(error.message).toContain(ARN);
    expect(error.message).toContain(message);
    expect(`${error.stack}${JSON.stringify(error)}${error.cause}`).not.toContain('leaked');
  });

  test('the connection is refused', async () => {
    const closed = await clientOf(respondWith(200, '{}'));
    await new Promise((resolve) => server?.close(resolve));
    server = undefined;

    const { message } = await errorOf(readSecretVersions(closed, ARN));

    expect(message).toContain(PREFIX);
    expect(message).toContain('the task can reach Secrets Manager');
  });

  test('a string that is not an ARN is neither sent nor repeated, because it may be the secret', async () => {
    let requests = 0;
    const counting = await clientOf(() => {
      requests += 1;
    });

    const { message } = await errorOf(readSecretVersions(counting, '{"secret":"leaked"}'));

    expect(message).toContain('expected arn:aws:secretsmanager:');
    expect(message).not.toContain('leaked');
    expect(requests).toBe(0);
  });
});

describe('a read is ended', () => {
  /** Creates a client of a server that never responds, with promises of its closed connections. */
  async function clientOfSilentServer(options: Partial<SecretsClientOptions>) {
    const closedConnections: Promise<unknown>[] = [];
    const silent = await clientOf((request) => {
      closedConnections.push(once(request.socket, 'close'));
    }, options);
    return { silent, closedConnections };
  }

  test('by the request timeout of each attempt', async () => {
    const { silent, closedConnections } = await clientOfSilentServer({
      requestTimeout: 50,
      maxAttempts: 2,
    });

    const { message } = await errorOf(readSecretVersions(silent, ARN));

    expect(message).toContain(`${PREFIX} (TimeoutError)`);
    expect(closedConnections).toHaveLength(2);
  });

  test('by its own timeout, which closes the connection', async () => {
    const { silent, closedConnections } = await clientOfSilentServer({ requestTimeout: 60_000 });

    const { message } = await errorOf(readSecretVersions(silent, ARN, { timeout: 100 }));
    await Promise.all(closedConnections);

    expect(message).toContain(`${PREFIX} (TimeoutError)`);
    expect(closedConnections).toHaveLength(1);
  });

  test('by its own timeout while the SDK fetches credentials', async () => {
    const fetching = await clientOf(respondWith(200, '{}'), {
      credentials: () => new Promise(() => undefined),
    });

    const { message } = await errorOf(readSecretVersions(fetching, ARN, { timeout: 50 }));

    expect(message).toContain(`${PREFIX} (TimeoutError)`);
  });

  test('by stop, which closes the connection', async () => {
    const { silent, closedConnections } = await clientOfSilentServer({ requestTimeout: 60_000 });
    const control = new AbortController();
    server?.on('request', () => control.abort());

    const { message } = await errorOf(readSecretVersions(silent, ARN, { stop: control.signal }));
    await Promise.all(closedConnections);

    expect(message).toContain(`${PREFIX} (AbortError)`);
  });
});
