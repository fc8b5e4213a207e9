import type { Fault } from '../../app/dev/simulator/simulator.ts';
import type { Line } from '../support/tcp-proxy.ts';
import { testEachState, testManyCold } from './matrix.ts';
import { FROM_ABUSEIPDB, FROM_MEMORY, staleFallback, timeToRecover } from './states.ts';
import { startWorld, type World } from './world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

interface Case {
  readonly name: string;
  readonly begin: (world: World) => void | Promise<void>;
  readonly cause: keyof typeof OUTCOMES;
  /** By the service's clock, AbuseIPDB is called again after this time at the latest. @default a minute */
  readonly recoveryMs?: number;
  /** And not before this time. @default 0 */
  readonly minRecoveryMs?: number;
  /** Whether many such failures open the circuit. @default true */
  readonly opens?: boolean;
  /** How long the failure is cached for its address. @default 10 s */
  readonly negativeTtlMs?: number;
}

/** The outcome of each cause in test/faults/policy.yaml. */
const OUTCOMES = {
  timeout: 41,
  upstream: 42,
  quota: 43,
  invalid: 44,
  auth: 'refuse',
} as const;

/** Longer than every time limit. */
const SLOW_MS = 5_000;

const line = (change: Line) => (world: World) => world.abuseIpdb.set(change);
const response = (fault: Fault) => (world: World) => world.simulator.setFault(fault);
const status = (code: 401 | 402 | 422 | 500 | 503) => response({ kind: 'status', status: code });

const CASES: readonly Case[] = [
  { name: 'it hangs', begin: response({ kind: 'hang' }), cause: 'timeout' },
  { name: 'its network is a black hole', begin: line({ kind: 'black-hole' }), cause: 'timeout' },
  { name: 'it is slow', begin: line({ kind: 'delay', ms: SLOW_MS }), cause: 'timeout' },
  { name: 'it drips', begin: response({ kind: 'drip', ms: 20 }), cause: 'timeout' },
  { name: 'the line drips', begin: line({ kind: 'drip', ms: 20 }), cause: 'timeout' },
  { name: 'it resets', begin: response({ kind: 'reset' }), cause: 'upstream' },
  { name: 'the line resets', begin: line({ kind: 'reset' }), cause: 'upstream' },
  { name: 'the line is cut', begin: line({ kind: 'cut' }), cause: 'upstream' },
  { name: 'it refuses connections', begin: line({ kind: 'refuse' }), cause: 'upstream' },
  {
    name: 'its name does not resolve',
    begin: async ({ service, abuseIpdb }) => {
      await service.setNameResolves(false);
      abuseIpdb.drop();
    },
    cause: 'upstream',
  },
  {
    name: 'its certificate is not trusted',
    begin: ({ tls, abuseIpdb }) => {
      tls.present('untrusted');
      abuseIpdb.drop();
    },
    cause: 'upstream',
  },
  // A rejected key is not used again for minutes.
  {
    name: '401',
    begin: status(401),
    cause: 'auth',
    recoveryMs: 5 * MINUTE_MS,
    minRecoveryMs: 3 * MINUTE_MS,
  },
  {
    name: '402',
    begin: status(402),
    cause: 'auth',
    recoveryMs: 5 * MINUTE_MS,
    minRecoveryMs: 3 * MINUTE_MS,
  },
  // Only this address is rejected.
  {
    name: '422',
    begin: status(422),
    cause: 'invalid',
    opens: false,
    negativeTtlMs: 60 * MINUTE_MS,
  },
  {
    name: '429 with headers',
    begin: response({ kind: 'quota', headers: true, retryAfter: 120 }),
    cause: 'quota',
    recoveryMs: 125_000,
    minRecoveryMs: 115_000,
  },
  {
    name: '429 without headers',
    begin: response({ kind: 'quota', headers: false }),
    cause: 'quota',
    recoveryMs: 65_000,
    minRecoveryMs: 55_000,
  },
  // Retry-After counts between a second and a day, and not at all if it is malformed.
  {
    name: '429 with Retry-After: 0',
    begin: response({ kind: 'quota', headers: true, retryAfter: 0 }),
    cause: 'quota',
    recoveryMs: 10_000,
  },
  {
    name: '429 with a Retry-After of thirty years',
    begin: response({ kind: 'quota', headers: true, retryAfter: 1e9 }),
    cause: 'quota',
    recoveryMs: 1.05 * DAY_MS,
    minRecoveryMs: 0.95 * DAY_MS,
  },
  {
    name: '429 with a malformed Retry-After',
    begin: response({ kind: 'quota', headers: true, retryAfter: 'someday' }),
    cause: 'quota',
    recoveryMs: 65_000,
    minRecoveryMs: 55_000,
  },
  { name: '500', begin: status(500), cause: 'upstream' },
  { name: '503', begin: status(503), cause: 'upstream' },
  { name: '200 with HTML', begin: response({ kind: 'html' }), cause: 'upstream' },
  { name: 'truncated JSON', begin: response({ kind: 'truncated' }), cause: 'upstream' },
  {
    name: 'a missing score',
    begin: response({ kind: 'score', value: 'missing' }),
    cause: 'invalid',
  },
  {
    name: 'a score of type string',
    begin: response({ kind: 'score', value: 'text' }),
    cause: 'invalid',
  },
  { name: 'score 101', begin: response({ kind: 'score', value: 101 }), cause: 'invalid' },
  {
    name: 'another address',
    begin: response({ kind: 'address', value: 'other' }),
    cause: 'invalid',
  },
  {
    name: 'a missing address',
    begin: response({ kind: 'address', value: 'missing' }),
    cause: 'invalid',
  },
];

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

