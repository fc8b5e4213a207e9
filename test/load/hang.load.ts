import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { REPUTATION_DEFAULTS } from '../../app/src/signals/reputation/limits.ts';
import { LARGEST_BUDGETS, TABLE } from '../support/running-service.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { type Sender, type Sent, show, startSender, tally } from './load.ts';
import { type LoadedService, type Memory, startLoadedService } from './loaded-service.ts';

/** Requests of each phase. */
const REQUESTS = 20_000;
/** One in so many requests has an address that was never used before. */
const NEW_ADDRESS_INTERVAL = 10;
/** More than AbuseIPDB checks may be in progress. */
const CONCURRENCY = 256;
const SCORE = 50;
/** The outcomes that test/faults/policy.yaml sets for a check that times out or is not made. */
const UNKNOWN_OUTCOMES = ['41', '42'];
const MEBIBYTE = 2 ** 20;
/** Failures that open the circuit, and its longest pause. */
const BREAKER_FAILURES = 5;
const BREAKER_PAUSE_MS = 30_000;

const KNOWN = '9.5.';
const known = Array.from({ length: 2000 }, (_, number) => `${KNOWN}${number >> 8}.${number & 255}`);
let newAddresses = 0;
const newAddress = () => {
  newAddresses += 1;
  return `${20 + (newAddresses >> 16)}.1.${(newAddresses >> 8) & 255}.${newAddresses & 255}`;
};

let sender: Sender;
let simulator: Simulator;
let dynamoDb: LocalDynamoDb;
let proxy: TcpProxy;
let service: LoadedService;

interface Phase {
  readonly known: readonly Sent[];
  readonly new: readonly Sent[];
  /** Calls to AbuseIPDB. */
  readonly checks: number;
  readonly memory: Memory;
}

/** Sends requests for known addresses and some new ones. */
async function runPhase(name: string): Promise<Phase> {
  const checksBefore = simulator.checks.length;
  const addresses = Array.from({ length: REQUESTS }, (_, index) =>
    index % NEW_ADDRESS_INTERVAL === 0 ? newAddress() : (known[index % known.length] ?? ''),
  );
  const sent = await sender.send({
    origins: [service.origin],
    addresses,
    concurrency: CONCURRENCY,
  });
  const isKnown = ({ address }: Sent) => address.startsWith(KNOWN);
  const phase = {
    known: sent.filter(isKnown),
    new: sent.filter((one) => !isKnown(one)),
    checks: simulator.checks.length - checksBefore,
    memory: await service.memory(),
  };
  const { checks, memory } = phase;
  show({ [name]: { known: tally(phase.known), new: tally(phase.new), checks, memory } });
  return phase;
}

let first: Phase;
let second: Phase;
let probing: Phase;
let both: Phase;
let after: Phase;

beforeAll(async () => {
  sender = startSender();
  simulator = await startSimulator({ quota: 10_000_000 });
  dynamoDb = await startLocalDynamoDb();
  await dynamoDb.createTable(TABLE);
  proxy = await startTcpProxy(Number(new URL(dynamoDb.clientConfig.endpoint).port));
  service = await startLoadedService({
    abuseIpdb: simulator.url,
    dynamoDb: `http://127.0.0.1:${proxy.port}`,
    settings: LARGEST_BUDGETS,
  });
  for (const address of known) simulator.setRecord(address, { abuseConfidenceScore: SCORE });
  const learned = await sender.send({
    origins: [service.origin],
    addresses: known,
    concurrency: 8,
  });
  expect(tally(learned)).toEqual({ [SCORE]: known.length });
  await runPhase('healthy');
  simulator.setFault({ kind: 'hang' });
  first = await runPhase('hanging, first half');
  second = await runPhase('hanging, second half');
  await service.setClock(2 * BREAKER_PAUSE_MS);
  probing = await runPhase('hanging, after the pause of the circuit breaker');
  await proxy.set({ kind: 'black-hole' });
  both = await runPhase('DynamoDB hanging too');
  simulator.setFault(undefined);
  await proxy.set({ kind: 'pass' });
  await service.setClock(4 * BREAKER_PAUSE_MS);
  after = await runPhase('healthy again');
}, 600_000);

afterAll(async () => {
  await Promise.all([sender.stop(), service.process.end()]);
  await proxy.close();
  await Promise.all([simulator.close(), dynamoDb.close()]);
});

describe.each([
  ['AbuseIPDB hangs, first half', () => first],
  ['AbuseIPDB hangs, second half', () => second],
  ['AbuseIPDB hangs, after the pause of the circuit breaker', () => probing],
  ['AbuseIPDB and DynamoDB hang', () => both],
])('%s', (_, phase) => {
  test('every known address is decided on its score', () => {
    expect(tally(phase().known)).toEqual({ [SCORE]: phase().known.length });
  });

  test('every new address is decided as unknown', () => {
    expect(UNKNOWN_OUTCOMES).toEqual(expect.arrayContaining(Object.keys(tally(phase().new))));
  });
});

test('the circuit breaker ends the calls to AbuseIPDB', () => {
  // Until it opens, as many calls as one client may have in progress, and one more for each failure.
  const { maxConcurrentChecks } = REPUTATION_DEFAULTS;
  expect(first.checks).toBeGreaterThan(0);
  expect(first.checks).toBeLessThanOrEqual(maxConcurrentChecks / 2 + BREAKER_FAILURES);
  expect(second.checks).toBe(0);
});

test('after its pause the circuit breaker sends a single probe', () => {
  expect(probing.checks).toBe(1);
});

test('memory does not grow with the duration of the outage', () => {
  // Failures are cached until the clock moves, so two phases with the same number of them are compared.
  // Beyond noise, retaining 40 bytes per request or 400 per new address would exceed the limit.
  const allowed = MEBIBYTE / 2 + REQUESTS * 40;
  expect(probing.memory.usedBytes - second.memory.usedBytes).toBeLessThanOrEqual(allowed);
  const grown = probing.memory.residentBytes - first.memory.residentBytes;
  expect(grown).toBeLessThanOrEqual(48 * MEBIBYTE);
});

test('after the outage new addresses are looked up again', () => {
  expect(tally(after.known)).toEqual({ [SCORE]: after.known.length });
  expect(after.checks).toBeGreaterThan(after.new.length / 2);
});
