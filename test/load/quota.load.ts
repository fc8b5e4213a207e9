import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import type { Item } from '../../app/src/signals/reputation/cache/item.ts';
import { HIGH_SCORE, REPUTATION_DEFAULTS } from '../../app/src/signals/reputation/limits.ts';
import { outcomeOf } from '../faults/service.ts';
import { waitUntil } from '../faults/states.ts';
import { sumOf } from '../support/emf.ts';
import { payloadFrom } from '../support/payloads.ts';
import { SECRET, TABLE } from '../support/running-service.ts';
import { type Sender, show, startSender, tally } from './load.ts';
import { LONG_TIME_LIMITS, type LoadedService, startLoadedService } from './loaded-service.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The burst that it allows is more than the budget of a client. */
const QUOTA = 100_000;
const TASKS = 2;
/** Concurrent checks of a task, and concurrent requests of the attacker to each task. */
const CONCURRENCY = 16;
/** Requests after which the test looks whether lookups are held back. */
const BATCH = 500;
const MAX_BATCHES = 50;
/** Known addresses in each state. */
const KNOWN = 20;

/** The score of known addresses, for which test/faults/policy.yaml sets the same number of seconds. */
const SCORE = 50;
/** The outcomes that the policy sets for a quota and for a budget that is used up. */
const QUOTA_OUTCOME = 43;
const BUDGET_OUTCOME = 45;

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

/** Returns addresses that were never used before, each in a network of its own. */
function newAddresses(count: number): string[] {
  return Array.from({ length: count }, () => {
    newCount += 1;
    return `11.${newCount >> 8}.${newCount & 255}.1`;
  });
}

/** Requests a token for a user, on a new address, from each task. */
async function outcomesOfUser(): Promise<unknown[]> {
  return Promise.all(
    services.map(async ({ origin }, task) => {
      const address = `12.1.${task}.1`;
      simulator.setRecord(address, { abuseConfidenceScore: SCORE });
      const response = await fetch(origin + ACTION_PATH, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': SECRET },
        body: payloadFrom(address, '03'),
      });
      return outcomeOf(await response.text());
    }),
  );
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

describe('an attacker who sends invented addresses through one client', () => {
  let checksOfAttack: number;

  beforeAll(async () => {
    const checksBefore = simulator.checks.length;
    for (let batches = 0; ; batches += 1) {
      const outcomes = await outcomesOf(services, newAddresses(BATCH), CONCURRENCY);
      show({ attack: { outcomes, checks: simulator.checks.length - checksBefore } });
      if (outcomes[BUDGET_OUTCOME] === BATCH) break;
      if (batches > MAX_BATCHES) throw new Error('The lookups were not held back.');
    }
    checksOfAttack = simulator.checks.length - checksBefore;
  }, 300_000);

  test("gets no more lookups than the client's budget in each task, and a request in progress", () => {
    const { client } = REPUTATION_DEFAULTS.budgets;
    expect(checksOfAttack).toBeGreaterThan(client / 4);
    expect(checksOfAttack).toBeLessThanOrEqual(TASKS * (client + CONCURRENCY));
  });

  test('does not keep others from looking up their addresses', async () => {
    expect(await outcomesOfUser()).toEqual(services.map(() => SCORE));
  });

  test('is named in the log of each task', async () => {
    const { clientId } = JSON.parse(payloadFrom('')).event.request;
    const isNamed = ({ process }: LoadedService) =>
      RegExp(`"event":"lookups-held-back".*"client":"[^"]*${clientId}"`).test(process.stdout());
    await waitUntil(async () => services.every(isNamed), 'every task has logged the client');
  });
});

describe('a quota that another system has used up', () => {
  let checksBefore: number;

  beforeAll(async () => {
    // The budgets of the attack are over.
    await advanceClocks(2 * HOUR_MS);
    simulator.setQuota(0);
    expect(await outcomesOf(services, newAddresses(2 * TASKS), 1)).toEqual({
      [QUOTA_OUTCOME]: 2 * TASKS,
    });
    checksBefore = simulator.checks.length;
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
    expect(simulator.checks).toHaveLength(checksBefore);
  });

  test('AbuseIPDB is not called before the reset that its response named', async () => {
    await advanceClocks(midnight - 2 * MINUTE_MS - now());
    expect(await outcomesOf(services, later)).toEqual({ [QUOTA_OUTCOME]: KNOWN });
    expect(await outcomesOf(services, stale)).toEqual({ [SCORE]: KNOWN });
    expect(simulator.checks).toHaveLength(checksBefore);
  });

  test('AbuseIPDB is called by each task after the reset', async () => {
    await advanceClocks(4 * MINUTE_MS);
    // One at a time, because the first check is a single probe.
    expect(await outcomesOf(services, later, 1)).toEqual({ [SCORE]: KNOWN });
    expect(await outcomesOf(services, [...stale, ...inMemory])).toEqual({ [SCORE]: 2 * KNOWN });
  });

  test('every stored item expires, one of a high score after a month', async () => {
    const all = await items();
    expect(all.length).toBeGreaterThan(REPUTATION_DEFAULTS.budgets.client / 4);
    const { maxStaleAge, highScoreMemory } = REPUTATION_DEFAULTS;
    const latest = (score: number) =>
      (now() + (score >= HIGH_SCORE ? highScoreMemory : maxStaleAge)) / 1000 + 1;
    const unexpiring = all.filter(
      ({ expires_at: expiresAt, score }) =>
        !(Number(expiresAt?.N) <= latest(Number(score?.N ?? 0))),
    );
    expect(unexpiring).toEqual([]);
  });
});
