import { buildService } from '../support/build-service.js';

/** Builds the service once for all tests of a run. */
export default function build() {
  process.env.BUILT_SERVICE = buildService();
}
