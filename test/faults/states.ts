import { storedItem } from './items.ts';
import { type Asked, DEADLINE } from './service.ts';
import { LIFETIME, SCORE, type World } from './world.ts';

/** What the service knows of an address before a fault. */
export const STATES = ['cold', 'cached fresh', 'cached stale'] as const;
export type State = (typeof STATES)[number];

/** Addresses in a state, enough for a measurement and for its repetition. */
export type Addresses = Readonly<Record<State, string[]>>;

const HOUR = 3_600_000;
/** Beyond the fresh time of every band, and well within that for which a stale record stands in. */
const GROWING_STALE = 8 * HOUR;

/** An answer takes no longer than this, in milliseconds, whatever is wrong. */
export const LATEST = DEADLINE + 100;

/** Lets the service learn what it should know, while nothing is wrong. */
export async function prepare(world: World, secret?: string): Promise<Addresses> {
  const { service } = world;
  const both = () => [world.newAddress(), world.newAddress()];
  const addresses = { cold: both(), 'cached fresh': both(), 'cached stale': both() };
  for (const address of addresses['cached stale']) await learn(world, address, secret);
  await service.forward(GROWING_STALE);
  for (const address of addresses['cached fresh']) await learn(world, address, secret);
  return addresses;
}

async function learn(world: World, address: string, secret?: string): Promise<void> {
  const { service } = world;
  const known = async () => {
    const { reputation } = await service.ask(address, secret);
    if (reputation.score === SCORE && reputation.stale === false) return true;
    // A busy machine was too late, which is remembered for this long.
    await service.forward(10_000);
    return false;
  };
  await until(known, `the service knows ${address}`);
  const stored = async () => (await world.itemOf(address)) !== undefined;
  await until(stored, `the record of ${address} is stored`);
}

/** Asks about an address in a state; a busy machine gets one more measurement, of another such address. */
export async function measured(
  { service }: World,
  addresses: Addresses,
  state: State,
  secret?: string,
): Promise<Asked> {
  const [address = '', another = ''] = addresses[state];
  const asked = await service.ask(address, secret);
  return asked.milliseconds <= LATEST ? asked : service.ask(another, secret);
}

/** What the service answers when it has just learned of an address from AbuseIPDB. */
export const KNOWN_NOW = {
  status: 200,
  outcome: LIFETIME,
  reputation: { score: SCORE, source: 'abuseipdb', stale: false },
};
export const FROM_MEMORY = {
  status: 200,
  outcome: LIFETIME,
  reputation: { score: SCORE, source: 'memory', stale: false },
};
/** What it answers of an address whose record has grown stale, when a cause keeps it from being renewed. */
export const standsIn = (cause: string) => ({
  status: 200,
  outcome: LIFETIME,
  reputation: { score: SCORE, stale: true, cause },
});
/** An answer on the way to which something was wrong with the table. */
export const withTable = <Answer extends { readonly reputation: object }>(
  answer: Answer,
  cache_error: string,
) => ({ ...answer, reputation: { ...answer.reputation, cache_error } });

/** Longest time in milliseconds until something that goes on in the background has come about. */
const PATIENCE = 15_000;

/** Looks until something is so. @throws Error that says what did not come about. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It did not come about that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Milliseconds between two logins, by the service's clock; more where days are to pass. */
const STEP = 5_000;
const MOST_STEPS = 60;

/**
 * Logins go on by the service's clock until one shows that it has recovered.
 *
 * @returns the milliseconds that it took, by that clock. @throws Error after `within` of them.
 */
export async function recovery(
  { service }: World,
  within: number,
  recovered: () => Promise<boolean>,
): Promise<number> {
  const step = Math.max(STEP, within / MOST_STEPS);
  for (let time = 0; time <= within; time += step) {
    if (await recovered()) return time;
    await service.forward(step);
  }
  throw new Error(`It had not recovered after ${within} ms.`);
}

/** The table is read again, so that another task's record is found, and ours are stored. */
export async function tableRecovers(world: World): Promise<void> {
  const { service } = world;
  await recovery(world, 60_000, async () => {
    const address = world.newAddress();
    await world.putItem(storedItem(address, service.now()));
    return (await service.ask(address)).reputation.source === 'dynamodb';
  });
  const address = world.newAddress();
  expect(await service.ask(address)).toMatchObject(KNOWN_NOW);
  await until(async () => (await world.itemOf(address)) !== undefined, 'a record is stored');
}
