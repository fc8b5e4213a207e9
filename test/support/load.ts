import { Agent, type IncomingMessage, request } from 'node:http';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { SECRET } from './running-service.ts';

/** Clients that send one request after the other, each on its own kept-alive connection. */
export interface ClientGroup {
  readonly clients: number;
  /** Returns the next request's body. */
  readonly body: () => string;
  /** A client stops after this many responses with `Connection: close`. @default never */
  readonly maxClosedResponses?: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly clientGroups: readonly ClientGroup[];
}

/** The response to one request. Times are those of `performance.now()`. */
export interface ClientResponse {
  readonly status: number;
  readonly decided: boolean;
  /** Whether it had `Connection: close`. */
  readonly closes: boolean;
  readonly sentAt: number;
}

export interface Load {
  readonly responses: readonly ClientResponse[];
  /** An error message for each request without a complete response. */
  readonly lost: readonly string[];
  /** Resolves after this many more responses. */
  waitForMore(count: number): Promise<void>;
  /** Resolves when every client has stopped. */
  readonly ended: Promise<void>;
  /** Stops each client after the response that it waits for. */
  stop(): Promise<void>;
}

/** Hang guard: a request without a response for this long counts as lost. */
const REQUEST_TIMEOUT_MS = 120_000;

/** Starts to send requests without a pause. A client stops when one of its requests is lost. */
export function startLoad({ port, clientGroups }: LoadOptions): Load {
  const responses: ClientResponse[] = [];
  const lost: string[] = [];
  const listeners = new Set<() => void>();
  let stopping = false;

  async function runClient({ body, maxClosedResponses = Infinity }: ClientGroup): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let closed = 0; !stopping && closed < maxClosedResponses; ) {
      try {
        const response = await post(port, agent, body());
        responses.push(response);
        closed += Number(response.closes);
      } catch (error) {
        lost.push(String(error));
        closed = Infinity;
      }
      for (const listener of listeners) listener();
    }
    agent.destroy();
  }

  const clients = clientGroups.flatMap((group) =>
    Array.from({ length: group.clients }, () => runClient(group)),
  );
  const ended = Promise.all(clients).then(() => undefined);
  return {
    responses,
    lost,
    ended,
    waitForMore(count) {
      const enough = responses.length + lost.length + count;
      return new Promise((resolve) => {
        const listener = () => {
          if (responses.length + lost.length < enough) return;
          listeners.delete(listener);
          resolve();
        };
        listeners.add(listener);
      });
    },
    stop() {
      stopping = true;
      return ended;
    },
  };
}

/** Sends one request. @throws Error when the connection ends before the response is complete. */
function post(port: number, agent: Agent, body: string): Promise<ClientResponse> {
  const sentAt = performance.now();
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-api-key': SECRET,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { port, host: '127.0.0.1', path: ACTION_PATH, method: 'POST', agent, headers },
      (response) => {
        read(response).then((text) => {
          resolve({
            status: response.statusCode ?? 0,
            decided: /^\{"actionStatus":"(?:SUCCESS|FAILED)"/.test(text),
            closes: response.headers.connection === 'close',
            sentAt,
          });
        }, reject);
      },
    );
    outgoing.setTimeout(REQUEST_TIMEOUT_MS, () => outgoing.destroy(new Error('No response')));
    outgoing.on('error', (error) => {
      const connection = outgoing.reusedSocket ? 'a kept-alive connection' : 'a new connection';
      reject(new Error(`${error.message} on ${connection}`));
    });
    outgoing.end(body);
  });
}

async function read(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return text;
}
