import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A part of a response as it is written: a status line, headers, and pieces of the body. */
export interface HeldResponse {
  readonly headers?: Readonly<Record<string, string>>;
  /** More than one piece goes out chunked. */
  readonly pieces: readonly string[];
}

/** An HTTP server in another thread, which goes on while this one is busy. */
export interface HeldResponses {
  readonly url: string;
  /** Resolves when all requests that the server waits for have arrived there. */
  readonly asked: Promise<unknown>;
  /**
   * Blocks this thread until the responses are with the operating system, so that they have arrived, and
   * this thread has not noticed yet.
   */
  respondMeanwhile(): void;
  close(): Promise<void>;
}

/** Starts a server that waits for some requests, and then until it is told to send each the same response. */
export async function holdResponses(response: HeldResponse, requests = 1): Promise<HeldResponses> {
  const steps = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { steps, response, requests };
  const worker = new Worker(SERVER, { eval: true, workerData });
  const [port] = await once(worker, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    asked: once(worker, 'message'),
    respondMeanwhile() {
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
  let left = requests;
  const sent = () => {
    left -= 1;
    if (left > 0) return;
    Atomics.store(steps, 1, 1);
    Atomics.notify(steps, 1);
  };
  const server = createServer((request, response) => {
    request.resume();
    held.push(response);
    if (held.length < requests) return;
    parentPort.postMessage('asked');
    Atomics.wait(steps, 0, 0);
    for (const one of held) {
      one.writeHead(200, { 'content-type': 'application/json', ...headers });
      for (const piece of pieces.slice(0, -1)) one.write(piece);
      one.end(pieces.at(-1), sent);
    }
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;
