import { compilePolicy } from '../../src/policy/compile.ts';
import { decodePolicy } from '../../src/policy/file/decode.ts';
import { PolicyError } from '../../src/policy/file/issues.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { ToolError } from '../errors.ts';
import { readPolicyBytes } from './read.ts';

/**
 * Reads and compiles a policy.
 *
 * @param path as the messages show it.
 * @param folder the folder to which the path is relative.
 * @throws ToolError if the file cannot be read, or with one line for each issue of the policy.
 */
export async function loadPolicy(path: string, folder = process.cwd()): Promise<Policy> {
  const bytes = await readPolicyBytes(path, folder);
  try {
    return compilePolicy(decodePolicy(bytes, path), path);
  } catch (error) {
    if (error instanceof PolicyError) throw new ToolError(error.message);
    throw error;
  }
}
