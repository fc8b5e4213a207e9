import type { RequestListener } from 'node:http';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoDbClient } from '../../../../../app/src/signals/reputation/cache/dynamodb-client.ts';
import type { ReputationLookup } from '../../../../../app/src/signals/reputation/lookup.ts';
import {
  type Events,
  type Harness,
  type LocalServer,
  lookup,
  NOON,
  newAddress,
  refusingUrl,
  SECOND,
  startHarness,
  startServer,
} from '../harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(async () => {
  harness.clock.time = NOON;
  await harness.newTable();
});

const servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function startDynamoDbServer(listener: RequestListener): Promise<string> {
  const server = await startServer(listener);
  servers.push(server);
  return server.url;
}

/** Responds with an error in DynamoDB's format, with optional additional fields. */
function refuse(status: number, type: string, fields: object = {}): RequestListener {
  return respond(status, {
    __type: `com.amazonaws.dynamodb.v20120810#${type}`,
    message: `${type} for a test`,
    ...fields,
  });
}

function respond(status: number, body: unknown): RequestListener {
  return (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify(body));
}

const hang: RequestListener = () => {};

const drip: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};

/** Creates a task that uses another DynamoDB. */
async function taskWithDynamoDb(url: string, options = {}) {
  const client = harness.client(url, 60);
  const cache = { client, tableName: 'elsewhere' };
  return harness.task({ cache, ...options });
}

const FAILURES: Record<string, [RequestListener | 'refused', string]> = {
  'never responds': [hang, 'timeout'],
  'drips its response': [drip, 'timeout'],
  'responds 500': [refuse(500, 'InternalServerError'), 'InternalServerError'],
  'responds 503 with a page': [
    (_, response) => response.writeHead(503).end('<html>'),
    expect.any(String) as unknown as string,
  ],
  'throttles the table': [
    refuse(400, 'ProvisionedThroughputExceededException'),
    'ProvisionedThroughputExceededException',
  ],
  'throttles the account': [refuse(400, 'ThrottlingException'), 'ThrottlingException'],
  'denies access': [refuse(400, 'AccessDeniedException'), 'AccessDeniedException'],
  'has no such table': [refuse(400, 'ResourceNotFoundException'), 'ResourceNotFoundException'],
  'has an error message that is not a string': [refuse(400, 'Odd', { message: 5 }), 'Odd'],
  'has an error message that is an object': [refuse(400, 'Odd', { Message: {} }), 'Odd'],
  'has an error code that is not a string': [
    refuse(400, 'Error', { code: { toString: 1 } }),
    expect.any(String) as unknown as string,
  ],
  'has a number as error name': [respond(400, { __type: 5 }), '5'],
  'has an object as error name': [respond(400, { __type: {} }), expect.any(String)],
  'has an error name of 100 KB': [refuse(400, 'x'.repeat(100_000)), 'unknown'],
  'has an error code of 100 KB': [
    refuse(400, 'Error', { code: `E${'x'.repeat(100_000)}` }),
    'unknown',
  ],
  'has an error name of two lines': [refuse(400, 'Odd\n{"event":"decision"}'), 'unknown'],
  'has no error name': [refuse(400, ''), 'unknown'],
  'resets the connection': [(request) => request.socket.resetAndDestroy(), expect.any(String)],
  'refuses the connection': ['refused', expect.any(String)],
};

