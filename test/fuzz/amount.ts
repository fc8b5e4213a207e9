/** How many cases a run of all fuzzers has, when nobody says otherwise. */
const USUAL = 100_000;

/** The share of all cases that one fuzzer runs, and the seed if one is to be repeated. */
export function runsOf(share: number): { numRuns: number; seed?: number } {
  const { FUZZ_CASES, FUZZ_SEED } = process.env;
  const numRuns = Math.ceil(numberIn('FUZZ_CASES', FUZZ_CASES ?? String(USUAL)) * share);
  return FUZZ_SEED === undefined
    ? { numRuns }
    : { numRuns, seed: numberIn('FUZZ_SEED', FUZZ_SEED) };
}

function numberIn(name: string, text: string): number {
  const number = Number(text);
  if (text === '' || !Number.isInteger(number)) throw new Error(`${name} is no whole number.`);
  return number;
}
