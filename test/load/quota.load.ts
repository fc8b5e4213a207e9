import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import type { Item } from '../../app/src/signals/reputation/cache/item.ts';
import { REPUTATION_DEFAULTS } from '../../app/src/signals/reputation/limits.ts';
import { until } from '../faults/states.ts';
import { sumOf } from '../support/emf.ts';
import { TABLE } from '../support/running-service.ts';
import { type Sender, show, startSender, tally } from './load.ts';
import { type LoadedService, startLoadedService } from './loaded-service.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const QUOTA = 1000;
const TASKS = 2;
/** Checks that a task makes at one time; the attacker keeps them busy. */
const CONCURRENCY = 16;
/** Requests between two looks at whether the quota is spent. */
const BATCH = 500;
/** Known addresses of each kind. */
const KNOWN = 20;

/** Lifetimes of test/faults/policy.yaml: for the score of a known address, and for a quota used up. */
const SCORE = 50;
const NO_QUOTA = 43;

let sender: Sender;
let simulator: Simulator;
let dynamoDb: LocalDynamoDb;
let services: LoadedService[];

// The day of the simulated AbuseIPDB ends at midnight UTC, and the clocks begin at noon.
let ahead = (DAY + DAY / 2 - (Date.now() % DAY)) % DAY;
const now = () => Date.now() + ahead;
const midnight = Math.ceil(now() / DAY) * DAY;

async function forward(milliseconds: number): Promise<void> {
  ahead += milliseconds;
  await Promise.all(services.map((service) => service.setAhead(ahead)));
}

/** Addresses of a kind; the known ones have a record at AbuseIPDB. */
function addressesOf(kind: number, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `9.${kind}.${number >> 8}.${number & 255}`);
}

const stale = addressesOf(1, KNOWN);
const inMemory = addressesOf(2, KNOWN);
const later = addressesOf(3, KNOWN);
let inventions = 0;

/** Addresses that nobody has heard of. */
function invented(count: number): string[] {
  return Array.from({ length: count }, () => {
    inventions += 1;
    return `11.1.${inventions >> 8}.${inventions & 255}`;
  });
}

/** Asks tasks about addresses, a few at a time, and tells how often each outcome came. */
async function ask(tasks: readonly LoadedService[], addresses: readonly string[], inFlight = 4) {
  const origins = tasks.map(({ origin }) => origin);
  const { sent } = await sender.send({ origins, addresses, pace: { inFlight } });
  return tally(sent);
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

async function stored(count: number): Promise<void> {
  await until(async () => (await items()).length >= count, `${count} items are stored`);
}

beforeAll(async () => {
  sender = startSender();
  simulator = await startSimulator({ quota: QUOTA, now });
  dynamoDb = await startLocalDynamoDb();
  await dynamoDb.createTable(TABLE);
  const surroundings = {
    abuseIpdb: simulator.url,
    dynamoDb: dynamoDb.clientConfig.endpoint,
    // Machine time is no part of this: what waits for it is no failure.
    settings: {
      ABUSEIPDB_CONCURRENCY: String(CONCURRENCY),
      DECISION_DEADLINE_MS: '2500',
      ABUSEIPDB_TIMEOUT_MS: '4000',
      DYNAMODB_TIMEOUT_MS: '4000',
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
  await forward(0);
  // One task learns of them all; the others have them from the table.
  const [one] = services;
  if (one === undefined) throw new Error('There is no service.');
  expect(await ask([one], stale)).toEqual({ [SCORE]: KNOWN });
  await forward(8 * HOUR);
  expect(await ask([one], inMemory)).toEqual({ [SCORE]: KNOWN });
  await stored(2 * KNOWN);
}, 300_000);

afterAll(async () => {
  await Promise.all([sender.stop(), ...services.map(({ process }) => process.end())]);
  await Promise.all([simulator.close(), dynamoDb.close()]);
});

describe('a quota that an attacker spends with invented addresses', () => {
  let learned: number;
  let spent: number;

  beforeAll(async () => {
    simulator.setQuota(QUOTA);
    learned = simulator.checks.length;
    for (let batches = 0; ; batches += 1) {
      const outcomes = await ask(services, invented(BATCH), CONCURRENCY);
      show({ attack: { outcomes, checks: simulator.checks.length - learned } });
      if (outcomes[NO_QUOTA] === BATCH) break;
      if (batches > 50) throw new Error('The quota was not spent.');
    }
    spent = simulator.checks.length - learned;
    // The rush may have been too much for the table here: then it is tried again, by one at first.
    await forward(10 * SECOND);
    await ask(services, invented(2 * TASKS), 1);
  }, 300_000);

  test('is spent, and no more checks come than may have been under way', () => {
    expect(spent).toBeGreaterThan(QUOTA);
    expect(spent).toBeLessThanOrEqual(QUOTA + TASKS * CONCURRENCY);
  });

  test('one metric says so, of each task, on which the alarm for it goes off', async () => {
    const closed = (service: LoadedService) =>
      sumOf(service.process.stdout().split('\n'), 'AbuseIpdbCircuitOpen', 'quota') > 0;
    await until(async () => services.every(closed), 'every task says that the quota is used up');
  });

  test.each([
    ['fresh in the memory of a task', inMemory, 0],
    ['fresh in the table, for a task that has never met them', inMemory, 1],
    ['stale in the memory of a task', stale, 0],
    ['stale in the table, for a task that has never met them', stale, 1],
  ])('known addresses still count: %s', async (_, addresses, task) => {
    expect(await ask(services.slice(task, task + 1), addresses)).toEqual({ [SCORE]: KNOWN });
    expect(simulator.checks).toHaveLength(learned + spent);
  });

  test('nobody asks again until the reset that the answer named', async () => {
    await forward(midnight - 2 * MINUTE - now());
    expect(await ask(services, later)).toEqual({ [NO_QUOTA]: KNOWN });
    expect(await ask(services, stale)).toEqual({ [SCORE]: KNOWN });
    expect(simulator.checks).toHaveLength(learned + spent);
  });

  test('then each task asks again', async () => {
    await forward(4 * MINUTE);
    // The first check after a closing goes alone, so that they come one by one.
    expect(await ask(services, later, 1)).toEqual({ [SCORE]: KNOWN });
    expect(await ask(services, [...stale, ...inMemory])).toEqual({ [SCORE]: 2 * KNOWN });
  });

  test('no item that is stored stays for ever', async () => {
    const all = await items();
    expect(all.length).toBeGreaterThan(QUOTA / 2);
    const latest = (now() + REPUTATION_DEFAULTS.maxStaleAge) / 1000 + 1;
    const lasting = all.filter(({ expires_at: expiresAt }) => !(Number(expiresAt?.N) <= latest));
    expect(lasting).toEqual([]);
  });
});
