import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type CheckedPolicy, checkPolicy } from '../../src/policy/compile.ts';
import { decodePolicy } from '../../src/policy/file/decode.ts';
import { PolicyError } from '../../src/policy/file/issues.ts';
import { ToolError } from '../errors.ts';
import { checkSize, readPolicyBytes } from './read.ts';

export interface CheckOptions {
  /** The folder to which paths are relative. */
  readonly folder: string;
  /** What the path `-` stands for. */
  readonly stdin: Readable;
  /** Ids of the feeds of the deployment; `undefined` if they are not known. */
  readonly feeds?: readonly string[] | undefined;
}

/** A policy file, as far as it could be compiled. */
export interface CheckedFile extends CheckedPolicy {
  readonly file: string;
}

/** The name of standard input in messages. */
const STDIN = '<stdin>';

/**
 * Checks policy files. A folder stands for the YAML files in it, except `*.cases.yaml` and subfolders.
 *
 * @param paths as the messages show them; `-` is standard input.
 * @throws ToolError if a file cannot be read.
 */
export async function checkPolicyFiles(
  paths: readonly string[],
  { folder, stdin, feeds }: CheckOptions,
): Promise<CheckedFile[]> {
  const checked: CheckedFile[] = [];
  for (const path of [...new Set(await filesOf(paths, folder))]) {
    if (path !== '-') checked.push(check(await readPolicyBytes(path, folder), path, feeds));
    else {
      const bytes = await buffer(stdin);
      checkSize(bytes, 'Standard input');
      checked.push(check(bytes, STDIN, feeds));
    }
  }
  return checked;
}

function check(bytes: Buffer, file: string, feeds: CheckOptions['feeds']): CheckedFile {
  try {
    return { file, ...checkPolicy(decodePolicy(bytes, file), file, undefined, feeds) };
  } catch (error) {
    if (error instanceof PolicyError) return { file, policy: undefined, issues: error.located };
    throw error;
  }
}

async function filesOf(paths: readonly string[], folder: string): Promise<string[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const status = path === '-' ? undefined : await statOf(resolve(folder, path));
      return status?.isDirectory() === true ? filesIn(path, folder) : [path];
    }),
  );
  return files.flat();
}

/** Returns `undefined` for a file that does not exist, which is reported when it is read. */
async function statOf(path: string) {
  try {
    return await stat(path);
  } catch {
    return undefined;
  }
}

const YAML = /\.ya?ml$/i;
/** Files with the test cases of a policy. */
const CASES = /\.cases\.ya?ml$/i;

async function filesIn(path: string, folder: string): Promise<string[]> {
  const entries = await readdir(resolve(folder, path), { withFileTypes: true });
  const files = entries.filter(
    (entry) => !entry.isDirectory() && YAML.test(entry.name) && !CASES.test(entry.name),
  );
  if (files.length === 0) {
    throw new ToolError(
      `The folder ${path} contains no policy: name a folder with YAML files, or a file.`,
    );
  }
  return files.map(({ name }) => join(path, name)).sort();
}
