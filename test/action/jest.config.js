import { suite } from '../../jest.config.js';

/** The steps of the GitHub Action, as a runner runs them: `npm run test:action`. */
export default suite('action');
