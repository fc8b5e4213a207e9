import fc from 'fast-check';
import { runsOf } from './amount.ts';
import { editedRequest } from './edited-requests.ts';
import { openTrial } from './trial.ts';

test('a request with arbitrary values is decided or rejected', async () => {
  const trial = await openTrial();
  let decided = 0;
  const options = runsOf(0.4);
  await fc.assert(
    fc.asyncProperty(editedRequest, fc.nat({ max: 2 }), async (body, policy) => {
      if ((await trial.run(body, policy)) === 'decided') decided += 1;
    }),
    options,
  );
  // Otherwise only the first lines of the parser are fuzzed.
  expect(decided).toBeGreaterThan(options.numRuns / 2);
});
