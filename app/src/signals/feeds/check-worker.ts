import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { SnapshotError } from '../../feeds/snapshot/open.ts';
import type { ExpectedFile } from './check-file.ts';
import type { CheckedContent } from './feed-view.ts';

/** What the worker receives and sends. The file's memory is transferred, not copied. */
export interface CheckRequest extends ExpectedFile {
  readonly file: ArrayBuffer;
}
export type CheckReply =
  | { readonly file: ArrayBuffer; readonly checked: CheckedContent }
  /** Completes "The snapshot …". */
  | { readonly issue: string };

/** A file in memory, and the result of its check. */
export interface CheckedFile {
  readonly file: Buffer;
  readonly checked: CheckedContent;
}

/** Checks a snapshot. The caller must not use the file that it passes any more, but the one that it receives. */
export type FileChecker = (
  file: Buffer,
  expected: ExpectedFile,
  signal: AbortSignal,
) => Promise<CheckedFile>;

/** A worker's heap contains decoded records of an mmdb file. The file itself is outside of it. */
const HEAP_MIB = 64;
const YOUNG_HEAP_MIB = 8;

/**
 * Checks a snapshot in a worker thread, which ends afterwards and frees its memory.
 *
 * @throws SnapshotError if the snapshot is not valid; the signal's reason if it is aborted.
 */
export const checkInWorker: FileChecker = async (file, expected, signal) => {
  signal.throwIfAborted();
  const memory = ownMemory(file);
  const worker = startWorker();
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop);
  try {
    const reply = await new Promise<CheckReply>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('The worker thread has ended.')));
      const request: CheckRequest = { ...expected, file: memory };
      worker.postMessage(request, [memory]);
    });
    if ('issue' in reply) throw new SnapshotError(reply.issue);
    return { file: Buffer.from(reply.file), checked: reply.checked };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
};

/** Returns the memory of a buffer, copied only if it is a part of Node's pool, which cannot be transferred. */
function ownMemory(file: Buffer): ArrayBuffer {
  const { buffer, byteLength } = file;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return buffer;
  return Uint8Array.from(file).buffer;
}

function startWorker(): Worker {
  const options: WorkerOptions = {
    // It needs no secret.
    env: {},
    resourceLimits: {
      maxOldGenerationSizeMb: HEAP_MIB,
      maxYoungGenerationSizeMb: YOUNG_HEAP_MIB,
    },
  };
  const bundled = bundledEntry();
  if (bundled !== undefined) return new Worker(bundled, { ...options, execArgv: [] });
  return new Worker(runSource(), { ...options, execArgv: [], eval: true });
}

/** Returns code that runs the worker from its TypeScript source: Node 20 ignores `--import` for a worker's own file. */
function runSource(): string {
  const source = new URL('../../load-feed.ts', import.meta.url).href;
  return `import('tsx/esm/api').then(({ register }) => { register(); return import('${source}'); });`;
}

/** Returns the bundled worker: next to this code's file, which is the bundle's entry or one of its chunks. */
function bundledEntry(): URL | undefined {
  return ['./load-feed.mjs', '../load-feed.mjs']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(fileURLToPath(url)));
}
