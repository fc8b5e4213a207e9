import type { AgentFactory } from '../../lib/agents.ts';
import { readFileOrS3 } from '../../lib/file-or-s3.ts';
import { compilePolicy } from '../compile.ts';
import type { Policy } from '../policy.ts';
import { decodePolicy } from './source.ts';

/** A list of 100,000 networks has 3 MB. */
const MAX_POLICY_BYTES = 16 * 1024 * 1024;

/**
 * Reads and compiles a policy.
 *
 * @param location a file, or an object in S3.
 * @param agents makes the connections to S3; connects directly by default.
 * @throws Error of one sentence when it cannot be read, PolicyError when it does not compile.
 */
export async function loadPolicy(location: string, agents?: AgentFactory): Promise<Policy> {
  const bytes = await readFileOrS3(location, {
    labels: { subject: 'The policy', setting: 'POLICY_FILE' },
    maxBytes: MAX_POLICY_BYTES,
    ...(agents && { agents }),
  });
  return compilePolicy(decodePolicy(bytes, location), location);
}
