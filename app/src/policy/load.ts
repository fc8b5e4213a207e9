import { readFile } from 'node:fs/promises';
import { compilePolicy, type Policy } from './compile.ts';

/**
 * Reads and compiles a policy file.
 *
 * @throws Error of one sentence when the file cannot be read, PolicyError when it does not compile.
 */
export async function loadPolicy(file: string): Promise<Policy> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`;
    throw new Error(`The policy ${file} ${why}: set POLICY_FILE to a policy file.`, {
      cause: error,
    });
  });
  return compilePolicy(text, file);
}
