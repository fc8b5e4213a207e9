import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_BUDGETS } from '../support/running-service.ts';
import { type Decision, type ServiceProcess, startServiceProcess } from './service.ts';
import { waitUntil } from './states.ts';
import { startWorld, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const THREE_DAYS_MS = 72 * HOUR_MS;

/** Checks of one client that can be in progress, of the default of 64. */
const CLIENT_SLOTS = 32;

/** The bodies of a request without a user, and of one for a user of another client. */
const CLIENT = '01';
const USER = '03';

/** The addresses that are decided on, and what is known about them before the fault. */
const ADDRESSES = {
  /** A high score that is more than a day old. */
  'known high score': '9.1.0.1',
  /** A low score that is stale, and less than a day old. */
  'known low score': '9.1.1.1',
  'new address': '9.1.2.1',
  /** A new address; another one of its /64 had a high score less than a day ago. */
  'new address in a marked /64': '2600:1f18:1::2',
} as const;
type AddressName = keyof typeof ADDRESSES;

const MARKING = '2600:1f18:1::1';

const SCORES: Readonly<Record<string, number>> = {
  [ADDRESSES['known high score']]: 96,
  [ADDRESSES['known low score']]: 0,
  [ADDRESSES['new address']]: 50,
  [ADDRESSES['new address in a marked /64']]: 50,
  [MARKING]: 90,
};

interface Case {
  readonly name: string;
  /** Settings of the service. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Added to test/faults/policy.yaml. */
  readonly policy?: string;
  readonly begin: (world: World) => unknown;
  /** The body of the requests. @default that of a client without a user */
  readonly bodyName?: string;
  /** Whether a process decides that has just started, and knows only what is in the table. */
  readonly afterStart?: true;
  /** The token, and where the score comes from or why it is unknown. */
  readonly expected: Readonly<Record<AddressName, string>>;
}

/** A lookup that hangs fails after all decisions have been made. */
const LONG_TIMEOUT = { ABUSEIPDB_TIMEOUT_MS: '4000' };

const LOOKED_UP = {
  'known high score': 'refused (abuseipdb)',
  'known low score': 'issued (abuseipdb)',
  'new address': '50 s (abuseipdb)',
  'new address in a marked /64': 'refused (inherited)',
};

/** Only the new address, about which nothing is known, is unknown. */
const unknownBy = (cause: string, lifetime: number) => ({
  'known high score': `refused (stale: ${cause})`,
  'known low score': `issued (stale: ${cause})`,
  'new address': `${lifetime} s (${cause})`,
  'new address in a marked /64': 'refused (inherited)',
});

const CASES: readonly Case[] = [
  {
    name: 'the budget of the client is used up',
    // An address with a record has been counted, so that its refresh needs no budget.
    settings: { LOOKUP_BUDGET_CLIENT: '2' },
    begin: (world) => lookUpNewAddresses(world, 2),
    expected: { ...LOOKED_UP, 'new address': '45 s (budget)' },
  },
  {
    name: 'the budget of the client is used up, for a user',
    settings: { LOOKUP_BUDGET_CLIENT: '2' },
    begin: (world) => lookUpNewAddresses(world, 2),
    bodyName: USER,
    expected: LOOKED_UP,
  },
  {
    name: 'the budget of the user is used up',
    settings: { LOOKUP_BUDGET_USER: '2' },
    begin: (world) => lookUpNewAddresses(world, 2, USER),
    bodyName: USER,
    expected: { ...LOOKED_UP, 'new address': '45 s (budget)' },
  },
  {
    name: 'the budget of the network is used up',
    settings: { LOOKUP_BUDGET_NETWORK: '1' },
    begin: ({ simulator, service }) => {
      simulator.setRecord('9.1.2.2', { abuseConfidenceScore: 50 });
      return service.requestDecision('9.1.2.2');
    },
    expected: { ...LOOKED_UP, 'new address': '45 s (budget)' },
  },
  {
    name: 'calls are scarce, and the client has had its share',
    begin: useUpPace,
    expected: unknownBy('budget', 45),
  },
  {
    name: 'the pace is at its end, for a user without any lookup yet',
    begin: useUpPace,
    bodyName: USER,
    expected: unknownBy('quota', 43),
  },
  {
    name: 'the quota is 0',
    begin: async (world) => {
      world.simulator.setQuota(0);
      await world.service.requestDecision(world.newAddress());
    },
    expected: unknownBy('quota', 43),
  },
  {
    name: 'the quota is 0, for a task that has just started',
    begin: async (world) => {
      world.simulator.setQuota(0);
      await world.service.requestDecision(world.newAddress());
    },
    afterStart: true,
    expected: unknownBy('quota', 43),
  },
  {
    name: 'responses do not state the quota',
    begin: async (world) => {
      world.simulator.setFault({ kind: 'no-quota-headers' });
      await lookUpNewAddresses(world, 3);
    },
    expected: LOOKED_UP,
  },
  {
    name: 'no response ever has stated the quota',
    begin: ({ simulator }) => simulator.setFault({ kind: 'no-quota-headers' }),
    afterStart: true,
    expected: LOOKED_UP,
  },
  {
    name: 'the reset of a quota that was nearly used up is not seen, because nobody logs in for three days',
    begin: async (world) => {
      await useUpPace(world);
      world.simulator.setQuota(1_000_000);
      await world.service.advanceClock(THREE_DAYS_MS);
    },
    expected: LOOKED_UP,
  },
  {
    name: 'the wait of the policy passes',
    policy: 'wait: { reputation: 20ms }',
    begin: ({ simulator }) => simulator.setFault({ kind: 'slow', ms: 1_000 }),
    expected: unknownBy('pending', 46),
  },
  {
    name: 'AbuseIPDB hangs for one client, as that client sees it',
    settings: LONG_TIMEOUT,
    begin: hangForClient,
    expected: unknownBy('upstream', 42),
  },
  {
    name: 'AbuseIPDB hangs for one client, as others see it',
    settings: LONG_TIMEOUT,
    begin: hangForClient,
    bodyName: USER,
    expected: LOOKED_UP,
  },
  {
    name: 'DynamoDB is down',
    begin: ({ dynamoDb }) => dynamoDb.set({ kind: 'refuse' }),
    expected: LOOKED_UP,
  },
  {
    name: 'DynamoDB is down, and the quota is 0',
    begin: async (world) => {
      await world.dynamoDb.set({ kind: 'refuse' });
      world.simulator.setQuota(0);
      await world.service.requestDecision(world.newAddress());
    },
    expected: unknownBy('quota', 43),
  },
];

async function lookUpNewAddresses(
  { service, newAddress }: World,
  count: number,
  bodyName = CLIENT,
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const { reputation } = await service.requestDecision(newAddress(), undefined, bodyName);
    expect(reputation.source).toBe('abuseipdb');
  }
}

