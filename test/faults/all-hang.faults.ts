import { testEachState } from './matrix.ts';
import { expectCacheRecovery, FROM_MEMORY, staleFallback, withCacheError } from './states.ts';
import { startWorld, type World } from './world.ts';

describe.each([
  ['with time limits within the deadline', {}],
  // Only the request's deadline ends the lookup.
  [
    'with time limits beyond the deadline',
    { ABUSEIPDB_TIMEOUT_MS: '4000', DYNAMODB_TIMEOUT_MS: '4000' },
  ],
])('AbuseIPDB and DynamoDB hang, %s', (_, settings) => {
  const unknown = {
    status: 200,
    outcome: 41,
    reputation: { cause: 'timeout', cache_error: 'timeout' },
  };
  const stale = withCacheError(staleFallback('timeout'), 'timeout');
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

  test('the service recovers after the fault', async () => {
    world.simulator.setFault(undefined);
    await world.dynamoDb.set({ kind: 'pass' });
    await expectCacheRecovery(world);
  });
});
