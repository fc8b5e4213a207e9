import type { AgentFactory } from '../../lib/agents.ts';
import { readFileOrS3 } from '../../lib/file-or-s3.ts';
import { compilePolicy } from '../compile.ts';
import type { Policy } from '../policy.ts';
import { decodePolicy } from './decode.ts';

/** Generous: a list of 100,000 networks takes 3 MB. */
export const MAX_POLICY_BYTES = 16 * 1024 * 1024;

/**
 * Reads and compiles a policy.
 *
 * @param location a file, or an object in S3.
 * @param agents makes the connections to S3; connects directly by default.
 * @throws Error with one sentence if the policy cannot be read, PolicyError if it does not compile.
 */
export async function loadPolicy(location: string, agents?: AgentFactory): Promise<Policy> {
  const bytes = await readFileOrS3(location, {
    labels: { subject: 'The policy', setting: 'POLICY_FILE' },
    maxBytes: MAX_POLICY_BYTES,
    ...(agents && { agents }),
  });
  return compilePolicy(decodePolicy(bytes, location), location);
}
