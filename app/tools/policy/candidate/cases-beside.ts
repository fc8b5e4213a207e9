import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { PolicyError } from '../../../src/policy/file/issues.ts';
import { readCases } from '../cases/read.ts';
import type { CaseText } from './review-cases.ts';

const CASE_FILE = /\.cases\.ya?ml$/;

/**
 * Finds the test cases of a policy: files in its folder, and in the folders next to it, that name the policy. Those
 * that cannot be read as cases are included, so that their issues are seen.
 *
 * @param policyFile a path.
 * @returns the files by their paths.
 */
export async function readCasesBeside(policyFile: string): Promise<CaseText[]> {
  const folder = dirname(resolve(policyFile));
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const subfolders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const below = await Promise.all(
    subfolders.map(async ({ name }) => {
      const names = await readdir(join(folder, name)).catch(() => []);
      return names.map((file) => join(folder, name, file));
    }),
  );
  const files = [...entries.map(({ name }) => join(folder, name)), ...below.flat()]
    .filter((path) => CASE_FILE.test(path))
    .sort();
  const texts = await Promise.all(
    files.map(async (path) => ({
      file: relative(process.cwd(), path),
      text: await readFile(path, 'utf8').catch(() => ''),
    })),
  );
  return texts.filter(({ file, text }) => text !== '' && isOf(policyFile, file, text));
}

function isOf(policyFile: string, file: string, text: string): boolean {
  try {
    const { policy } = readCases(text, file);
    return policy !== undefined && resolve(dirname(file), policy) === resolve(policyFile);
  } catch (error) {
    if (error instanceof PolicyError) return true;
    throw error;
  }
}
