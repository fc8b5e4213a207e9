import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MAX_POLICY_BYTES } from '../../src/policy/file/load.ts';
import { ToolError } from '../errors.ts';

const MIB = 1024 * 1024;

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist: correct the path.',
  ENOTDIR: 'does not exist: correct the path.',
  EISDIR: 'is a folder: name a file in it.',
  EACCES: 'cannot be read: allow your user to read it.',
};

/**
 * Reads a policy file.
 *
 * @param folder the folder to which the path is relative.
 * @throws ToolError if the file cannot be read.
 */
export async function readPolicyBytes(path: string, folder: string): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await readFile(resolve(folder, path));
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    const remedy = REMEDIES[code] ?? `cannot be read (${code}): name another file.`;
    throw new ToolError(`The policy ${path} ${remedy}`);
  }
  checkSize(bytes, `The policy ${path}`);
  return bytes;
}

/** @throws ToolError if the service would not accept a policy of this size. */
export function checkSize(bytes: Uint8Array, subject: string): void {
  if (bytes.length <= MAX_POLICY_BYTES) return;
  throw new ToolError(
    `${subject} is larger than ${MAX_POLICY_BYTES / MIB} MiB: move its lists into feeds.`,
  );
}
