import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import type { Item } from '../../app/src/signals/reputation/cache/item.ts';
import { REPUTATION_DEFAULTS } from '../../app/src/signals/reputation/limits.ts';
import { waitUntil } from '../faults/states.ts';
import { sumOf } from '../support/emf.ts';
import { TABLE } from '../support/running-service.ts';
import { type Sender, show, startSender, tally } from './load.ts';
import { LONG_TIME_LIMITS, type LoadedService, startLoadedService } from './loaded-service.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const QUOTA = 1000;
const TASKS = 2;
/** Concurrent checks of a task, and concurrent requests of the attacker to each task. */
const CONCURRENCY = 16;
/** Requests after which the test looks whether the quota is exhausted. */
const BATCH = 500;
/** Known addresses in each state. */
const KNOWN = 20;

/** The score of known addresses, for which test/faults/policy.yaml sets the same number of seconds. */
const SCORE = 50;
/** The outcome that the policy sets for an exhausted quota. */
const QUOTA_OUTCOME = 43;

let sender: Sender;
let simulator: Simulator;
let dynamoDb: LocalDynamoDb;
let services: LoadedService[];

// The quota of the simulated AbuseIPDB is reset at midnight UTC. The clocks start at noon and stand still.
const startedAt = Date.now();
let ahead = (DAY_MS + DAY_MS / 2 - (startedAt % DAY_MS)) % DAY_MS;
const now = () => startedAt + ahead;
const midnight = Math.ceil(now() / DAY_MS) * DAY_MS;

async function advanceClocks(milliseconds: number): Promise<void> {
  ahead += milliseconds;
  await Promise.all(services.map((service) => service.setClock(ahead)));
}

/** Returns addresses of a network of their own. */
function addressesOf(network: number, count: number): string[] {
  return Array.from(
    { length: count },
    (_, number) => `9.${network}.${number >> 8}.${number & 255}`,
  );
}

const stale = addressesOf(1, KNOWN);
const inMemory = addressesOf(2, KNOWN);
const later = addressesOf(3, KNOWN);
let newCount = 0;

/** Returns addresses that were never used before. */
function newAddresses(count: number): string[] {
  return Array.from({ length: count }, () => {
    newCount += 1;
    return `11.1.${newCount >> 8}.${newCount & 255}`;
  });
}

/** Sends a request for each address to the tasks, and counts the outcomes. */
async function outcomesOf(
  tasks: readonly LoadedService[],
  addresses: readonly string[],
  concurrency = 4,
) {
  const origins = tasks.map(({ origin }) => origin);
  return tally(await sender.send({ origins, addresses, concurrency }));
}

async function items(): Promise<Item[]> {
  const client = new DynamoDBClient(dynamoDb.clientConfig);
  const all: Item[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: TABLE })) {
    all.push(...Items);
  }
  client.destroy();
  return all;
}

async function waitForItems(count: number): Promise<void> {
  await waitUntil(async () => (await items()).length >= count, `${count} items are stored`);
}

beforeAll(async () => {
  sender = startSender();
  simulator = await startSimulator({ quota: QUOTA, now });
  dynamoDb = await startLocalDynamoDb();
  await dynamoDb.createTable(TABLE);
  const surroundings = {
    abuseIpdb: simulator.url,
    dynamoDb: dynamoDb.clientConfig.endpoint,
    settings: {
      ABUSEIPDB_CONCURRENCY: String(CONCURRENCY),
      ...LONG_TIME_LIMITS,
      METRICS_INTERVAL: '1s',
    },
    keepOutput: true,
  };
  services = await Promise.all(
    Array.from({ length: TASKS }, () => startLoadedService(surroundings)),
  );
  for (const address of [...stale, ...inMemory, ...later]) {
    simulator.setRecord(address, { abuseConfidenceScore: SCORE });
  }
  await advanceClocks(0);
  // The first task looks all of them up; the other one finds them in the table.
  const [one] = services;
  if (one === undefined) throw new Error('No service was started.');
  expect(await outcomesOf([one], stale)).toEqual({ [SCORE]: KNOWN });
  await advanceClocks(8 * HOUR_MS);
  expect(await outcomesOf([one], inMemory)).toEqual({ [SCORE]: KNOWN });
  await waitForItems(2 * KNOWN);
}, 300_000);

