import { readLocation } from '../../lib/file-or-s3.ts';
import { compilePolicy } from '../compile.ts';
import type { Policy } from '../policy.ts';
import { decodePolicy } from './source.ts';

/** A list of 100,000 networks has 3 MB. */
const MAX_POLICY_BYTES = 16 * 1024 * 1024;

/**
 * Reads and compiles a policy.
 *
 * @param location a file, or an object of S3.
 * @throws Error of one sentence when it cannot be read, PolicyError when it does not compile.
 */
export async function loadPolicy(location: string): Promise<Policy> {
  const bytes = await readLocation(location, {
    what: 'The policy',
    setting: 'POLICY_FILE',
    maxBytes: MAX_POLICY_BYTES,
  });
  return compilePolicy(decodePolicy(bytes, location), location);
}
