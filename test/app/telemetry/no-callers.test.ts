import { shippedCode } from '../../support/bundle.ts';

/** Each costs a sixth of the startup time and 20 MiB, because Node then decodes the source maps of all callers. */
const READS_CALL_SITES = /getCallSites?\b|noOpPrepareStackTrace/;

test('The shipped logger does not read call sites', async () => {
  const code = await shippedCode();
  // Proves that pino is in the code searched.
  expect(code.filter((text) => text.includes('stdTimeFunctions'))).toHaveLength(1);
  expect(code.filter((text) => READS_CALL_SITES.test(text))).toEqual([]);
});
