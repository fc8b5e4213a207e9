import { testEachState } from './matrix.ts';
import { FROM_MEMORY, standsIn, tableRecovers, withTable } from './states.ts';
import { startWorld, type World } from './world.ts';

describe.each([
  ['with the usual time limits', {}],
  // Then nothing but the deadline of the request ends the waiting.
  [
    'with time limits beyond the deadline',
    { ABUSEIPDB_TIMEOUT_MS: '4000', DYNAMODB_TIMEOUT_MS: '4000' },
  ],
])('AbuseIPDB and DynamoDB both hang, %s', (_, settings) => {
  const unknown = {
    status: 200,
    outcome: 41,
    reputation: { cause: 'timeout', cache_error: 'timeout' },
  };
  const stale = withTable(standsIn('timeout'), 'timeout');
  let world: World;

  beforeAll(async () => {
    world = await startWorld(settings);
  });

  afterAll(() => world.stop());

  testEachState(() => world, {
    begin() {
      world.simulator.setFault({ kind: 'hang' });
      return world.dynamoDb.set({ kind: 'black-hole' });
    },
    expected: { cold: unknown, 'cached fresh': FROM_MEMORY, 'cached stale': stale },
  });

  test('it recovers by itself', async () => {
    world.simulator.setFault(undefined);
    await world.dynamoDb.set({ kind: 'pass' });
    await tableRecovers(world);
  });
});
