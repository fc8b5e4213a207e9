import unit from '../../jest.config.js';

/** Many thousand cases, on their own: `npm run test:fuzz`. `FUZZ_CASES` says how many, `FUZZ_SEED` repeats a run. */
export default {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/test/fuzz'],
  testMatch: ['**/*.fuzz.ts'],
  testTimeout: 3_600_000,
  maxWorkers: 2,
};
