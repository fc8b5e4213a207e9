import type { Line } from '../support/tcp-proxy.ts';
import type { DynamoDbError } from './dynamodb-front.ts';
import { testEachState, testManyCold } from './matrix.ts';
import { FROM_MEMORY, KNOWN_NOW, tableRecovers, until, withTable } from './states.ts';
import { startWorld, type World } from './world.ts';

interface Case {
  readonly name: string;
  readonly begin: (world: World) => void | Promise<void>;
  /** What the operator's log calls it. */
  readonly reason: string;
}

const line = (change: Line) => (world: World) => world.dynamoDb.set(change);
const error = (failure: DynamoDbError) => (world: World) => world.dynamoDbFront.fail(failure);
const OWN = 'com.amazonaws.dynamodb.v20120810';
const COMMON = 'com.amazon.coral.service';

const CASES: readonly Case[] = [
  { name: 'it hangs', begin: line({ kind: 'black-hole' }), reason: 'timeout' },
  { name: 'it is slow', begin: line({ kind: 'delay', ms: 1000 }), reason: 'timeout' },
  { name: 'it drips', begin: line({ kind: 'drip', ms: 20 }), reason: 'timeout' },
  { name: 'it resets', begin: line({ kind: 'reset' }), reason: 'ECONNRESET' },
  {
    name: 'it refuses connections',
    begin: async ({ service, dynamoDb, newAddress }) => {
      await dynamoDb.set({ kind: 'refuse' });
      const refused = async () =>
        (await service.ask(newAddress())).reputation.cache_error === 'ECONNREFUSED';
      // One that was open may be found to be reset first.
      await until(refused, 'new connections are tried');
    },
    reason: 'ECONNREFUSED',
  },
  {
    name: 'the table is throttled',
    begin: error({ status: 400, type: `${OWN}#ProvisionedThroughputExceededException` }),
    reason: 'ProvisionedThroughputExceededException',
  },
  {
    name: 'the account is throttled',
    begin: error({ status: 400, type: `${COMMON}#ThrottlingException` }),
    reason: 'ThrottlingException',
  },
  {
    name: '500',
    begin: error({ status: 500, type: `${OWN}#InternalServerError` }),
    reason: 'InternalServerError',
  },
  {
    name: 'access is denied',
    begin: error({ status: 400, type: `${COMMON}#AccessDeniedException` }),
    reason: 'AccessDeniedException',
  },
];

let world: World;

beforeAll(async () => {
  // On a busy machine another error must not look like a timeout. AbuseIPDB answers at once here.
  world = await startWorld({ DYNAMODB_TIMEOUT_MS: '500' });
});

afterAll(() => world.stop());

async function endFaults(): Promise<void> {
  world.dynamoDbFront.fail(undefined);
  await world.dynamoDb.set({ kind: 'pass' });
}

// As if there were no table; only the record tells.
describe.each(CASES)('DynamoDB: $name', ({ begin, reason }) => {
  const asked = withTable(KNOWN_NOW, reason);
  const stage = testEachState(() => world, {
    begin,
    expected: { cold: asked, 'cached fresh': FROM_MEMORY, 'cached stale': asked },
  });
  afterAll(endFaults);

  testManyCold(() => world, asked);

  test('the operator reads what it is, and that the table is passed over', async () => {
    for (const event of [
      `"event":"cache-failure","operation":"read","reason":"${reason}"`,
      `"event":"cache-circuit-open","reason":"${reason}"`,
    ]) {
      await until(async () => stage().said().includes(event), `the log says ${event}`);
    }
  });

  test('it recovers by itself', async () => {
    await endFaults();
    await tableRecovers(world);
    expect(stage().said()).toContain('"event":"cache-circuit-closed"');
  });
});
