import { Agent, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export interface AgentOptions {
  /** Connections at one time. @default without a limit */
  readonly maxSockets?: number;
  /** Certificates to trust in place of those that Node trusts, in PEM. */
  readonly ca?: string | Buffer;
}

/** The connections that one client keeps open. */
export interface Agents {
  readonly httpAgent: Agent;
  readonly httpsAgent: HttpsAgent;
}

/** Makes the agents of one client, which ends them with `destroy()`. */
export type AgentFactory = (options?: AgentOptions) => Agents;

/**
 * Milliseconds for which a connection is kept without use. Load balancers and firewalls commonly forget a
 * connection after 60 s, and some do so silently.
 */
const MAX_IDLE_MS = 55_000;

/** Options of every agent: idle connections do not keep the process alive. */
export function keepAliveOptions({ maxSockets, ca }: AgentOptions) {
  return {
    keepAlive: true,
    timeout: MAX_IDLE_MS,
    ...(maxSockets === undefined ? {} : { maxSockets }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** Makes agents that connect directly. */
export const directAgents: AgentFactory = (options = {}) => ({
  httpAgent: watchReuse(new Agent(keepAliveOptions(options))),
  httpsAgent: watchReuse(new HttpsAgent(keepAliveOptions(options))),
});

/** What a request meets on a connection that the other side, or something in between, has ended. */
const DROPPED = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);
const droppedConnectionErrors = new WeakSet<Error>();

/**
 * Returns whether a request failed because a connection from before was no longer there. The request itself
 * was not looked at then, and is sent once more: `watchReuse` has made sure that it gets a new connection.
 */
export function isDroppedConnection(error: unknown): boolean {
  return typeof error === 'object' && droppedConnectionErrors.has(error as Error);
}

/** Makes an agent note the errors of requests on connections that were used before. */
export function watchReuse<Watched extends Agent>(agent: Watched): Watched {
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (!DROPPED.has(error.code ?? '') || hasResponse(request)) return;
      droppedConnectionErrors.add(error);
      destroyIdle(agent);
    });
    reuse(socket, request);
  };
  return agent;
}

/** A response that has begun is the other side's own failure when it breaks off. */
function hasResponse(request: ClientRequest): boolean {
  return 'res' in request && Boolean(request.res);
}

/** Whatever dropped one idle connection has most likely dropped the others. */
function destroyIdle({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
