import { suite } from '../../jest.config.js';

/** Builds the service once for all tests of a run. */
export const WITH_BUILD = {
  globalSetup: '<rootDir>/test/faults/build.js',
  globalTeardown: '<rootDir>/test/faults/remove-build.js',
};

/** Faults around the built service: `npm run test:faults`. */
export default suite('faults', WITH_BUILD);
