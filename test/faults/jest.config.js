import unit from '../../jest.config.js';

/** Faults against the built service, on their own: `npm run test:faults`. */
export default {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/test/faults'],
  testMatch: ['**/*.faults.ts'],
  testTimeout: 180_000,
  maxWorkers: 2,
  globalSetup: '<rootDir>/test/faults/build.js',
  globalTeardown: '<rootDir>/test/faults/remove-build.js',
};
