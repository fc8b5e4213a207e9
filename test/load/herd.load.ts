import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { SeededRandom } from '../../app/dev/simulator/seeded-random.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import type { RunningProcess } from '../support/process.ts';
import { LARGEST_BUDGETS, TABLE } from '../support/running-service.ts';
import { type Sender, show, startSender, tally } from './load.ts';
import { LONG_TIME_LIMITS, type LoadedService, startLoadedService } from './loaded-service.ts';

const SCORE = 50;
/** The outcome that test/faults/policy.yaml sets for a timeout. */
const TIMEOUT_OUTCOME = 41;

let sender: Sender;
let simulator: Simulator;
let dynamoDb: LocalDynamoDb;
let services: LoadedService[];

/** Starts processes of the service that share a table, and an AbuseIPDB with this latency (milliseconds). */
async function startAll(count: number, latency: number): Promise<void> {
  sender = startSender();
  simulator = await startSimulator({ quota: 1_000_000, latency });
  dynamoDb = await startLocalDynamoDb();
  await dynamoDb.createTable(TABLE);
  const surroundings = {
    abuseIpdb: simulator.url,
    dynamoDb: dynamoDb.clientConfig.endpoint,
    settings: { ...LONG_TIME_LIMITS, ...LARGEST_BUDGETS },
    keepOutput: true,
  };
  services = await Promise.all(
    Array.from({ length: count }, () => startLoadedService(surroundings)),
  );
}

async function stopAll(): Promise<void> {
  await Promise.all([sender.stop(), ...services.map(({ process }) => process.end())]);
  await Promise.all([simulator.close(), dynamoDb.close()]);
}

const checksOf = (address: string) =>
  simulator.checks.filter((check) => check.address === address).length;

const cacheTimeouts = (process: RunningProcess) =>
  process.stdout().match(/"event":"cache-failure","operation":"\w+","reason":"timeout"/g)?.length ??
  0;

/** Checks that every request was decided: on the score, or as a timeout if the machine was too busy. */
function expectDecided(outcomes: Record<string, number>, count: number): void {
  const { [SCORE]: scored = 0, [TIMEOUT_OUTCOME]: timedOut = 0 } = outcomes;
  expect(scored + timedOut).toBe(count);
}

describe('1,000 concurrent requests for one unknown address', () => {
  const REQUESTS = 1000;

  beforeAll(() => startAll(1, 300));
  afterAll(stopAll);

  test.each(['9.9.1.1', '9.9.1.2', '9.9.1.3'])('cause one lookup: %s', async (address) => {
    simulator.setRecord(address, { abuseConfidenceScore: SCORE });
    const origins = services.map(({ origin }) => origin);
    const addresses = Array<string>(REQUESTS).fill(address);
    const outcomes = tally(await sender.send({ origins, addresses, concurrency: REQUESTS }));
    show({ outcomes });
    expect(checksOf(address)).toBe(1);
    expectDecided(outcomes, REQUESTS);
    const next = await sender.send({ origins, addresses: [address], concurrency: 1 });
    expect(tally(next)).toEqual({ [SCORE]: 1 });
    expect(checksOf(address)).toBe(1);
  });
});

describe('20,000 requests for 2,000 addresses, distributed over four processes with one table', () => {
  const REQUESTS = 20_000;
  const ADDRESSES = 2_000;
  /** Two nodes of the identity server have two connections each. */
  const CONCURRENCY = 4;

  beforeAll(() => startAll(4, 20));
  afterAll(stopAll);

  test('cause at most 1.05 lookups per address', async () => {
    const random = new SeededRandom('herd');
    const addresses = Array.from({ length: REQUESTS }, () => {
      const number = random.integer(1, ADDRESSES);
      return `9.8.${number >> 8}.${number & 255}`;
    });
    const distinct = new Set(addresses);
    for (const address of distinct) simulator.setRecord(address, { abuseConfidenceScore: SCORE });
    const origins = services.map(({ origin }) => origin);
    const sent = await sender.send({ origins, addresses, concurrency: CONCURRENCY });
    const lookups = simulator.checks.length;
    const timeouts = services.reduce((sum, { process }) => sum + cacheTimeouts(process), 0);
    show({ outcomes: tally(sent), lookupsPerAddress: lookups / distinct.size, timeouts });
    expectDecided(tally(sent), REQUESTS);
    expect(new Set(simulator.checks.map(({ address }) => address))).toEqual(distinct);
    // On a starved machine, each read or write of the table that times out can cost every other process a lookup.
    const allowed = 1.05 * distinct.size + timeouts * (services.length - 1);
    expect(lookups).toBeLessThanOrEqual(allowed);
  }, 600_000);
});
