import type { Line } from '../support/tcp-proxy.ts';
import type { DynamoDbError } from './dynamodb-front.ts';
import {
  type Addresses,
  FROM_MEMORY,
  KNOWN_NOW,
  LATEST,
  measured,
  prepare,
  STATES,
  tableRecovers,
  until,
} from './states.ts';
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
  { name: 'it refuses connections', begin: line({ kind: 'refuse' }), reason: 'ECONNREFUSED' },
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

/** More failures in a row than it takes to pass over the table. */
const MANY = 6;

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

async function endFaults(): Promise<void> {
  world.dynamoDbFront.fail(undefined);
  await world.dynamoDb.set({ kind: 'pass' });
}

describe.each(CASES)('DynamoDB: $name', ({ begin, reason }) => {
  const expected = { cold: KNOWN_NOW, 'cached fresh': FROM_MEMORY, 'cached stale': KNOWN_NOW };
  let addresses: Addresses;
  let saidBefore = 0;

  beforeAll(async () => {
    addresses = await prepare(world);
    saidBefore = world.service.process.stdout().length;
    await begin(world);
  });

  afterAll(endFaults);

  test.each(STATES)('%s: answered in time, as if there were no table', async (state) => {
    const asked = await measured(world, addresses, state);
    expect(asked).toMatchObject(expected[state]);
    expect(asked.milliseconds).toBeLessThanOrEqual(LATEST);
  });

  test('many cold addresses at once, and one after them: the same', async () => {
    const { service } = world;
    const all = await Promise.all(
      Array.from({ length: MANY }, () => service.ask(world.newAddress())),
    );
    all.push(await service.ask(world.newAddress()));
    for (const asked of all) expect(asked).toMatchObject(KNOWN_NOW);
  });

  test('the operator reads what it is', async () => {
    const failure = new RegExp(`"event":"table-failure","operation":"read","reason":"${reason}"`);
    const said = async () => failure.test(world.service.process.stdout().slice(saidBefore));
    await until(said, `the log says ${failure}`);
  });

  test('it recovers by itself', async () => {
    await endFaults();
    await tableRecovers(world);
  });
});
