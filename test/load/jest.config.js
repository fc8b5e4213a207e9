import faults from '../faults/jest.config.js';

/** Load on processes of the built service, on its own: `npm run test:load`. */
export default {
  ...faults,
  roots: ['<rootDir>/test/load'],
  testMatch: ['**/*.load.ts'],
  testTimeout: 180_000,
  // The processes under load need the cores.
  maxWorkers: 1,
};
