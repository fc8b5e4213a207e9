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

/** A client whose Secrets Manager is `listener`. */
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

const answering =
  (status: number, body: string): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
  };
const fault = (type: string) => JSON.stringify({ __type: type, message: 'leaked words' });

async function errorOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error('It was to fail.');
    },
    (error) => error,
  );
}

describe('a secret that cannot be read is told in one sentence, with what to do', () => {
  test.each<[string, number, string, string]>([
    [
      'it does not exist',
      400,
      fault('ResourceNotFoundException'),
      '(ResourceNotFoundException): check the ARN and its region',
    ],
    [
      'it may not be read',
      400,
      fault('AccessDeniedException'),
      '(AccessDeniedException): allow the task role to call secretsmanager:GetSecretValue',
    ],
    [
      'it is being deleted',
      400,
      fault('InvalidRequestException'),
      '(InvalidRequestException): check the ARN, that the task role',
    ],
    [
      'Secrets Manager has a fault',
      500,
      fault('InternalServiceError'),
      '(InternalServiceError): check the ARN',
    ],
    ['its fault has no name', 400, fault('leaked words'), '(UnknownError): check the ARN'],
    ['its fault has a name of 100 KB', 400, fault('x'.repeat(100_000)), '(UnknownError)'],
    ['the answer is a page', 502, '<html>leaked words</html>', 'check the ARN'],
    ['the answer is broken', 200, '{"SecretString":"leaked words"', 'check the ARN'],
    ['the value is binary', 200, '{"SecretBinary":"bGVha2Vk"}', 'binary value: store it as text'],
  ])('%s', async (_, status, body, says) => {
    const error = await errorOf(readSecretVersions(await clientOf(answering(status, body)), ARN));

    expect(error.message).toMatch(/^The secret arn:[^\n]*\.$/);
    expect(error.message).toContain(ARN);
    expect(error.message).toContain(says);
    expect(`${error.stack}${JSON.stringify(error)}${error.cause}`).not.toContain('leaked');
  });

  test('nothing listens', async () => {
    const closed = await clientOf(answering(200, '{}'));
    await new Promise((resolve) => server?.close(resolve));
    server = undefined;

    const { message } = await errorOf(readSecretVersions(closed, ARN));

    expect(message).toContain(PREFIX);
    expect(message).toContain('the task can reach Secrets Manager');
  });

  test('what is no ARN is neither sent nor repeated: it may be the secret', async () => {
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

describe('a read ends in time', () => {
  /** A server that never answers, and when the client has hung up on it. */
  async function silence(options: Partial<SecretsClientOptions>) {
    const hungUp: Promise<unknown>[] = [];
    const silent = await clientOf((request) => {
      hungUp.push(once(request.socket, 'close'));
    }, options);
    return { silent, hungUp };
  }

  test('by the request timeout, as often as it is tried', async () => {
    const { silent, hungUp } = await silence({ requestTimeout: 50, maxAttempts: 2 });

    const { message } = await errorOf(readSecretVersions(silent, ARN));

    expect(message).toContain(`${PREFIX} (TimeoutError)`);
    expect(hungUp).toHaveLength(2);
  });

  test('by its own limit, which hangs up', async () => {
    const { silent, hungUp } = await silence({ requestTimeout: 60_000 });

    const { message } = await errorOf(readSecretVersions(silent, ARN, { timeout: 100 }));
    await Promise.all(hungUp);

    expect(message).toContain(`${PREFIX} (TimeoutError)`);
    expect(hungUp).toHaveLength(1);
  });

  test('by its own limit when it is the search for credentials that hangs', async () => {
    const searching = await clientOf(answering(200, '{}'), {
      credentials: () => new Promise(() => undefined),
    });

    const { message } = await errorOf(readSecretVersions(searching, ARN, { timeout: 50 }));

    expect(message).toContain(`${PREFIX} (TimeoutError)`);
  });

  test('by a stop, which hangs up', async () => {
    const { silent, hungUp } = await silence({ requestTimeout: 60_000 });
    const control = new AbortController();
    server?.on('request', () => control.abort());

    const { message } = await errorOf(readSecretVersions(silent, ARN, { stop: control.signal }));
    await Promise.all(hungUp);

    expect(message).toContain(`${PREFIX} (AbortError)`);
  });
});
