/** The worker thread that checks a snapshot before the service uses it. */
import { parentPort } from 'node:worker_threads';
import { SnapshotError } from './feeds/snapshot/open.ts';
import { checkFile } from './signals/feeds/check-file.ts';
import type { CheckReply, CheckRequest } from './signals/feeds/check-worker.ts';

parentPort?.once('message', ({ file, ...expected }: CheckRequest) => {
  try {
    const checked = checkFile(Buffer.from(file), expected);
    parentPort?.postMessage({ file, checked } satisfies CheckReply, [file]);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    parentPort?.postMessage({ issue: error.message } satisfies CheckReply);
  }
});
