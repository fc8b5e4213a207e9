import type { Line } from '../support/tcp-proxy.ts';
import type { DynamoDbError } from './dynamodb-front.ts';
import { testEachState, testManyCold } from './matrix.ts';
import {
  expectCacheRecovery,
  FROM_ABUSEIPDB,
  FROM_MEMORY,
  waitUntil,
  withCacheError,
} from './states.ts';
import { startWorld, type World } from './world.ts';

interface Case {
  readonly name: string;
  readonly begin: (world: World) => void | Promise<void>;
  /** The reason in the log and in the decision record. */
  readonly reason: string;
}

/** Longer than every time limit. */
const SLOW_MS = 5_000;

const line = (change: Line) => (world: World) => world.dynamoDb.set(change);
const error = (failure: DynamoDbError) => (world: World) => world.dynamoDbFront.fail(failure);
const DYNAMODB = 'com.amazonaws.dynamodb.v20120810';
const AWS_COMMON = 'com.amazon.coral.service';

const CASES: readonly Case[] = [
  { name: 'it hangs', begin: line({ kind: 'black-hole' }), reason: 'timeout' },
  { name: 'it is slow', begin: line({ kind: 'delay', ms: SLOW_MS }), reason: 'timeout' },
  { name: 'it drips', begin: line({ kind: 'drip', ms: 20 }), reason: 'timeout' },
  { name: 'it resets', begin: line({ kind: 'reset' }), reason: 'ECONNRESET' },
  {
    name: 'it refuses connections',
    begin: async ({ service, dynamoDb, newAddress }) => {
      await dynamoDb.set({ kind: 'refuse' });
      const isRefused = async () =>
        (await service.requestDecision(newAddress())).reputation.cache_error === 'ECONNREFUSED';
      // An open connection may be reset first.
      await waitUntil(isRefused, 'new connections are refused');
    },
    reason: 'ECONNREFUSED',
  },
  {
    name: 'the table is throttled',
    begin: error({ status: 400, type: `${DYNAMODB}#ProvisionedThroughputExceededException` }),
    reason: 'ProvisionedThroughputExceededException',
  },
  {
    name: 'the account is throttled',
    begin: error({ status: 400, type: `${AWS_COMMON}#ThrottlingException` }),
    reason: 'ThrottlingException',
  },
  {
    name: '500',
    begin: error({ status: 500, type: `${DYNAMODB}#InternalServerError` }),
    reason: 'InternalServerError',
  },
  {
    name: 'access is denied',
    begin: error({ status: 400, type: `${AWS_COMMON}#AccessDeniedException` }),
    reason: 'AccessDeniedException',
  },
];

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

async function endFaults(): Promise<void> {
  world.dynamoDbFront.fail(undefined);
  await world.dynamoDb.set({ kind: 'pass' });
}

// The decision is the same as without a table; only its record names the error.
describe.each(CASES)('DynamoDB: $name', ({ begin, reason }) => {
  const decision = withCacheError(FROM_ABUSEIPDB, reason);
  const context = testEachState(() => world, {
    begin,
    expected: { cold: decision, 'cached fresh': FROM_MEMORY, 'cached stale': decision },
  });
  afterAll(endFaults);

  testManyCold(() => world, decision);

  test('the log contains the reason, and says that the circuit is open', async () => {
    for (const event of [
      `"event":"cache-failure","operation":"read","reason":"${reason}"`,
      `"event":"cache-circuit-open","reason":"${reason}"`,
    ]) {
      await waitUntil(async () => context().output().includes(event), `the log contains ${event}`);
    }
  });

  test('the service recovers after the fault', async () => {
    await endFaults();
    await expectCacheRecovery(world);
    expect(context().output()).toContain('"event":"cache-circuit-closed"');
  });
});
