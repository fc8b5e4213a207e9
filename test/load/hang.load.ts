import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { REPUTATION_DEFAULTS } from '../../app/src/signals/reputation/limits.ts';
import { LATEST } from '../faults/states.ts';
import { TABLE } from '../support/running-service.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { quantile, type Sender, show, startSender, tally } from './load.ts';
import { type LoadedService, startLoadedService } from './loaded-service.ts';
import { figures, millisecondsOf, type Phase, phase, usualP99 } from './phase.ts';

/** Requests a second: the most of these that the service can take while nothing is wrong. */
const RATES = [2000, 1500, 1000, 750, 500, 250];
/** What it must take where others do not keep the machine busy. */
const LEAST = 1000;
/** Connections to the service: enough for all checks that hang, and for the others beside them. */
const CONNECTIONS = 256;
/** Seconds of the load before and after, of each half of the outage, and of the table's outage too. */
const HEALTHY = 15;
const HALF = 30;
const BOTH = 10;
/** Each tenth address is invented. */
const INVENTED = 10;
const SCORE = 50;
/** Of test/faults/policy.yaml: what an address gets whose check timed out, or was not made. */
const UNKNOWN = ['41', '42'];
const MEBIBYTE = 2 ** 20;

/** Below this a time is noise, in milliseconds. */
const FLOOR = 5;

const KNOWN = '9.5.';
const known = Array.from({ length: 2000 }, (_, number) => `${KNOWN}${number >> 8}.${number & 255}`);
let inventions = 0;
const invent = () => {
  inventions += 1;
  return `${20 + (inventions >> 16)}.1.${(inventions >> 8) & 255}.${inventions & 255}`;
};

let sender: Sender;
let simulator: Simulator;
let dynamoDb: LocalDynamoDb;
let line: TcpProxy;
let service: LoadedService;
let rate = 0;

/** Sends load at the rate, to known addresses and some that are invented. */
function load(seconds: number): Promise<Phase> {
  const addresses = Array.from({ length: rate * seconds }, (_, index) =>
    index % INVENTED === 0 ? invent() : (known[index % known.length] ?? ''),
  );
  const plan = { addresses, pace: { perSecond: rate }, connections: CONNECTIONS };
  return phase(sender, service, plan, (address) => address.startsWith(KNOWN));
}

/** Whether requests are answered as they come, so that a time says something of the service. */
const isSteady = ({ inFlight }: Phase) => quantile(inFlight, 0.5) <= rate / 20;

let before: Phase;
let first: Phase;
let second: Phase;
let both: Phase;
let after: Phase;
let checks: number;
const p99 = (part: Phase) => usualP99(part, (rate * (INVENTED - 1)) / INVENTED);
/** What the 99th percentile of known addresses is while nothing is wrong. */
const normalP99 = () => Math.max(p99(before), p99(after), FLOOR);

const inventedP99 = ({ invented }: Phase) => quantile(millisecondsOf(invented), 0.99);
const isInTime = (part: Phase) => p99(part) <= 2 * normalP99() && inventedP99(part) <= LATEST;

/** Measures at the rate. @returns whether the machine had the time for it. */
async function measure(): Promise<boolean> {
  before = await load(HEALTHY);
  show({ rate, before: figures(before) });
  if (!isSteady(before)) {
    if (rate > LEAST || before.others > 0.2) return false;
    throw new Error(
      `With the machine to itself the service cannot take ${rate} requests a second.`,
    );
  }
  const checksBefore = simulator.checks.length;
  simulator.setFault({ kind: 'hang' });
  first = await load(HALF);
  second = await load(HALF);
  checks = simulator.checks.length - checksBefore;
  await line.set({ kind: 'black-hole' });
  both = await load(BOTH);
  simulator.setFault(undefined);
  await line.set({ kind: 'pass' });
  after = await load(HEALTHY);
  show({ first: figures(first), second: figures(second) });
  show({ both: figures(both), after: figures(after), checks });
  show({ usualP99: [before, first, second, both, after].map(p99) });
  return (
    isSteady(after) && [first, second, both].every((part) => part.others < 0.3 || isInTime(part))
  );
}

beforeAll(async () => {
  sender = startSender();
  simulator = await startSimulator({ quota: 10_000_000 });
  dynamoDb = await startLocalDynamoDb();
  await dynamoDb.createTable(TABLE);
  line = await startTcpProxy(Number(new URL(dynamoDb.clientConfig.endpoint).port));
  service = await startLoadedService({
    abuseIpdb: simulator.url,
    dynamoDb: `http://127.0.0.1:${line.port}`,
  });
  for (const address of known) simulator.setRecord(address, { abuseConfidenceScore: SCORE });
  const learn = { origins: [service.origin], addresses: known };
  await sender.send({ ...learn, pace: { inFlight: 8 } });
  await sender.send({ ...learn, pace: { inFlight: CONNECTIONS } });
  for (rate of RATES) if (await measure()) return;
  throw new Error('This machine is too busy to take any load.');
}, 600_000);

afterAll(async () => {
  await Promise.all([sender.stop(), service.process.end()]);
  await line.close();
  await Promise.all([simulator.close(), dynamoDb.close()]);
});

describe.each([
  ['AbuseIPDB hangs, first half', () => first],
  ['AbuseIPDB hangs, second half', () => second],
  ['AbuseIPDB and DynamoDB hang', () => both],
])('%s', (_, part) => {
  test('known addresses are decided on what is known, as fast as before', () => {
    expect(tally(part().known)).toEqual({ [SCORE]: part().known.length });
    expect(p99(part())).toBeLessThanOrEqual(2 * normalP99());
  });

  test('invented addresses are unknown, in time', () => {
    expect(UNKNOWN).toEqual(expect.arrayContaining(Object.keys(tally(part().invented))));
    expect(inventedP99(part())).toBeLessThanOrEqual(LATEST);
  });

  test('no queue: what is under way is what came in a moment', () => {
    const { maxConcurrentChecks } = REPUTATION_DEFAULTS;
    expect(quantile(part().inFlight, 0.5)).toBeLessThanOrEqual(maxConcurrentChecks + rate / 20);
  });
});

test('invented addresses are not answered later as the outage goes on', () => {
  const median = ({ invented }: Phase) => quantile(millisecondsOf(invented), 0.5);
  expect(median(second)).toBeLessThanOrEqual(2 * Math.max(median(first), FLOOR));
});

test('a request costs no more of the processor than before', () => {
  expect(Math.max(first.cpu, second.cpu)).toBeLessThanOrEqual(1.5 * before.cpu);
});

test('the second half takes no more memory', () => {
  // Beside what varies, 40 bytes a request, or 400 an invented address, would be more.
  const allowed = MEBIBYTE / 2 + rate * HALF * 40;
  expect(second.usage.held - first.usage.held).toBeLessThanOrEqual(allowed);
  expect(second.usage.resident - first.usage.resident).toBeLessThanOrEqual(48 * MEBIBYTE);
});

test('AbuseIPDB is left alone', () => {
  // The first failures come after as many checks as may be under way; then one probes at a time.
  expect(checks).toBeLessThanOrEqual(REPUTATION_DEFAULTS.maxConcurrentChecks + 2 * HALF);
});
