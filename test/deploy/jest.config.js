import { suite } from '../../jest.config.js';

/** Deployments to an emulated AWS: `npm run test:deploy`. */
export default suite('deploy', { testTimeout: 600_000 });
