import fc from 'fast-check';
import { runsOf } from './amount.ts';
import { damagedBody } from './damaged-bodies.ts';
import { POLICIES } from './policies.ts';
import { openTrial } from './trial.ts';

test('a body of arbitrary bytes is decided or rejected', async () => {
  const trial = await openTrial();
  let decided = 0;
  const options = runsOf(0.59);
  await fc.assert(
    fc.asyncProperty(damagedBody, fc.nat({ max: POLICIES.length - 1 }), async (body, policy) => {
      if ((await trial.run(body.toString('utf8'), policy)) === 'decided') decided += 1;
    }),
    options,
  );
  expect(decided).toBeGreaterThan(options.numRuns / 10);
});
