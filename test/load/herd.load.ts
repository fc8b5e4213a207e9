import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { SeededRandom } from '../../app/dev/simulator/seeded-random.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { LATEST } from '../faults/states.ts';
import type { RunningProcess } from '../support/process.ts';
import { TABLE } from '../support/running-service.ts';
import { type Load, type Sender, show, startSender, tally } from './load.ts';
import { type LoadedService, startLoadedService } from './loaded-service.ts';

const SCORE = 50;
/** Of test/faults/policy.yaml. */
const OUTCOME_TIMEOUT = 41;

let sender: Sender;
let simulator: Simulator;
let dynamoDb: LocalDynamoDb;
let services: LoadedService[];

/** Starts processes of the service that share a table. */
async function startAll(
  count: number,
  latency: number,
  settings: Record<string, string> = {},
): Promise<void> {
  sender = startSender();
  simulator = await startSimulator({ quota: 1_000_000, latency });
  dynamoDb = await startLocalDynamoDb();
  await dynamoDb.createTable(TABLE);
  const dynamoDbUrl = dynamoDb.clientConfig.endpoint;
  const surroundings = {
    abuseIpdb: simulator.url,
    dynamoDb: dynamoDbUrl,
    settings,
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

const slowest = ({ sent }: Load) => Math.max(...sent.map(({ milliseconds }) => milliseconds));
const checksOf = (address: string) =>
  simulator.checks.filter((check) => check.address === address).length;

const tableTimeouts = (process: RunningProcess) =>
  process.stdout().match(/"event":"cache-failure","operation":"\w+","reason":"timeout"/g)?.length ??
  0;

describe('1,000 requests for one unknown address at once', () => {
  const CROWD = 1000;

  beforeAll(() => startAll(1, 300));
  afterAll(stopAll);

  test('cost one lookup, and each is answered in time and alike', async () => {
    const origins = services.map(({ origin }) => origin);
    const crowd = (address: string) =>
      sender.send({ origins, addresses: Array(CROWD).fill(address), pace: { inFlight: CROWD } });
    // Opens the connections, which the identity server has open too.
    await crowd('192.168.0.1');
    const crowds: { outcomes: object; slowest: number }[] = [];
    for (const address of ['9.9.1.1', '9.9.1.2', '9.9.1.3', '9.9.1.4', '9.9.1.5']) {
      simulator.setRecord(address, { abuseConfidenceScore: SCORE });
      const load = await crowd(address);
      expect(checksOf(address)).toBe(1);
      // Who is late is answered as the policy says, and nobody gets anything else.
      const { [SCORE]: inTime = 0, [OUTCOME_TIMEOUT]: late = 0 } = tally(load.sent);
      expect(inTime + late).toBe(CROWD);
      crowds.push({ outcomes: tally(load.sent), slowest: slowest(load) });
    }
    show({ crowds });
    // A busy machine may be late now and then, but not each time.
    const fastest = Math.min(...crowds.map((one) => one.slowest));
    expect(fastest).toBeLessThanOrEqual(LATEST);
    expect(crowds.find((one) => one.slowest === fastest)?.outcomes).toEqual({ [SCORE]: CROWD });
  });
});

describe('50,000 requests for 5,000 addresses, dealt to four processes on one table', () => {
  const REQUESTS = 50_000;
  const ADDRESSES = 5_000;
  /** As two nodes of the identity server have to each process: each pools two. */
  const CONNECTIONS = 4;

  // Seven processes share the cores: the longest limits, so that what waits for one is no failure.
  const PATIENT = {
    DECISION_DEADLINE_MS: '2500',
    ABUSEIPDB_TIMEOUT_MS: '4000',
    DYNAMODB_TIMEOUT_MS: '4000',
  };

  beforeAll(() => startAll(4, 20, PATIENT));
  afterAll(stopAll);

  test('cost 1.05 lookups an address at most', async () => {
    const draws = new SeededRandom('herd');
    const addresses = Array.from({ length: REQUESTS }, () => {
      const number = draws.integer(1, ADDRESSES);
      return `9.8.${number >> 8}.${number & 255}`;
    });
    const asked = new Set(addresses);
    for (const address of asked) simulator.setRecord(address, { abuseConfidenceScore: SCORE });
    const origins = services.map(({ origin }) => origin);
    const load = await sender.send({ origins, addresses, pace: { inFlight: CONNECTIONS } });
    const lookups = simulator.checks.length;
    const timeouts = services.reduce((sum, { process }) => sum + tableTimeouts(process), 0);
    show({ processes: { seconds: load.seconds, each: lookups / asked.size, timeouts } });
    // Who is late is answered all the same, and the lookup goes on for the others.
    const { [SCORE]: inTime = 0, [OUTCOME_TIMEOUT]: late = 0 } = tally(load.sent);
    expect(inTime + late).toBe(REQUESTS);
    expect(late).toBeLessThan(REQUESTS / 100);
    expect(new Set(simulator.checks.map(({ address }) => address))).toEqual(asked);
    expect(timeouts).toBeLessThanOrEqual(asked.size / 100);
    // What a starved table did not store in its second, or give, each other process asks again.
    expect(lookups).toBeLessThanOrEqual(1.05 * asked.size + timeouts * (services.length - 1));
  }, 600_000);
});
