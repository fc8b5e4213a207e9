import { suite } from '../../jest.config.js';

/** Many thousand generated cases: `npm run test:fuzz`. See amount.ts for FUZZ_CASES and FUZZ_SEED. */
export default suite('fuzz', { testTimeout: 3_600_000 });
