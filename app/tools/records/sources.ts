import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { ToolError, UsageError } from '../errors.ts';

/** Standard input among the paths. */
const STANDARD_INPUT = '-';

/** A file, or standard input. */
export interface Source {
  /** For messages. */
  readonly name: string;
  /** In bytes; 0 if it is unknown. */
  readonly size: number;
  readonly open: () => Readable;
}

const CHUNK_BYTES = 128 * 1024;

/**
 * Finds the files to read: those that are named, and all files in named folders.
 *
 * @param paths relative to the folder, or `-` for standard input.
 * @throws ToolError if a path does not exist or a folder contains no files.
 */
export async function findSources(
  paths: readonly string[],
  folder: string,
  stdin: Readable & { readonly isTTY?: boolean },
): Promise<readonly Source[]> {
  if (paths.filter((path) => path === STANDARD_INPUT).length > 1) {
    throw new UsageError('Standard input (-) can be read only once: name it once.');
  }
  const found: Source[] = [];
  for (const path of paths) {
    if (path === STANDARD_INPUT) found.push(standardInput(stdin));
    else found.push(...(await filesAt(path, folder)));
  }
  return found;
}

function standardInput(stdin: Readable & { readonly isTTY?: boolean }): Source {
  if (stdin.isTTY === true) {
    throw new UsageError(
      'Standard input (-) is the terminal: pipe the records into the command, or name a file.',
    );
  }
  return { name: 'standard input', size: 0, open: () => stdin };
}

async function filesAt(path: string, folder: string): Promise<readonly Source[]> {
  const absolute = resolve(folder, path);
  try {
    const info = await stat(absolute);
    if (!info.isDirectory()) return [fileSource(path, absolute, info.size)];
    const entries = await readdir(absolute, { withFileTypes: true, recursive: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    if (files.length === 0)
      throw new ToolError(`The folder ${path} contains no files: name another.`);
    return await Promise.all(
      files.sort().map(async (file) => {
        const name = join(path, file.slice(absolute.length));
        return fileSource(name, file, (await stat(file)).size);
      }),
    );
  } catch (error) {
    throw error instanceof ToolError ? error : readError(path, error);
  }
}

function fileSource(name: string, path: string, size: number): Source {
  return { name, size, open: () => createReadStream(path, { highWaterMark: CHUNK_BYTES }) };
}

/** Returns the error of a file that cannot be read. */
export function readError(name: string, cause: unknown): ToolError {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ToolError(`The file ${name} does not exist: correct the path.`);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new ToolError(`The file ${name} cannot be read: allow your user to read it.`);
  }
  if (code.startsWith('Z_')) {
    return new ToolError(
      `The file ${name} is compressed, but damaged or cut off (${code}): download it again.`,
    );
  }
  return new ToolError(`The file ${name} cannot be read (${code}): name another file.`);
}
