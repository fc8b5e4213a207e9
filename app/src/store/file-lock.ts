import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The work under a lock takes milliseconds: an older lock belongs to a process that was killed. */
const ABANDONED_AFTER_MS = 5000;
const RETRY_MS = 10;

/**
 * Runs work while no other process runs work for the same path. The lock is a file beside it, which a killed process
 * leaves behind: after five seconds another process takes it over.
 */
export async function withFileLock<Result>(
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = join(dirname(path), `.lock-${path.slice(dirname(path).length + 1)}`);
  const owner = randomUUID();
  while (!(await tryCreate(lock, owner))) {
    await removeAbandoned(lock);
    await delay(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    if ((await ownerOf(lock)) === owner) await rm(lock, { force: true });
  }
}

async function tryCreate(lock: string, owner: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx');
    await file.writeFile(owner);
    await file.close();
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the lock away first: only one process succeeds, and it sees whether it has moved the abandoned lock. */
async function removeAbandoned(lock: string): Promise<void> {
  const file = await stat(lock).catch(() => undefined);
  // A lock from the future was left before the clock was set back.
  if (file === undefined || Math.abs(Date.now() - file.mtimeMs) < ABANDONED_AFTER_MS) return;
  const owner = await ownerOf(lock);
  const moved = `${lock}-${randomUUID()}`;
  try {
    await rename(lock, moved);
  } catch (error) {
    // Another process was first.
    if ((error as { code?: unknown }).code === 'ENOENT') return;
    // A folder in which only the owner of a file may move it: another attempt would fail, too.
    throw error;
  }
  if ((await ownerOf(moved)) === owner) await rm(moved, { force: true });
  else await rename(moved, lock);
}

function ownerOf(lock: string): Promise<string | undefined> {
  return readFile(lock, 'utf8').catch(() => undefined);
}
