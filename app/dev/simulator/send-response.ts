import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import type { SimulatedResponse } from './response.ts';

/**
 * Time for the client to read the first half of a response. A reset that arrives together with data looks to
 * libuv, and so to clients in Node, like a regular end of the connection.
 */
const CLIENT_READ_MS = 20;

/** Sends a response as the fault prescribes, after `latency` milliseconds. Stops if the client disconnects. */
export async function sendResponse(
  simulated: SimulatedResponse,
  response: ServerResponse,
  fault: Fault | undefined,
  latency: number,
): Promise<void> {
  const signal = disconnectSignal(response);
  await pause(latency + (fault?.kind === 'slow' ? fault.ms : 0), signal);
  if (signal.aborted || fault?.kind === 'hang') return;
  const body = Buffer.from(simulated.body);
  const { status, headers } = simulated;
  // A 304 has no body, but the length would be that of the file (RFC 9110, section 8.6).
  response.writeHead(
    status,
    status === 304 ? headers : { ...headers, 'content-length': body.length },
  );
  switch (fault?.kind) {
    case 'drip':
      return drip(body, response, fault.ms, signal);
    case 'reset':
      await sendHalf(body, response);
      await pause(CLIENT_READ_MS, signal);
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

/** Returns a signal that aborts when the response ends or the client disconnects. */
function disconnectSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.closed || response.destroyed) controller.abort();
  else response.once('close', () => controller.abort());
  return controller.signal;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return;
  await wait(ms, undefined, { signal }).catch(ignoreAbort);
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}

async function drip(
  body: Buffer,
  response: ServerResponse,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  response.flushHeaders();
  for (const byte of body) {
    await pause(ms, signal);
    if (signal.aborted) return;
    if (!response.write(Buffer.of(byte))) {
      await once(response, 'drain', { signal }).catch(ignoreAbort);
    }
  }
  response.end();
}

/** Writes the first half of the body. Resolves when the kernel has it. */
function sendHalf(body: Buffer, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.write(body.subarray(0, body.length / 2), () => resolve());
  });
}
