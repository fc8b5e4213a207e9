import { suite } from '../../jest.config.js';
import { WITH_BUILD } from '../faults/jest.config.js';

/** Load on processes of the built service: `npm run test:load`. */
export default suite('load', {
  ...WITH_BUILD,
  testTimeout: 1_200_000,
  // The processes under load need the cores.
  maxWorkers: 1,
});
