import type { Fault } from '../../app/dev/simulator/simulator.ts';
import type { Line } from '../support/tcp-proxy.ts';
import { testEachState, testManyCold } from './matrix.ts';
import { FROM_MEMORY, KNOWN_NOW, recovery, standsIn } from './states.ts';
import { startWorld, type World } from './world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

interface Case {
  readonly name: string;
  readonly begin: (world: World) => void | Promise<void>;
  readonly cause: keyof typeof OUTCOMES;
  /** Milliseconds by the service's clock after which it is asked again. @default a minute */
  readonly within?: number;
  /** Milliseconds for which it is not asked before. */
  readonly closed?: number;
  /** Whether it is left alone after many such failures. @default true */
  readonly opens?: boolean;
  /** Milliseconds for which the failure is remembered of its address. @default 10 s */
  readonly remembered?: number;
}

/** Of test/faults/policy.yaml. */
const OUTCOMES = {
  timeout: 41,
  upstream: 42,
  quota: 43,
  invalid: 44,
  auth: 'refuse',
} as const;

const line = (change: Line) => (world: World) => world.abuseIpdb.set(change);
const answer = (fault: Fault) => (world: World) => world.simulator.setFault(fault);
const status = (code: 401 | 402 | 422 | 500 | 503) => answer({ kind: 'status', status: code });

const CASES: readonly Case[] = [
  { name: 'it hangs', begin: answer({ kind: 'hang' }), cause: 'timeout' },
  { name: 'its network is a black hole', begin: line({ kind: 'black-hole' }), cause: 'timeout' },
  { name: 'it is slow', begin: line({ kind: 'delay', ms: 1500 }), cause: 'timeout' },
  { name: 'it drips', begin: answer({ kind: 'drip', ms: 20 }), cause: 'timeout' },
  { name: 'the line drips', begin: line({ kind: 'drip', ms: 20 }), cause: 'timeout' },
  { name: 'it resets', begin: answer({ kind: 'reset' }), cause: 'upstream' },
  { name: 'the line resets', begin: line({ kind: 'reset' }), cause: 'upstream' },
  { name: 'the line is cut', begin: line({ kind: 'cut' }), cause: 'upstream' },
  { name: 'it refuses connections', begin: line({ kind: 'refuse' }), cause: 'upstream' },
  {
    name: 'its name does not resolve',
    begin: async ({ service, abuseIpdb }) => {
      await service.resolveName(false);
      abuseIpdb.drop();
    },
    cause: 'upstream',
  },
  {
    name: 'nobody vouches for its certificate',
    begin: ({ tls, abuseIpdb }) => {
      tls.present('unknown');
      abuseIpdb.drop();
    },
    cause: 'upstream',
  },
  // A refused key is left alone for minutes; within five of them it is tried again.
  { name: '401', begin: status(401), cause: 'auth', within: 5 * MINUTE, closed: 3 * MINUTE },
  { name: '402', begin: status(402), cause: 'auth', within: 5 * MINUTE, closed: 3 * MINUTE },
  // The same question gets the same refusal; another one does not.
  { name: '422', begin: status(422), cause: 'invalid', opens: false, remembered: 60 * MINUTE },
  {
    name: '429 with headers',
    begin: answer({ kind: 'quota', headers: true, retryAfter: 120 }),
    cause: 'quota',
    within: 125_000,
    closed: 115_000,
  },
  {
    name: '429 without headers',
    begin: answer({ kind: 'quota', headers: false }),
    cause: 'quota',
    within: 65_000,
    closed: 55_000,
  },
  // What a header says is held between a second and a day; without sense it counts as none.
  {
    name: '429 for no time at all',
    begin: answer({ kind: 'quota', headers: true, retryAfter: 0 }),
    cause: 'quota',
    within: 10_000,
  },
  {
    name: '429 for thirty years',
    begin: answer({ kind: 'quota', headers: true, retryAfter: 1e9 }),
    cause: 'quota',
    within: 1.05 * DAY,
    closed: 0.95 * DAY,
  },
  {
    name: '429 until someday',
    begin: answer({ kind: 'quota', headers: true, retryAfter: 'someday' }),
    cause: 'quota',
    within: 65_000,
    closed: 55_000,
  },
  { name: '500', begin: status(500), cause: 'upstream' },
  { name: '503', begin: status(503), cause: 'upstream' },
  { name: 'HTML with 200', begin: answer({ kind: 'html' }), cause: 'upstream' },
  { name: 'truncated JSON', begin: answer({ kind: 'truncated' }), cause: 'upstream' },
  {
    name: 'no score',
    begin: answer({ kind: 'score', value: 'missing' }),
    cause: 'invalid',
  },
  { name: 'a score as text', begin: answer({ kind: 'score', value: 'text' }), cause: 'invalid' },
  { name: 'score 101', begin: answer({ kind: 'score', value: 101 }), cause: 'invalid' },
  {
    name: 'another address',
    begin: answer({ kind: 'address', value: 'other' }),
    cause: 'invalid',
  },
  { name: 'no address', begin: answer({ kind: 'address', value: 'missing' }), cause: 'invalid' },
];

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

async function endFaults(): Promise<void> {
  world.simulator.setFault(undefined);
  world.tls.present('trusted');
  await Promise.all([world.service.resolveName(true), world.abuseIpdb.set({ kind: 'pass' })]);
}

describe.each(CASES)('AbuseIPDB: $name', ({ begin, cause, opens = true, ...times }) => {
  const { within = MINUTE, closed = 0, remembered = 10_000 } = times;
  const unknown = { status: 200, outcome: OUTCOMES[cause], reputation: { cause } };
  const stage = testEachState(() => world, {
    begin,
    expected: { cold: unknown, 'cached fresh': FROM_MEMORY, 'cached stale': standsIn(cause) },
  });
  afterAll(endFaults);

  testManyCold(() => world, unknown);

  test('the operator reads the cause once, however many checks fail in a minute', () => {
    const line = `"level":"warn".*"event":"abuseipdb-check-failed","cause":"${cause}".*"count":\\d+`;
    expect(stage().said().match(new RegExp(line, 'g'))).toHaveLength(1);
  });

  test(`the operator reads that it is ${opens ? 'left alone' : 'asked all the same'}`, () => {
    const level = cause === 'auth' ? 'error' : 'warn';
    const line = `"level":"${level}".*"event":"abuseipdb-circuit-open","cause":"${cause}","until":`;
    expect(new RegExp(line).test(stage().said())).toBe(opens);
  });

  test('it recovers by itself', async () => {
    const { service } = world;
    const { addresses, said } = stage();
    await endFaults();
    const time = await recovery(world, within, async () => {
      const { reputation } = await service.ask(world.newAddress());
      return reputation.source === 'abuseipdb';
    });
    expect(time).toBeGreaterThanOrEqual(closed);
    expect(said().includes('"event":"abuseipdb-circuit-closed"')).toBe(opens);
    await service.forward(remembered);
    for (const address of [...addresses.cold, ...addresses['cached stale']]) {
      expect(await service.ask(address)).toMatchObject(KNOWN_NOW);
    }
  });
});

describe('AbuseIPDB is slow, and still in time', () => {
  testEachState(() => world, {
    begin: answer({ kind: 'slow', ms: 300 }),
    expected: { cold: KNOWN_NOW, 'cached fresh': FROM_MEMORY, 'cached stale': KNOWN_NOW },
  });
  afterAll(endFaults);

  testManyCold(() => world, KNOWN_NOW);
});
