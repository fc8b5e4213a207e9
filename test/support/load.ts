import { Agent, type IncomingMessage, request } from 'node:http';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { SECRET } from './running-service.ts';

/** Clients that ask one request after the other, each on a connection of its own that is kept alive. */
export interface Lane {
  readonly clients: number;
  /** The next request's body. */
  readonly body: () => string;
  /** A client leaves after so many answers with `Connection: close`. None does when this is not set. */
  readonly leavesAfter?: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly lanes: readonly Lane[];
}

/** What became of one request. Times are those of `performance.now()`. */
export interface Answer {
  readonly status: number;
  readonly decided: boolean;
  /** It came with `Connection: close`. */
  readonly closes: boolean;
  readonly sent: number;
  readonly answered: number;
}

export interface Load {
  readonly answers: readonly Answer[];
  /** A sentence for each request that got no whole answer. */
  readonly lost: readonly string[];
  /** Resolves at that many answers from now. */
  more(count: number): Promise<void>;
  /** Resolves when every client has left. */
  readonly ended: Promise<void>;
  /** Lets each client have the answer that it waits for, and leave. */
  stop(): Promise<void>;
}

/** Milliseconds until a request counts as lost. */
const PATIENCE = 20_000;

/** Begins to ask, with no pause. A client whose request is lost leaves, too. */
export function startLoad({ port, lanes }: LoadOptions): Load {
  const answers: Answer[] = [];
  const lost: string[] = [];
  const watchers = new Set<() => void>();
  let stopping = false;

  async function client({ body, leavesAfter = Infinity }: Lane): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let closes = 0; !stopping && closes < leavesAfter; ) {
      try {
        const answer = await post(port, agent, body());
        answers.push(answer);
        closes += Number(answer.closes);
      } catch (error) {
        lost.push(String(error));
        closes = Infinity;
      }
      for (const watch of watchers) watch();
    }
    agent.destroy();
  }

  const clients = lanes.flatMap((lane) => Array.from({ length: lane.clients }, () => client(lane)));
  const ended = Promise.all(clients).then(() => undefined);
  return {
    answers,
    lost,
    ended,
    more(count) {
      const enough = answers.length + lost.length + count;
      return new Promise((resolve) => {
        const watch = () => {
          if (answers.length + lost.length < enough) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
      });
    },
    stop() {
      stopping = true;
      return ended;
    },
  };
}

/** Asks once. @throws Error when the connection ends before the whole answer has come. */
function post(port: number, agent: Agent, body: string): Promise<Answer> {
  const sent = performance.now();
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-api-key': SECRET,
  };
  return new Promise((resolve, reject) => {
    const asked = request(
      { port, host: '127.0.0.1', path: ACTION_PATH, method: 'POST', agent, headers },
      (response) => {
        read(response).then((text) => {
          resolve({
            status: response.statusCode ?? 0,
            decided: /^\{"actionStatus":"(?:SUCCESS|FAILED)"/.test(text),
            closes: response.headers.connection === 'close',
            sent,
            answered: performance.now(),
          });
        }, reject);
      },
    );
    asked.setTimeout(PATIENCE, () => asked.destroy(new Error('There was no answer.')));
    asked.on('error', (error) => {
      const connection = asked.reusedSocket ? 'a connection that was kept' : 'a new connection';
      reject(new Error(`${error.message} on ${connection}`));
    });
    asked.end(body);
  });
}

async function read(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return text;
}
