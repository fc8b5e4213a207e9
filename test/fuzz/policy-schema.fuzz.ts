import fc from 'fast-check';
import { policyFile } from '../support/policy-files.ts';
import { compareWithLoader } from '../support/policy-schema.ts';
import { runsOf } from './amount.ts';

test('the JSON Schema of policies agrees with the loader', () => {
  fc.assert(
    fc.property(policyFile, (text) => {
      compareWithLoader(text);
    }),
    runsOf(0.2),
  );
});
