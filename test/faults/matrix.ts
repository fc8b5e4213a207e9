import { type Addresses, LATEST, measured, prepare, STATES, type State } from './states.ts';
import type { World } from './world.ts';

/** More failures in a row than it takes to leave AbuseIPDB alone, or to pass over the table. */
const MANY = 6;

/** Something that goes wrong around the service. */
export interface Disturbance {
  /** Begins it, once the service knows what it should of the addresses. */
  readonly begin: (world: World, addresses: Addresses) => unknown;
  /** What is answered, and recorded, while it lasts. */
  readonly expected: Readonly<Record<State, object>>;
  /** The caller's credential. @default that of the world */
  readonly secret?: () => string;
}

/** Where the tests of one `describe` stand. */
export interface Stage {
  readonly addresses: Addresses;
  /** What the service has logged since the disturbance began. */
  readonly said: () => string;
}

/**
 * Begins a disturbance before the tests of this `describe`, and tests for each state that the answer is
 * in time and the one expected. What ends the disturbance is for the caller to say.
 */
export function testEachState(world: () => World, disturbance: Disturbance): () => Stage {
  const { begin, expected, secret } = disturbance;
  let stage: Stage | undefined;
  const current = () => {
    if (stage === undefined) throw new Error('There is no stage before the tests begin.');
    return stage;
  };

  beforeAll(async () => {
    const { service } = world();
    const addresses = await prepare(world(), secret?.());
    const saidBefore = service.process.stdout().length;
    stage = { addresses, said: () => service.process.stdout().slice(saidBefore) };
    await begin(world(), addresses);
  });

  test.each(STATES)('%s: answered in time, and as it should be', async (state) => {
    const asked = await measured(world(), current().addresses, state, secret?.());
    expect(asked).toMatchObject(expected[state]);
    expect(asked.milliseconds).toBeLessThanOrEqual(LATEST);
  });

  return current;
}

/** Tests that what is answered of one cold address holds when many fail, and behind an open breaker. */
export function testManyCold(world: () => World, expected: object): void {
  test('many cold addresses at once, and one after them: the same', async () => {
    const { service, newAddress } = world();
    const all = await Promise.all(Array.from({ length: MANY }, () => service.ask(newAddress())));
    all.push(await service.ask(newAddress()));
    for (const asked of all) expect(asked).toMatchObject(expected);
  });
}
