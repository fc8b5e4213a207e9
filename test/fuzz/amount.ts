/** Cases of all fuzzers together. */
const DEFAULT_CASES = 100_000;

/** Returns the options of a fuzzer that runs a share of FUZZ_CASES, with FUZZ_SEED to repeat a run. */
export function runsOf(share: number): { numRuns: number; seed?: number } {
  const { FUZZ_CASES, FUZZ_SEED } = process.env;
  const numRuns = Math.ceil(numberIn('FUZZ_CASES', FUZZ_CASES ?? String(DEFAULT_CASES)) * share);
  return FUZZ_SEED === undefined
    ? { numRuns }
    : { numRuns, seed: numberIn('FUZZ_SEED', FUZZ_SEED) };
}

function numberIn(name: string, text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isInteger(number)) throw new Error(`${name} must be a whole number.`);
  return number;
}
