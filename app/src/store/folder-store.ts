import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorName } from '../lib/error-name.ts';
import { withFileLock } from './file-lock.ts';
import { type ObjectStore, StoreError, WriteConflictError } from './object-store.ts';

/** Names of files that are being written. No key contains a segment that begins with a dot. */
const TEMPORARY = '.tmp-';

const HASHED_AT_ONCE_BYTES = 1024 * 1024;

/** A temporary file of this age belongs to a process that was killed. */
const ABANDONED_AFTER_MS = 3_600_000;

/** Segments of lower-case letters, digits and `. _ -`, none of which begins with a dot. */
const KEY = /^[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*)*$/;

/**
 * Creates a store in a folder, for one machine. A write is a rename, so that a process that is killed leaves the old
 * object or the new one. Conditional writes hold a lock (`withFileLock`), so the folder must not be on a network file
 * system whose clocks differ.
 */
export function createFolderStore(root: string): ObjectStore {
  const pathOf = (key: string) => {
    if (!KEY.test(key)) throw new StoreError('The key of an object is not valid.');
    return join(root, key);
  };
  const describe = async <Result>(verb: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StoreError || error instanceof WriteConflictError) throw error;
      const name = errorName((error as { code?: unknown }).code) ?? 'UnknownError';
      throw new StoreError(
        `The feed store ${root} cannot be ${verb} (${name}): set FEED_STORE to a folder that the process may use.`,
        { cause: error },
      );
    }
  };

  return {
    read: (key, { ifNoneMatch, maxBytes }) =>
      describe('read', async () => {
        const body = await readIfPresent(pathOf(key), maxBytes, root);
        if (body === undefined) return { status: 'absent' };
        const etag = await etagOf(body);
        return etag === ifNoneMatch ? { status: 'unchanged' } : { status: 'found', body, etag };
      }),
    write: (key, body, { expected } = {}) =>
      describe('written', async () => {
        const path = pathOf(key);
        const folder = dirname(path);
        await makeFolder(folder);
        await removeAbandoned(folder);
        const temporary = join(folder, `${TEMPORARY}${randomUUID()}`);
        try {
          await writeDurably(temporary, body);
          if (expected === undefined) await rename(temporary, path);
          else {
            await withFileLock(path, async () => {
              const current = await readIfPresent(path, Number.POSITIVE_INFINITY, root);
              const etag = current === undefined ? 'absent' : await etagOf(current);
              if (etag !== expected) throw new WriteConflictError(`${key} has changed.`);
              await rename(temporary, path);
            });
          }
        } finally {
          await rm(temporary, { force: true });
        }
        return etagOf(body);
      }),
    // No rule deletes the files of a folder.
    markSuperseded: async () => undefined,
    delete: (key) => describe('written', () => rm(pathOf(key), { force: true })),
    list: (prefix) =>
      describe('read', async () => {
        const names = await readdir(root, { recursive: true, withFileTypes: true }).catch(
          (error: { code?: unknown }) => {
            if (error.code === 'ENOENT') return [];
            throw error;
          },
        );
        return names
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(join(root, sep).length))
          .map((path) => path.split(sep).join('/'))
          .filter((key) => KEY.test(key) && key.startsWith(prefix))
          .sort();
      }),
    close: () => undefined,
  };
}

/** Node's recursive `mkdir` never ends where the system reports ENOENT for each attempt, such as below `/proc`. */
async function makeFolder(path: string): Promise<void> {
  try {
    await makeOneFolder(path);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOneFolder(path);
  }
}

async function makeOneFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const exists = (error as { code?: unknown }).code === 'EEXIST';
    if (!exists || !(await stat(path)).isDirectory()) throw error;
  }
}

async function readIfPresent(
  path: string,
  maxBytes: number,
  root: string,
): Promise<Buffer | undefined> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) {
      throw new StoreError(`An object in the feed store ${root} is larger than ${maxBytes} bytes.`);
    }
    return await readFile(path);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Otherwise a rename could survive a loss of power, and the content not. */
async function writeDurably(path: string, body: Buffer): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(body);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  const oldest = Date.now() - ABANDONED_AFTER_MS;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const path = join(folder, name);
    const file = await stat(path).catch(() => undefined);
    if (file !== undefined && file.mtimeMs < oldest) await rm(path, { force: true });
  }
}

/** Hashes a megabyte at a time: a database of 50 MB would block the event loop of the service that reads it. */
async function etagOf(body: Buffer): Promise<string> {
  const hash = createHash('sha256');
  for (let start = 0; start < body.length; start += HASHED_AT_ONCE_BYTES) {
    hash.update(body.subarray(start, start + HASHED_AT_ONCE_BYTES));
    await nextTurn();
  }
  return `"${hash.digest('hex')}"`;
}
