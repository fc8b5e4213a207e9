import unit from '../../jest.config.js';

/** Tests of the console in a real browser: `npm run test:browser`. */
export default {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/test/browser'],
  testMatch: ['**/*.browser.ts'],
  testTimeout: 120_000,
  // One browser at a time, so that pages do not compete for the CPU.
  maxWorkers: 1,
};
