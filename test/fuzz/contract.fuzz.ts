import fc from 'fast-check';
import { runsOf } from './amount.ts';
import { editedRequest } from './edited-requests.ts';
import { FEEDS_STATES } from './feeds.ts';
import { POLICIES } from './policies.ts';
import { openTrial } from './trial.ts';

const UNKNOWN_WITH_FEEDS = [
  'network not-found',
  'anonymizer absent',
  'anonymizer expired',
  'feeds absent',
  'feeds expired',
];

const policy = fc.nat({ max: POLICIES.length - 1 });

test('a request with arbitrary values is decided or rejected', async () => {
  const trial = await openTrial();
  let decided = 0;
  const options = runsOf(0.4);
  await fc.assert(
    fc.asyncProperty(editedRequest, policy, fc.constantFrom(...FEEDS_STATES), async (...given) => {
      if ((await trial.run(...given)) === 'decided') decided += 1;
    }),
    options,
  );
  // Otherwise only the first lines of the parser are fuzzed.
  expect(decided).toBeGreaterThan(options.numRuns / 2);
  expect([...trial.unknown]).toEqual(expect.arrayContaining(UNKNOWN_WITH_FEEDS));
});
