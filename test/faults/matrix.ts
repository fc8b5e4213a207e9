import { type Addresses, prepareAddresses, STATES, type State } from './states.ts';
import type { World } from './world.ts';

/** More consecutive failures than open a circuit breaker. */
const MANY = 6;

export interface InjectedFault {
  /** Begins the fault, once the addresses are in their states. */
  readonly begin: (world: World, addresses: Addresses) => unknown;
  /** The decision on an address in each state during the fault. */
  readonly expected: Readonly<Record<State, object>>;
  /** The caller's credential. @default that of the world */
  readonly secret?: () => string;
}

/** What the tests of a fault work with. */
export interface FaultContext {
  readonly addresses: Addresses;
  /** Returns the service's log since the fault began. */
  readonly output: () => string;
}

/**
 * Begins a fault before the tests of this `describe`, and tests the decision on an address in each state. The
 * caller ends the fault.
 */
export function testEachState(world: () => World, fault: InjectedFault): () => FaultContext {
  const { begin, expected, secret } = fault;
  let context: FaultContext | undefined;
  const current = () => {
    if (context === undefined) throw new Error('The context exists in tests and hooks only.');
    return context;
  };

  beforeAll(async () => {
    const { service } = world();
    const addresses = await prepareAddresses(world(), secret?.());
    const start = service.process.stdout().length;
    context = { addresses, output: () => service.process.stdout().slice(start) };
    await begin(world(), addresses);
  });

  test.each(STATES)('%s address: decides as expected', async (state) => {
    const [address = ''] = current().addresses[state];
    const decision = await world().service.requestDecision(address, secret?.());
    expect(decision).toMatchObject(expected[state]);
  });

  return current;
}

/** Tests that many failing lookups, and an open circuit breaker, lead to the same decision as one. */
export function testManyCold(world: () => World, expected: object): void {
  test('many cold addresses at once, and one after them: decides as on one', async () => {
    const { service, newAddress } = world();
    const requests = Array.from({ length: MANY }, () => service.requestDecision(newAddress()));
    const decisions = await Promise.all(requests);
    decisions.push(await service.requestDecision(newAddress()));
    for (const decision of decisions) expect(decision).toMatchObject(expected);
  });
}
