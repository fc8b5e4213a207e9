import type { ObjectStore } from '../../../app/src/store/object-store.ts';
import { setSource, testFeed } from './support/test-feed.ts';
import { createWorld, type World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** Returns a store that fails from its nth write on, as if the process had been killed before it. */
function storeUntil(write: number): ObjectStore {
  let writes = 0;
  const afterKill = () => Promise.reject(new Error('The process was killed.'));
  return {
    ...world.store,
    write(key, body, options) {
      writes += 1;
      return writes < write ? world.store.write(key, body, options) : afterKill();
    },
    read: (key, options) => (writes < write ? world.store.read(key, options) : afterKill()),
    delete: afterKill,
  };
}

/** The writes of a run that supersedes a snapshot, and the pointer if the run ends before each of them. */
test.each([
  ['the claim', 1, 'old'],
  ['the count of requests', 2, 'old'],
  ['the snapshot', 3, 'old'],
  ['the pointer', 4, 'old'],
  ['the state', 5, 'new'],
])(
  'a run that ends before it writes %s leaves a good snapshot, and the next run completes it',
  async (_, write, expected) => {
    setSource(world.publisher, { asns: [1, 2, 3] });
    await world.run([testFeed()]);
    const old = await world.published('list');
    setSource(world.publisher, { asns: [1, 2, 3, 4] });
    await world.run([testFeed()], { store: storeUntil(write), force: true }).catch(() => undefined);
    // Fails unless the pointer's snapshot is complete.
    const published = await world.published('list');
    expect(published?.sha256 === old?.sha256 ? 'old' : 'new').toBe(expected);
    await world.run([testFeed()], { force: true });
    expect(await world.published('list')).toMatchObject({ summary: { entries: 4 } });
  },
);