describe('a DynamoDB that', () => {
  test.each(Object.entries(FAILURES))('%s is a cache miss', async (_, [failure, reason]) => {
    const url = failure === 'refused' ? await refusingUrl() : await startDynamoDbServer(failure);
    // A long timeout unless one is expected: a busy machine may be slow.
    const timeout = reason === 'timeout' ? 60 : 30_000;
    const { reputation, events } = await taskWithDynamoDb(url, {
      cacheReadTimeout: timeout,
      cacheWriteTimeout: timeout,
    });
    const signal = { known: true, source: 'abuseipdb', cacheError: reason };
    expect(await lookup(reputation, newAddress())).toMatchObject(signal);
    await reputation.settle();
    const report = (operation: string) => expect.objectContaining({ operation, reason });
    // The reads of the record and of the exhausted quota, and the write of the record.
    expect(events.cacheFailures).toEqual([report('read'), report('read'), report('write')]);
    expect(events.errors).toEqual([]);
  });

  test.each(Object.entries(FAILURES))(
    '%s is reported once at startup',
    async (_, [failure, reason]) => {
      const url = failure === 'refused' ? await refusingUrl() : await startDynamoDbServer(failure);
      const { reputation, events } = await taskWithDynamoDb(url, {
        warmUpTimeout: reason === 'timeout' ? 60 : 30 * SECOND,
      });
      await reputation.warmUp();
      expect(events.cacheFailures).toEqual([
        expect.objectContaining({
          operation: 'warm',
          message: expect.stringMatching(
            /^The reputation table "elsewhere" cannot be read \(.+: .+\)/,
          ),
        }),
      ]);
    },
  );

  test('sends a response that the SDK cannot decode is a cache miss', async () => {
    const url = await startDynamoDbServer(respond(200, { Item: { isp: { B: '***' } } }));
    const { reputation, events } = await taskWithDynamoDb(url);
    const signal = { source: 'abuseipdb', cacheError: expect.any(String) };
    expect(await lookup(reputation, newAddress())).toMatchObject(signal);
    expect(events.errors).toEqual([]);
  });

  test('fails is called once', async () => {
    const server = await startServer(refuse(500, 'InternalServerError'));
    servers.push(server);
    const { reputation } = await taskWithDynamoDb(server.url);
    await reputation.warmUp();
    expect(server.requests).toBe(1);
  });

  test('fails five times in a row is not called for five seconds, then probed', async () => {
    const server = await startServer(refuse(400, 'AccessDeniedException'));
    servers.push(server);
    const { reputation, events } = await taskWithDynamoDb(server.url, { maxPendingWrites: 0 });
    // The first lookup also reads the exhausted quota.
    for (let i = 0; i < 4; i += 1) await lookup(reputation, newAddress());
    expect(server.requests).toBe(5);
    expect(events.cacheCircuitChanges).toEqual([
      { state: 'open', cause: 'AccessDeniedException', until: NOON + 5 * SECOND },
    ]);
    expect(await lookup(reputation, newAddress())).toMatchObject({
      cacheError: 'AccessDeniedException',
    });
    expect(server.requests).toBe(5);
    harness.clock.time += 5 * SECOND;
    await Promise.all([lookup(reputation, newAddress()), lookup(reputation, newAddress())]);
    expect(server.requests).toBe(6);
  });
});

describe('messages do not repeat the text of a response, which may quote the request, its signature and the address:', () => {
  test.each<[string, RequestListener, string]>([
    ['an error', refuse(400, 'Odd', { message: 'leaked text' }), 'Odd'],
    ['an error with a capital', refuse(400, 'Odd', { Message: 'leaked text' }), 'Odd'],
    ['a server error', refuse(500, 'InternalServerError', { message: 'leaked text' }), '500'],
    ['an unknown error', respond(418, { leaked: 'leaked text' }), '418'],
    ['a page', (_, response) => response.writeHead(502).end('<html>leaked text</html>'), '502'],
    ['not JSON', (_, response) => response.end('leaked text'), 'SyntaxError'],
  ])('%s', async (_, listener, expected) => {
    const { reputation, events } = await taskWithDynamoDb(await startDynamoDbServer(listener));
    await reputation.warmUp();
    await lookup(reputation, newAddress());
    await reputation.settle();
    expect(events.cacheFailures.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(events.cacheFailures)).toContain(expected);
    expect(JSON.stringify(events)).not.toContain('leaked');
  });
});

// In Jest the SDK wraps errors of Node's network as unknown ones, so they are created here.
test.each([
  ['ECONNRESET', { code: 'ECONNRESET', name: 'TimeoutError' }],
  ['EPIPE', { code: 'EPIPE', name: 'TimeoutError' }],
  ['ECONNREFUSED', { code: 'ECONNREFUSED' }],
  ['timeout', { code: 'ETIMEDOUT', name: 'TimeoutError' }],
  ['timeout', { name: 'TimeoutError' }],
  ['timeout', { name: 'AbortError' }],
  ['AccessDeniedException', { name: 'AccessDeniedException' }],
])('reports %s for an SDK error with %j', async (reason, fields) => {
  const send = () => Promise.reject(Object.assign(new Error('A message.'), fields));
  const client = { send } as unknown as DynamoDBClient;
  const { reputation } = harness.task({ cache: { client, tableName: 'elsewhere' } });
  expect(await lookup(reputation, newAddress())).toMatchObject({ cacheError: reason });
});

describe('a lookup has a cache error', () => {
  test('if AbuseIPDB fails, too', async () => {
    const url = await startDynamoDbServer(refuse(500, 'InternalServerError'));
    const { reputation } = await taskWithDynamoDb(url, { key: () => undefined });
    const unknown = { known: false, cause: 'auth', cacheError: 'InternalServerError' };
    expect(await lookup(reputation, newAddress())).toEqual(unknown);
  });

  test('if its deadline passes before the DynamoDB timeout', async () => {
    const { reputation } = await taskWithDynamoDb(await startDynamoDbServer(hang), {
      cacheReadTimeout: 1000,
    });
    const timedOut = { known: false, cause: 'timeout', cacheError: 'timeout' };
    expect(await lookup(reputation, newAddress(), 30)).toEqual(timedOut);
  });

  test('only if the read failed', async () => {
    const { reputation } = harness.task();
    const ip = newAddress();
    expect(await lookup(reputation, ip)).not.toHaveProperty('cacheError');
    await reputation.settle();
    expect(await lookup(harness.task().reputation, ip)).not.toHaveProperty('cacheError');
    expect(await lookup(reputation, ip)).not.toHaveProperty('cacheError');
  });
});