async function endFaults(): Promise<void> {
  world.simulator.setFault(undefined);
  world.tls.present('trusted');
  await Promise.all([world.service.setNameResolves(true), world.abuseIpdb.set({ kind: 'pass' })]);
}

describe.each(CASES)('AbuseIPDB: $name', ({ begin, cause, opens = true, ...times }) => {
  const { recoveryMs = MINUTE_MS, minRecoveryMs = 0, negativeTtlMs = 10_000 } = times;
  const unknown = { status: 200, outcome: OUTCOMES[cause], reputation: { cause } };
  const context = testEachState(() => world, {
    begin,
    expected: { cold: unknown, 'cached fresh': FROM_MEMORY, 'cached stale': staleFallback(cause) },
  });
  afterAll(endFaults);

  testManyCold(() => world, unknown);

  test('the log contains the cause', () => {
    // At level debug each check has a line. The warnings, one per cause and minute, may have begun before this fault.
    expect(context().output()).toMatch(RegExp(`"event":"check".*"cause":"${cause}"`));
    const warning = `"level":"warn".*"event":"abuseipdb-check-failed","cause":"${cause}".*"count":\\d+`;
    expect(world.service.process.stdout()).toMatch(RegExp(warning));
  });

  test(`the log ${opens ? 'says' : 'does not say'} that the circuit is open`, () => {
    const level = cause === 'auth' ? 'error' : 'warn';
    const line = `"level":"${level}".*"event":"abuseipdb-circuit-open","cause":"${cause}","until":`;
    expect(new RegExp(line).test(context().output())).toBe(opens);
  });

  test('the service recovers after the fault', async () => {
    const { service } = world;
    const { addresses, output } = context();
    await endFaults();
    const time = await timeToRecover(world, recoveryMs, async () => {
      const { reputation } = await service.requestDecision(world.newAddress());
      return reputation.source === 'abuseipdb';
    });
    expect(time).toBeGreaterThanOrEqual(minRecoveryMs);
    expect(output().includes('"event":"abuseipdb-circuit-closed"')).toBe(opens);
    // After a quota of 0, stale records are refreshed once a burst is saved again.
    await service.advanceClock(cause === 'quota' ? 60 * MINUTE_MS : negativeTtlMs);
    for (const address of [...addresses.cold, ...addresses['cached stale']]) {
      expect(await service.requestDecision(address)).toMatchObject(FROM_ABUSEIPDB);
    }
  });
});

describe('AbuseIPDB: slow but within its time limit', () => {
  testEachState(() => world, {
    begin: response({ kind: 'slow', ms: 300 }),
    expected: { cold: FROM_ABUSEIPDB, 'cached fresh': FROM_MEMORY, 'cached stale': FROM_ABUSEIPDB },
  });
  afterAll(endFaults);

  testManyCold(() => world, FROM_ABUSEIPDB);
});
