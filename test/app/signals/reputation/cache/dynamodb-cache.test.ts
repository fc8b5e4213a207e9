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

async function dynamoDbThat(listener: RequestListener): Promise<string> {
  const server = await startServer(listener);
  servers.push(server);
  return server.url;
}

/** An error as DynamoDB words it, or with other fields. */
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

/** A task whose DynamoDB is another one. */
async function taskWith(url: string, options = {}) {
  const client = harness.client(url, 60);
  const cache = { client, tableName: 'elsewhere' };
  return harness.task({ cache, cacheReadTimeout: 5000, cacheWriteTimeout: 5000, ...options });
}

const FAULTS: Record<string, [RequestListener | 'refused', string]> = {
  'never answers': [hang, 'timeout'],
  'drips its answer': [drip, 'timeout'],
  'answers 500': [refuse(500, 'InternalServerError'), 'InternalServerError'],
  'answers 503 with a page': [
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
  'words its error in no text': [refuse(400, 'Odd', { message: 5 }), 'Odd'],
  'words its error as an object': [refuse(400, 'Odd', { Message: {} }), 'Odd'],
  'has a code that is no text': [
    refuse(400, 'Error', { code: { toString: 1 } }),
    expect.any(String) as unknown as string,
  ],
  'names its error by a number': [respond(400, { __type: 5 }), '5'],
  'names its error by an object': [respond(400, { __type: {} }), expect.any(String)],
  'names its error in 100 KB': [refuse(400, 'x'.repeat(100_000)), 'unknown'],
  'has a code of 100 KB': [refuse(400, 'Error', { code: `E${'x'.repeat(100_000)}` }), 'unknown'],
  'names its error in two lines': [refuse(400, 'Odd\n{"event":"decision"}'), 'unknown'],
  'names its error not at all': [refuse(400, ''), 'unknown'],
  'resets the connection': [(request) => request.socket.resetAndDestroy(), expect.any(String)],
  'refuses the connection': ['refused', expect.any(String)],
};

describe('a DynamoDB that', () => {
  test.each(Object.entries(FAULTS))('%s is a miss, soon', async (_, [fault, reason]) => {
    const url = fault === 'refused' ? await refusingUrl() : await dynamoDbThat(fault);
    // Only what never answers is to run into a limit: a busy machine may be slow to be refused.
    const limit = reason === 'timeout' ? 60 : 30_000;
    const { reputation, events } = await taskWith(url, {
      cacheReadTimeout: limit,
      cacheWriteTimeout: limit,
    });
    const answer = { known: true, source: 'abuseipdb', cacheError: reason };
    expect(await lookup(reputation, newAddress())).toMatchObject(answer);
    await reputation.settle();
    const failure = (operation: string) => expect.objectContaining({ operation, reason });
    // The record's read and the closing's, and the write that came to nothing.
    expect(events.cacheFailures).toEqual([failure('read'), failure('read'), failure('write')]);
    expect(events.errors).toEqual([]);
  });

  test.each(Object.entries(FAULTS))(
    '%s is told of at boot, and no more',
    async (_, [fault, reason]) => {
      const url = fault === 'refused' ? await refusingUrl() : await dynamoDbThat(fault);
      const { reputation, events } = await taskWith(url, {
        warmUpTimeout: reason === 'timeout' ? 60 : 5000,
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

  test('sends what the SDK cannot decode is a miss', async () => {
    const url = await dynamoDbThat(respond(200, { Item: { isp: { B: '***' } } }));
    const { reputation, events } = await taskWith(url, { cacheReadTimeout: 30 * SECOND });
    const answer = { source: 'abuseipdb', cacheError: expect.any(String) };
    expect(await lookup(reputation, newAddress())).toMatchObject(answer);
    expect(events.errors).toEqual([]);
  });

  test('gets one attempt', async () => {
    const server = await startServer(refuse(500, 'InternalServerError'));
    servers.push(server);
    const { reputation } = await taskWith(server.url);
    await reputation.warmUp();
    expect(server.requests).toBe(1);
  });

  test('fails five times in a row is passed over for five seconds, then probed', async () => {
    const server = await startServer(refuse(400, 'AccessDeniedException'));
    servers.push(server);
    const { reputation, events } = await taskWith(server.url, { maxPendingWrites: 0 });
    // The closing is read with the first one.
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

describe('what DynamoDB words is in no message: it may repeat the request, its signature and the address', () => {
  test.each<[string, RequestListener, string]>([
    ['an error', refuse(400, 'Odd', { message: 'leaked words' }), 'Odd'],
    ['an error with a capital', refuse(400, 'Odd', { Message: 'leaked words' }), 'Odd'],
    ['a fault', refuse(500, 'InternalServerError', { message: 'leaked words' }), '500'],
    ['an unknown error', respond(418, { leaked: 'leaked words' }), '418'],
    ['a page', (_, response) => response.writeHead(502).end('<html>leaked words</html>'), '502'],
    ['no JSON', (_, response) => response.end('leaked words'), 'SyntaxError'],
  ])('%s', async (_, listener, says) => {
    const { reputation, events } = await taskWith(await dynamoDbThat(listener), {
      cacheReadTimeout: 30 * SECOND,
    });
    await reputation.warmUp();
    await lookup(reputation, newAddress());
    await reputation.settle();
    expect(events.cacheFailures.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(events.cacheFailures)).toContain(says);
    expect(JSON.stringify(events)).not.toContain('leaked');
  });
});

// In Jest the SDK does not take an error of Node's network for one, and wraps it: so these are made here.
test.each([
  ['ECONNRESET', { code: 'ECONNRESET', name: 'TimeoutError' }],
  ['EPIPE', { code: 'EPIPE', name: 'TimeoutError' }],
  ['ECONNREFUSED', { code: 'ECONNREFUSED' }],
  ['timeout', { code: 'ETIMEDOUT', name: 'TimeoutError' }],
  ['timeout', { name: 'TimeoutError' }],
  ['timeout', { name: 'AbortError' }],
  ['AccessDeniedException', { name: 'AccessDeniedException' }],
])('the reason is %s for an error of the SDK with %j', async (reason, fields) => {
  const send = () => Promise.reject(Object.assign(new Error('It is so.'), fields));
  const client = { send } as unknown as DynamoDBClient;
  const { reputation } = harness.task({ cache: { client, tableName: 'elsewhere' } });
  expect(await lookup(reputation, newAddress())).toMatchObject({ cacheError: reason });
});

describe('a lookup says what was wrong with the table', () => {
  test('when AbuseIPDB fails too', async () => {
    const url = await dynamoDbThat(refuse(500, 'InternalServerError'));
    const { reputation } = await taskWith(url, { key: () => undefined });
    const unknown = { known: false, cause: 'auth', cacheError: 'InternalServerError' };
    expect(await lookup(reputation, newAddress())).toEqual(unknown);
  });

  test('when its time ends before that of the table', async () => {
    const { reputation } = await taskWith(await dynamoDbThat(hang), { cacheReadTimeout: 1000 });
    const late = { known: false, cause: 'timeout', cacheError: 'timeout' };
    expect(await lookup(reputation, newAddress(), 30)).toEqual(late);
  });

  test('and nothing when it was of use, or was not asked', async () => {
    const { reputation } = harness.task();
    const ip = newAddress();
    expect(await lookup(reputation, ip)).not.toHaveProperty('cacheError');
    await reputation.settle();
    expect(await lookup(harness.task().reputation, ip)).not.toHaveProperty('cacheError');
    expect(await lookup(reputation, ip)).not.toHaveProperty('cacheError');
  });
});

describe('reads under way', () => {
  const MANY = 500;
  const atOnce = (reputation: ReputationLookup) =>
    Promise.all(Array.from({ length: MANY }, () => lookup(reputation, newAddress())));

  const droppedIn = ({ cacheFailures }: Events) =>
    cacheFailures.filter(({ operation, reason }) => operation === 'read' && reason === 'dropped');

  test('are as many as may be, and give their place back', async () => {
    const { reputation, events } = harness.task({ maxPendingReads: 8, maxConcurrentChecks: 1 });
    await atOnce(reputation);
    expect(droppedIn(events)).toHaveLength(MANY - 8);
    await atOnce(reputation);
    expect(droppedIn(events)).toHaveLength(2 * (MANY - 8));
  });

  test('are no failures of the table beyond that, but misses', async () => {
    const { reputation, events } = await taskWith(await dynamoDbThat(hang), {
      cacheReadTimeout: 60,
      maxPendingReads: 0,
    });
    await atOnce(reputation);
    expect(droppedIn(events)).toHaveLength(MANY);
    expect(events.cacheCircuitChanges).toEqual([]);
  });
});

test('the client gives a call up by itself when nothing else does', async () => {
  const url = await dynamoDbThat(hang);
  const client = createDynamoDbClient({ ...harness.dynamoDb.access, endpoint: url, timeout: 50 });
  const command = new GetItemCommand({ TableName: 'x', Key: { address: { S: 'x' } } });
  await expect(client.send(command)).rejects.toMatchObject({ name: 'TimeoutError' });
  client.destroy();
});

describe('a write', () => {
  test('is not waited for', async () => {
    const url = await dynamoDbThat((request, response) => {
      if (`${request.headers['x-amz-target']}`.endsWith('GetItem')) response.end('{}');
    });
    const { reputation, events } = await taskWith(url, { cacheWriteTimeout: 300 });
    await lookup(reputation, newAddress());
    expect(events.cacheFailures).toEqual([]);
    await reputation.settle();
    expect(events.cacheFailures).toMatchObject([{ operation: 'write', reason: 'timeout' }]);
  });

  test('is left out when too many are pending', async () => {
    const url = await dynamoDbThat((request, response) => {
      if (`${request.headers['x-amz-target']}`.endsWith('GetItem')) response.end('{}');
    });
    const { reputation, events } = await taskWith(url, {
      cacheWriteTimeout: 30 * SECOND,
      maxPendingWrites: 2,
    });
    const first = newAddress();
    for (const ip of [first, newAddress(), newAddress()]) await lookup(reputation, ip);
    expect(events.cacheFailures).toMatchObject([{ operation: 'write', reason: 'dropped' }]);
    expect(await lookup(reputation, first)).toMatchObject({ known: true, source: 'memory' });
  });
});

describe('a record in the table', () => {
  test('has the address and the window as its key, and ends when it counts for nothing', async () => {
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
    ['of another form', { version: { N: '0' }, score: { N: '0' } }, 'version'],
    ['with a broken score', { version: { N: '1' }, score: { S: 'zero' } }, 'invalid'],
  ])('%s is a miss, and is replaced', async (_, attributes, cacheError) => {
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
    const asked = { score: 99, source: 'abuseipdb', cacheError };
    expect(await lookup(reputation, ip)).toMatchObject(asked);
    await reputation.settle();
    expect(await harness.dynamoDb.get(harness.tableName(), key)).toMatchObject({
      score: { N: '99' },
    });
  });
});