/** Lets another system use nearly all of the quota, and the service see that. */
async function useUpPace(world: World): Promise<void> {
  world.simulator.setQuota(10);
  await lookUpNewAddresses(world, 1);
}

/** Makes lookups of new addresses hang, and lets the client send more of them than it gets. */
async function hangForClient({ service, simulator, newAddress }: World): Promise<void> {
  const before = simulator.checks.length;
  for (let index = 0; index < CLIENT_SLOTS + 8; index += 1) {
    const address = newAddress();
    simulator.setFault({ kind: 'hang' }, address);
    // Nobody waits for the decision.
    service.requestDecision(address).catch(() => undefined);
  }
  const isFull = async () => simulator.checks.length - before >= CLIENT_SLOTS;
  await waitUntil(isFull, 'all slots of the client are used');
}

function describeDecision({ outcome, reputation }: Decision): string {
  const { source, stale, cause, inherited_from: inheritedFrom } = reputation;
  const token = { issue: 'issued', refuse: 'refused' }[String(outcome)] ?? `${outcome} s`;
  if (inheritedFrom !== undefined) return `${token} (inherited)`;
  return `${token} (${stale ? `stale: ${cause}` : (source ?? cause)})`;
}

/** Lets the service learn what it knows before a fault. */
async function prepare(world: World): Promise<void> {
  const { service, simulator } = world;
  for (const [address, score] of Object.entries(SCORES)) {
    simulator.setRecord(address, { abuseConfidenceScore: score });
  }
  const learn = async (address: string) => {
    const isKnown = async () => {
      const { reputation } = await service.requestDecision(address);
      return reputation.score === SCORES[address] && reputation.stale === false;
    };
    await waitUntil(isKnown, `the service knows ${address}`);
    await waitUntil(
      async () => (await world.itemOf(address)) !== undefined,
      `the record of ${address} is stored`,
    );
  };
  await learn(ADDRESSES['known high score']);
  await service.advanceClock(25 * HOUR_MS);
  await learn(ADDRESSES['known low score']);
  await learn(MARKING);
  await service.advanceClock(8 * HOUR_MS);
}

describe.each(CASES)('$name', ({ settings = {}, policy, begin, ...others }) => {
  const { bodyName, afterStart, expected } = others;
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-limits-'));
  let world: World;
  let service: ServiceProcess;

  beforeAll(async () => {
    world = await startWorld({ ...DEFAULT_BUDGETS, ...settings, ...policySetting() });
    service = world.service;
    await prepare(world);
    await begin(world);
    if (afterStart) {
      const { now, process } = service;
      const end = now();
      await process.end();
      service = await startServiceProcess(world.environment);
      await service.advanceClock(end - service.now());
    }
  });

  afterAll(async () => {
    if (afterStart) await service?.process.end();
    await world?.stop();
    rmSync(folder, { recursive: true });
  });

  function policySetting(): Readonly<Record<string, string>> {
    if (policy === undefined) return {};
    const file = join(folder, 'policy.yaml');
    const text = readFileSync(new URL('policy.yaml', import.meta.url), 'utf8');
    writeFileSync(file, `${text}${policy}\n`);
    return { POLICY_FILE: file };
  }

  test.each(Object.keys(ADDRESSES) as AddressName[])('%s', async (name) => {
    const decision = await service.requestDecision(ADDRESSES[name], undefined, bodyName);
    expect(describeDecision(decision)).toBe(expected[name]);
  });
});
