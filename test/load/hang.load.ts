import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/simulator/simulator.ts';
import { REPUTATION_DEFAULTS } from '../../app/src/signals/reputation/options.ts';
import { LATEST } from '../faults/states.ts';
import { TABLE } from '../support/running-service.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { type Load, quantile, type Sender, type Sent, show, startSender, tally } from './load.ts';
import { type LoadedService, startLoadedService, type Usage } from './loaded-service.ts';

/** Requests a second; a machine that others keep busy gets what it can take. */
const RATES = [2000, 1000, 500, 250, 125];
/** Seconds of the load before, of each half of the outage, and of the outage of the table too. */
const BEFORE = 15;
const HALF = 30;
const BOTH = 10;
/** Each fifth address is invented. */
const INVENTED = 5;
const SCORE = 50;
/** Of test/faults/policy.yaml: what an address gets whose check timed out, or was not made. */
const UNKNOWN = ['41', '42'];
const MEBIBYTE = 2 ** 20;

/** Below this a time is noise, in milliseconds. */
const FLOOR = 5;

const known = Array.from({ length: 2000 }, (_, number) => `9.5.${number >> 8}.${number & 255}`);
let inventions = 0;
const invent = () => {
  inventions += 1;
  return `${20 + (inventions >> 16)}.1.${(inventions >> 8) & 255}.${inventions & 255}`;
};
const isKnown = ({ address }: Sent) => address.startsWith('9.5.');
const millisecondsOf = (sent: readonly Sent[]) => sent.map(({ milliseconds }) => milliseconds);

let sender: Sender;
let simulator: Simulator;
let dynamoDb: LocalDynamoDb;
let line: TcpProxy;
let service: LoadedService;
let rate = 0;

/** What came of known and of invented addresses, and what the service has used for it. */
interface Phase {
  readonly known: readonly Sent[];
  readonly invented: readonly Sent[];
  readonly inFlight: readonly number[];
  readonly usage: Usage;
}

async function load(seconds: number): Promise<Load> {
  const addresses = Array.from({ length: rate * seconds }, (_, index) =>
    index % INVENTED === 0 ? invent() : (known[index % known.length] ?? ''),
  );
  return sender.send({ origins: [service.origin], addresses, pace: { perSecond: rate } });
}

async function phase(seconds: number): Promise<Phase> {
  const { sent, inFlight } = await load(seconds);
  const [kept, invented] = [sent.filter(isKnown), sent.filter((one) => !isKnown(one))];
  return { known: kept, invented, inFlight, usage: await service.usage() };
}

/**
 * The 99th percentile of known addresses in each second, and of these the middle one: a second in
 * which others had the machine does not count.
 */
function usualP99({ known: sent }: Phase): number {
  const perSecond = Math.ceil((rate * (INVENTED - 1)) / INVENTED);
  const seconds = Array.from({ length: Math.floor(sent.length / perSecond) }, (_, second) =>
    millisecondsOf(sent.slice(second * perSecond, (second + 1) * perSecond)),
  );
  return quantile(
    seconds.map((times) => quantile(times, 0.99)),
    0.5,
  );
}

/** The highest rate at which requests do not pile up while nothing is wrong. */
async function findRate(): Promise<number> {
  for (rate of RATES) {
    const { inFlight } = await load(4);
    if (quantile(inFlight.slice(-20), 0.5) < rate / 20) return rate;
  }
  throw new Error('This machine is too busy for a test under load.');
}

const figures = (part: Phase) => ({
  knownUsualP99: usualP99(part),
  knownP50: quantile(millisecondsOf(part.known), 0.5),
  knownP99: quantile(millisecondsOf(part.known), 0.99),
  inventedP50: quantile(millisecondsOf(part.invented), 0.5),
  inventedP99: quantile(millisecondsOf(part.invented), 0.99),
  inFlightP50: quantile(part.inFlight, 0.5),
  inFlightMost: Math.max(...part.inFlight),
  heldMiB: part.usage.held / MEBIBYTE,
  residentMiB: part.usage.resident / MEBIBYTE,
});

let before: Phase;
let first: Phase;
let second: Phase;
let both: Phase;
let checks: number;

beforeAll(async () => {
  sender = startSender();
  simulator = await startSimulator({ quota: 10_000_000 });
  dynamoDb = await startLocalDynamoDb();
  await dynamoDb.createTable(TABLE);
  line = await startTcpProxy(Number(new URL(dynamoDb.access.endpoint).port));
  service = await startLoadedService({
    abuseIpdb: simulator.url,
    dynamoDb: `http://127.0.0.1:${line.port}`,
  });
  for (const address of known) simulator.setRecord(address, { abuseConfidenceScore: SCORE });
  const origins = [service.origin];
  await sender.send({ origins, addresses: known, pace: { inFlight: 8 } });
  await sender.send({ origins, addresses: [...known, ...known], pace: { inFlight: 8 } });
  rate = await findRate();
  before = await phase(BEFORE);
  const checksBefore = simulator.checks.length;
  simulator.setFault({ kind: 'hang' });
  first = await phase(HALF);
  second = await phase(HALF);
  checks = simulator.checks.length - checksBefore;
  await line.set({ kind: 'black-hole' });
  both = await phase(BOTH);
  const cpu = (second.usage.cpu - before.usage.cpu) / (2 * HALF * rate);
  show({ rate, cpu, checks });
  show({ before: figures(before), first: figures(first) });
  show({ second: figures(second), both: figures(both) });
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
    expect(usualP99(part())).toBeLessThanOrEqual(2 * Math.max(usualP99(before), FLOOR));
  });

  test('invented addresses are unknown, in time', () => {
    expect(UNKNOWN).toEqual(expect.arrayContaining(Object.keys(tally(part().invented))));
    expect(quantile(millisecondsOf(part().invented), 0.99)).toBeLessThanOrEqual(LATEST);
  });

  test('no queue: what is under way is what came in a moment', () => {
    const { concurrency } = REPUTATION_DEFAULTS;
    expect(quantile(part().inFlight, 0.5)).toBeLessThanOrEqual(concurrency + rate / 20);
  });
});

test('invented addresses are not answered later as the outage goes on', () => {
  const median = ({ invented }: Phase) => quantile(millisecondsOf(invented), 0.5);
  expect(median(second)).toBeLessThanOrEqual(2 * Math.max(median(first), FLOOR));
});

test('the second half takes no more memory', () => {
  // 40 bytes a request, or 200 an invented address, would be more.
  expect(second.usage.held - first.usage.held).toBeLessThanOrEqual(rate * HALF * 40);
  expect(second.usage.resident - first.usage.resident).toBeLessThanOrEqual(48 * MEBIBYTE);
});

test('AbuseIPDB is left alone', () => {
  // The first failures come after as many checks as may be under way; then one probes at a time.
  expect(checks).toBeLessThanOrEqual(REPUTATION_DEFAULTS.concurrency + 2 * HALF);
});
