import unit from '../../jest.config.js';

/** The console in a real browser, on its own: `npm run test:browser`. */
export default {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/test/console'],
  testMatch: ['**/*.browser.ts'],
  testTimeout: 120_000,
  // One browser at a time: what is measured is how soon the page shows something.
  maxWorkers: 1,
};
