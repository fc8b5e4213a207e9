import { suite } from '../../jest.config.js';

/** Tests of the console in a browser: `npm run test:browser`. */
export default suite('browser', {
  // One browser at a time, so that pages do not compete for the CPU.
  maxWorkers: 1,
});
