import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A response with status 200. */
export interface HeldResponse {
  readonly headers?: Readonly<Record<string, string>>;
  /** Parts of the body. Several are sent as chunks. */
  readonly pieces: readonly string[];
}

/** An HTTP server in another thread, which runs while this one is blocked. */
export interface HeldResponses {
  readonly url: string;
  /** Resolves when the server has received all expected requests. */
  readonly received: Promise<unknown>;
  /**
   * Blocks this thread until the responses are in the operating system's buffers: they have arrived, but this
   * thread has not read them yet.
   */
  respondWhileBlocked(): void;
  close(): Promise<void>;
}

/** Starts a server that waits for a number of requests, and holds their responses back until they are released. */
export async function holdResponses(response: HeldResponse, requests = 1): Promise<HeldResponses> {
  const steps = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { steps, response, requests };
  const worker = new Worker(SERVER, { eval: true, workerData });
  const [port] = await once(worker, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    received: once(worker, 'message'),
    respondWhileBlocked() {
      Atomics.store(steps, 0, 1);
      Atomics.notify(steps, 0);
      Atomics.wait(steps, 1, 0);
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

const SERVER = `
  const { createServer } = require('node:http');
  const { parentPort, workerData } = require('node:worker_threads');
  const { steps, response: { headers = {}, pieces }, requests } = workerData;
  const held = [];
  let remaining = requests;
  const sent = () => {
    remaining -= 1;
    if (remaining > 0) return;
    Atomics.store(steps, 1, 1);
    Atomics.notify(steps, 1);
  };
  const server = createServer((request, response) => {
    request.resume();
    held.push(response);
    if (held.length < requests) return;
    parentPort.postMessage('received');
    Atomics.wait(steps, 0, 0);
    for (const pending of held) {
      pending.writeHead(200, { 'content-type': 'application/json', ...headers });
      for (const piece of pieces.slice(0, -1)) pending.write(piece);
      pending.end(pieces.at(-1), sent);
    }
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;
