/** @type {import('jest').Config} */
const base = {
  roots: ['<rootDir>/test'],
  testEnvironment: 'node',
  // One more than CI has cores, as much of the time is spent waiting for processes and servers.
  maxWorkers: 3,
  // Node keeps the modules of every test file in memory, and collecting garbage in a large heap takes half of the time.
  workerIdleMemoryLimit: '200MB',
  // A hang guard.
  testTimeout: 180_000,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};

export default {
  ...base,
  globalSetup: '<rootDir>/test/support/shared-moto.js',
  globalTeardown: '<rootDir>/test/support/shared-moto-end.js',
};

/**
 * Returns the configuration of a suite that runs separately: the files `test/<name>/*.<name>.ts`.
 *
 * @param {string} name
 * @param {import('jest').Config} options
 */
export function suite(name, options = {}) {
  return {
    ...base,
    rootDir: '../..',
    roots: [`<rootDir>/test/${name}`],
    testMatch: [`**/*.${name}.ts`],
    // Its tests start many processes themselves.
    maxWorkers: 2,
    ...options,
  };
}
