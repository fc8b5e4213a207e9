import unit from '../../jest.config.js';

/** Deployments take longer than other tests, and run on their own: `npm run test:deploy`. */
export default {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/test/deploy'],
  testMatch: ['**/*.deploy.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 90_000,
  maxWorkers: 2,
};
