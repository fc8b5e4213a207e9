import {
  type Addresses,
  FROM_MEMORY,
  LATEST,
  measured,
  prepare,
  STANDS_IN,
  STATES,
  tableRecovers,
} from './states.ts';
import { startWorld, type World } from './world.ts';

describe.each([
  ['with the usual time limits', {}],
  // Then nothing but the deadline of the request ends the waiting.
  [
    'with time limits beyond the deadline',
    { ABUSEIPDB_TIMEOUT_MS: '4000', DYNAMODB_TIMEOUT_MS: '4000' },
  ],
])('AbuseIPDB and DynamoDB both hang, %s', (_, settings) => {
  const unknown = { status: 200, outcome: 41, reputation: { cause: 'timeout' } };
  const expected = { cold: unknown, 'cached fresh': FROM_MEMORY, 'cached stale': STANDS_IN };
  let world: World;
  let addresses: Addresses;

  beforeAll(async () => {
    world = await startWorld(settings);
    addresses = await prepare(world);
    world.simulator.setFault({ kind: 'hang' });
    await world.dynamoDb.set({ kind: 'black-hole' });
  });

  afterAll(() => world.stop());

  test.each(STATES)('%s: answered in time, and as the policy says', async (state) => {
    const asked = await measured(world, addresses, state);
    expect(asked).toMatchObject(expected[state]);
    expect(asked.milliseconds).toBeLessThanOrEqual(LATEST);
  });

  test('it recovers by itself', async () => {
    world.simulator.setFault(undefined);
    await world.dynamoDb.set({ kind: 'pass' });
    await tableRecovers(world);
  });
});