describe('pending reads', () => {
  const LOOKUPS = 500;
  const lookUpMany = (reputation: ReputationLookup) =>
    Promise.all(Array.from({ length: LOOKUPS }, () => lookup(reputation, newAddress())));

  const droppedReads = ({ cacheFailures }: Events) =>
    cacheFailures.filter(({ operation, reason }) => operation === 'read' && reason === 'dropped');

  test('are limited, and release their slots', async () => {
    const { reputation, events } = harness.task({ maxPendingReads: 8, maxConcurrentChecks: 1 });
    await lookUpMany(reputation);
    expect(droppedReads(events)).toHaveLength(LOOKUPS - 8);
    await lookUpMany(reputation);
    expect(droppedReads(events)).toHaveLength(2 * (LOOKUPS - 8));
  });

  test('beyond the limit are cache misses, and do not count as failures of DynamoDB', async () => {
    const { reputation, events } = await taskWithDynamoDb(await startDynamoDbServer(hang), {
      cacheReadTimeout: 60,
      maxPendingReads: 0,
    });
    await lookUpMany(reputation);
    expect(droppedReads(events)).toHaveLength(LOOKUPS);
    expect(events.cacheCircuitChanges).toEqual([]);
  });
});

test('the client has its own timeout', async () => {
  const url = await startDynamoDbServer(hang);
  const client = createDynamoDbClient({ ...harness.dynamoDb.access, endpoint: url, timeout: 50 });
  const command = new GetItemCommand({ TableName: 'x', Key: { address: { S: 'x' } } });
  await expect(client.send(command)).rejects.toMatchObject({ name: 'TimeoutError' });
  client.destroy();
});

describe('a write', () => {
  test('does not delay the lookup', async () => {
    const url = await startDynamoDbServer((request, response) => {
      if (`${request.headers['x-amz-target']}`.endsWith('GetItem')) response.end('{}');
    });
    const { reputation, events } = await taskWithDynamoDb(url, { cacheWriteTimeout: 300 });
    await lookup(reputation, newAddress());
    expect(events.cacheFailures).toEqual([]);
    await reputation.settle();
    expect(events.cacheFailures).toMatchObject([{ operation: 'write', reason: 'timeout' }]);
  });

  test('is skipped if too many are pending', async () => {
    const url = await startDynamoDbServer((request, response) => {
      if (`${request.headers['x-amz-target']}`.endsWith('GetItem')) response.end('{}');
    });
    const { reputation, events } = await taskWithDynamoDb(url, {
      maxPendingWrites: 2,
    });
    const first = newAddress();
    for (const ip of [first, newAddress(), newAddress()]) await lookup(reputation, ip);
    expect(events.cacheFailures).toMatchObject([{ operation: 'write', reason: 'dropped' }]);
    expect(await lookup(reputation, first)).toMatchObject({ known: true, source: 'memory' });
  });
});

describe('a record in DynamoDB', () => {
  test('has the address and the window as its key, and expires at the maximum stale age', async () => {
    const { reputation } = harness.task({ maxAgeInDays: 45 });
    const ip = newAddress();
    harness.simulator.setRecord(ip.value, { abuseConfidenceScore: 41, isp: null });
    await lookup(reputation, ip);
    await reputation.settle();
    expect(await harness.dynamoDb.get(harness.tableName(), `${ip.value}#45`)).toMatchObject({
      score: { N: '41' },
      isp: { NULL: true },
      checked_at: { N: String(NOON) },
      expires_at: { N: String(NOON / SECOND + 24 * 3600) },
    });
  });

  test('is not read by a task with another window', async () => {
    const ip = newAddress();
    const { reputation } = harness.task({ maxAgeInDays: 30 });
    await lookup(reputation, ip);
    await reputation.settle();
    const other = harness.task({ maxAgeInDays: 90 });
    expect(await lookup(other.reputation, ip)).toMatchObject({ source: 'abuseipdb' });
  });

  test.each([
    ['of another version', { version: { N: '0' }, score: { N: '0' } }, 'version'],
    ['with an invalid score', { version: { N: '1' }, score: { S: 'zero' } }, 'invalid'],
  ])('%s is a cache miss, and is replaced', async (_, attributes, cacheError) => {
    const ip = newAddress();
    const key = `${ip.value}#30`;
    const times = {
      checked_at: { N: String(NOON) },
      expires_at: { N: String(NOON / SECOND + 3600) },
    };
    await harness.dynamoDb.put(harness.tableName(), {
      address: { S: key },
      ...times,
      ...attributes,
    });
    const { reputation } = harness.task();
    harness.simulator.setRecord(ip.value, { abuseConfidenceScore: 99 });
    const checked = { score: 99, source: 'abuseipdb', cacheError };
    expect(await lookup(reputation, ip)).toMatchObject(checked);
    await reputation.settle();
    expect(await harness.dynamoDb.get(harness.tableName(), key)).toMatchObject({
      score: { N: '99' },
    });
  });
});
