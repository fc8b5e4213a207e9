import { storedItem } from './items.ts';
import { LIFETIME, SCORE, type World } from './world.ts';

/** What the service knows about an address before a fault. */
export const STATES = ['cold', 'cached fresh', 'cached stale'] as const;
export type State = (typeof STATES)[number];

/** Two addresses in each state. */
export type Addresses = Readonly<Record<State, string[]>>;

const HOUR_MS = 3_600_000;
/** Longer than the TTL of every score band, and well below the maximum age of a stale fallback. */
const STALE_AGE_MS = 8 * HOUR_MS;
/** Longer than errors are cached. */
const NEGATIVE_TTL_MS = 10_000;

/** Brings new addresses into each state while nothing is wrong. */
export async function prepareAddresses(world: World, secret?: string): Promise<Addresses> {
  const { service } = world;
  const pair = () => [world.newAddress(), world.newAddress()];
  const addresses = { cold: pair(), 'cached fresh': pair(), 'cached stale': pair() };
  for (const address of addresses['cached stale']) await cache(world, address, secret);
  await service.advanceClock(STALE_AGE_MS);
  for (const address of addresses['cached fresh']) await cache(world, address, secret);
  return addresses;
}

async function cache(world: World, address: string, secret?: string): Promise<void> {
  const { service } = world;
  const isKnown = async () => {
    const { reputation } = await service.requestDecision(address, secret);
    if (reputation.score === SCORE && reputation.stale === false) return true;
    await service.advanceClock(NEGATIVE_TTL_MS);
    return false;
  };
  await waitUntil(isKnown, `the service knows ${address}`);
  const isStored = async () => (await world.itemOf(address)) !== undefined;
  await waitUntil(isStored, `the record of ${address} is stored`);
}

/** The decision on an address that has just been looked up. */
export const FROM_ABUSEIPDB = {
  status: 200,
  outcome: LIFETIME,
  reputation: { score: SCORE, source: 'abuseipdb', stale: false },
};
export const FROM_MEMORY = {
  status: 200,
  outcome: LIFETIME,
  reputation: { score: SCORE, source: 'memory', stale: false },
};
/** Returns the decision on an address with a stale record that a failure keeps from being refreshed. */
export const staleFallback = (cause: string) => ({
  status: 200,
  outcome: LIFETIME,
  reputation: { score: SCORE, stale: true, cause },
});
/** Returns a decision whose record also names an error of DynamoDB. */
export const withCacheError = <Decided extends { readonly reputation: object }>(
  decision: Decided,
  cache_error: string,
) => ({ ...decision, reputation: { ...decision.reputation, cache_error } });

/** Hang guard for background work. */
const WAIT_TIMEOUT_MS = 120_000;
const POLL_MS = 20;

/** Polls a condition until it is true. @throws Error that names the condition when it never is. */
export async function waitUntil(
  condition: () => Promise<boolean>,
  description: string,
): Promise<void> {
  const end = performance.now() + WAIT_TIMEOUT_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${description}.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Time between two logins by the service's clock, unless that would make too many. */
const LOGIN_INTERVAL_MS = 5_000;
const MAX_LOGINS = 60;

/**
 * Continues with logins, by the service's clock, until one shows that the service has recovered.
 *
 * @returns the milliseconds that it took by that clock. @throws Error when it took longer than `maxMs`.
 */
export async function timeToRecover(
  { service }: World,
  maxMs: number,
  hasRecovered: () => Promise<boolean>,
): Promise<number> {
  const step = Math.max(LOGIN_INTERVAL_MS, maxMs / MAX_LOGINS);
  for (let time = 0; time <= maxMs; time += step) {
    if (await hasRecovered()) return time;
    await service.advanceClock(step);
  }
  throw new Error(`The service has not recovered within ${maxMs} ms.`);
}

/** Checks that within a minute the service reads and writes the table again. */
export async function expectCacheRecovery(world: World): Promise<void> {
  const { service } = world;
  await timeToRecover(world, 60_000, async () => {
    const address = world.newAddress();
    await world.putItem(storedItem(address, service.now()));
    return (await service.requestDecision(address)).reputation.source === 'dynamodb';
  });
  const address = world.newAddress();
  expect(await service.requestDecision(address)).toMatchObject(FROM_ABUSEIPDB);
  await waitUntil(async () => (await world.itemOf(address)) !== undefined, 'a record is stored');
}