afterAll(async () => {
  await Promise.all([sender.stop(), ...services.map(({ process }) => process.end())]);
  await Promise.all([simulator.close(), dynamoDb.close()]);
});

describe('a quota that an attacker exhausts with new addresses', () => {
  let checksBefore: number;
  let checksOfAttack: number;

  beforeAll(async () => {
    simulator.setQuota(QUOTA);
    checksBefore = simulator.checks.length;
    for (let batches = 0; ; batches += 1) {
      const outcomes = await outcomesOf(services, newAddresses(BATCH), CONCURRENCY);
      show({ attack: { outcomes, checks: simulator.checks.length - checksBefore } });
      if (outcomes[QUOTA_OUTCOME] === BATCH) break;
      if (batches > 50) throw new Error('The quota was not exhausted.');
    }
    checksOfAttack = simulator.checks.length - checksBefore;
    // The attack may have opened the circuit of the cache: single requests close it.
    await advanceClocks(10 * SECOND_MS);
    await outcomesOf(services, newAddresses(2 * TASKS), 1);
  }, 300_000);

  test('is exceeded by no more checks than were in progress', () => {
    expect(checksOfAttack).toBeGreaterThan(QUOTA);
    expect(checksOfAttack).toBeLessThanOrEqual(QUOTA + TASKS * CONCURRENCY);
  });

  test('each task sets the metric of the alarm', async () => {
    const isOpen = (service: LoadedService) =>
      sumOf(service.process.stdout().split('\n'), 'AbuseIpdbCircuitOpen', 'quota') > 0;
    await waitUntil(async () => services.every(isOpen), 'every task sets the metric');
  });

  test.each([
    ['fresh in the memory of a task', inMemory, 0],
    ['fresh in the table, for a task without them in memory', inMemory, 1],
    ['stale in the memory of a task', stale, 0],
    ['stale in the table, for a task without them in memory', stale, 1],
  ])('known addresses are decided on their scores: %s', async (_, addresses, task) => {
    expect(await outcomesOf(services.slice(task, task + 1), addresses)).toEqual({ [SCORE]: KNOWN });
    expect(simulator.checks).toHaveLength(checksBefore + checksOfAttack);
  });

  test('AbuseIPDB is not called before the reset that its response named', async () => {
    await advanceClocks(midnight - 2 * MINUTE_MS - now());
    expect(await outcomesOf(services, later)).toEqual({ [QUOTA_OUTCOME]: KNOWN });
    expect(await outcomesOf(services, stale)).toEqual({ [SCORE]: KNOWN });
    expect(simulator.checks).toHaveLength(checksBefore + checksOfAttack);
  });

  test('AbuseIPDB is called by each task after the reset', async () => {
    await advanceClocks(4 * MINUTE_MS);
    // One at a time, because the first check is a single probe.
    expect(await outcomesOf(services, later, 1)).toEqual({ [SCORE]: KNOWN });
    expect(await outcomesOf(services, [...stale, ...inMemory])).toEqual({ [SCORE]: 2 * KNOWN });
  });

  test('every stored item expires', async () => {
    const all = await items();
    expect(all.length).toBeGreaterThan(QUOTA / 2);
    const latest = (now() + REPUTATION_DEFAULTS.maxStaleAge) / 1000 + 1;
    const unexpiring = all.filter(({ expires_at: expiresAt }) => !(Number(expiresAt?.N) <= latest));
    expect(unexpiring).toEqual([]);
  });
});
