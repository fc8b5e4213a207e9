import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import type { SimulatedResponse } from './response.ts';

/**
 * Time for the client to read the first half of an answer. A reset that comes together with data
 * looks to libuv, and so to Node's clients, like a regular end of the connection.
 */
const READING_MS = 20;

/** Sends an answer in the manner of the fault, `latency` milliseconds from now. Ends early when the client leaves. */
export async function sendResponse(
  answer: SimulatedResponse,
  response: ServerResponse,
  fault: Fault | undefined,
  latency: number,
): Promise<void> {
  const left = whenLeft(response);
  await pause(latency + (fault?.kind === 'slow' ? fault.ms : 0), left);
  if (left.aborted || fault?.kind === 'hang') return;
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  switch (fault?.kind) {
    case 'drip':
      return drip(body, response, fault.ms, left);
    case 'reset':
      await sendHalf(body, response);
      await pause(READING_MS, left);
      response.socket?.resetAndDestroy();
      return;
    case 'truncated':
      await sendHalf(body, response);
      response.socket?.destroySoon();
      return;
    default:
      response.end(body);
  }
}

/** Aborted as soon as the answer is over or its client has gone. */
function whenLeft(response: ServerResponse): AbortSignal {
  const leaving = new AbortController();
  if (response.closed || response.destroyed) leaving.abort();
  else response.once('close', () => leaving.abort());
  return leaving.signal;
}

async function pause(ms: number, left: AbortSignal): Promise<void> {
  if (ms === 0) return;
  await wait(ms, undefined, { signal: left }).catch(ignoreAbort);
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}

async function drip(
  body: Buffer,
  response: ServerResponse,
  ms: number,
  left: AbortSignal,
): Promise<void> {
  response.flushHeaders();
  for (const byte of body) {
    await pause(ms, left);
    if (left.aborted) return;
    if (!response.write(Buffer.of(byte))) {
      await once(response, 'drain', { signal: left }).catch(ignoreAbort);
    }
  }
  response.end();
}

/** Resolves once the first half of the body is handed to the kernel. */
function sendHalf(body: Buffer, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.write(body.subarray(0, body.length / 2), () => resolve());
  });
}
