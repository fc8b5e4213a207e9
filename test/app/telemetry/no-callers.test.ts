import { shippedCode } from '../../support/bundle.ts';

/** Either costs a sixth of the start and some 20 MiB: Node then decodes the source maps of all callers. */
const ASKS_WHO_CALLED = /getCallSites?\b|noOpPrepareStackTrace/;

test('The log that ships does not ask who made it', async () => {
  const code = await shippedCode();
  // The bundle was looked into, and pino is in it.
  expect(code.filter((text) => text.includes('stdTimeFunctions'))).toHaveLength(1);
  expect(code.filter((text) => ASKS_WHO_CALLED.test(text))).toEqual([]);
});
