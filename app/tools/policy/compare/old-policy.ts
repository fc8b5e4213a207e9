import { execFile } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import { MAX_POLICY_BYTES } from '../../../src/policy/file/load.ts';
import { ToolError, UsageError } from '../../errors.ts';
import { checkSize, readPolicyBytes } from '../read.ts';

/** The old version of a policy. */
export interface OldPolicy {
  /** For people: a file, or a file in a commit. */
  readonly file: string;
  /** Undefined if the commit has no such file. */
  readonly bytes: Uint8Array | undefined;
}

/** Where the old version is: in a commit that has the same file, or in another file. */
export interface OldPolicyLocation {
  readonly base?: string | undefined;
  readonly against?: string | undefined;
}

/**
 * Reads the old version of a policy.
 *
 * @throws ToolError if it cannot be read.
 */
export async function readOldPolicy(
  path: string,
  { base, against = path }: OldPolicyLocation,
  folder: string,
): Promise<OldPolicy> {
  if (base === undefined) return { file: against, bytes: await readPolicyBytes(against, folder) };
  return { file: `${base}:${path}`, bytes: await readCommittedPolicy(path, base, folder) };
}

/** @returns undefined if the commit has no such file. */
async function readCommittedPolicy(
  path: string,
  ref: string,
  folder: string,
): Promise<Buffer | undefined> {
  if (ref === '' || ref.startsWith('-')) {
    throw new UsageError(`"${ref}" is not a commit: name a branch, a tag or a commit.`);
  }
  const file = resolve(folder, path);
  const git = (...args: string[]) => runGit(dirname(file), args);
  const commit = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{tree}`);
  if (commit === undefined) {
    throw new ToolError(
      `git does not know the commit ${ref}: fetch it first, e.g. with git fetch origin ${ref}.`,
    );
  }
  const content = await git('cat-file', 'blob', `${commit.toString().trim()}:./${basename(file)}`);
  if (content !== undefined) checkSize(content, `The policy ${path} in ${ref}`);
  return content;
}

/** Returns what a git command prints; undefined if it fails. */
function runGit(folder: string, args: readonly string[]): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, encoding: 'buffer', maxBuffer: MAX_POLICY_BYTES * 2 } as const;
    execFile('git', args, options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else if (typeof error.code === 'number') resolve(undefined);
      else {
        const why = error.code === 'ENOENT' ? 'is not installed' : `failed (${error.code})`;
        reject(new ToolError(`git ${why}: install it, or name the old file with --against.`));
      }
    });
  });
}
