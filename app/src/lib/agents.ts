import { Agent, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export interface AgentOptions {
  /** Maximum number of connections. @default no limit */
  readonly maxSockets?: number;
  /** Trusted certificates in PEM, in place of Node's own. */
  readonly ca?: string | Buffer;
}

/** The connection pools of one client. */
export interface Agents {
  readonly httpAgent: Agent;
  readonly httpsAgent: HttpsAgent;
}

/** Creates the agents of one client, which closes them with `destroy()`. */
export type AgentFactory = (options?: AgentOptions) => Agents;

/**
 * How long an idle connection is kept. Load balancers and firewalls commonly drop one after 60 s, some of
 * them silently.
 */
const MAX_IDLE_MS = 55_000;

/** Returns the options that all agents share. */
export function keepAliveOptions({ maxSockets, ca }: AgentOptions) {
  return {
    keepAlive: true,
    timeout: MAX_IDLE_MS,
    ...(maxSockets === undefined ? {} : { maxSockets }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** Creates agents that connect directly. */
export const directAgents: AgentFactory = (options = {}) => ({
  httpAgent: trackReuse(new Agent(keepAliveOptions(options))),
  httpsAgent: trackReuse(new HttpsAgent(keepAliveOptions(options))),
});

/** Errors of a request on a connection that the server, or a device in between, has dropped. */
const DROPPED_CODES = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);
const droppedConnectionErrors = new WeakSet<Error>();

/**
 * Returns whether a request failed because its reused connection had been dropped. The server has not processed
 * the request, so it can be sent again: `trackReuse` ensures that it gets a new connection.
 */
export function isDroppedConnection(error: unknown): boolean {
  return typeof error === 'object' && droppedConnectionErrors.has(error as Error);
}

/** Makes an agent record the errors of requests on reused connections, for `isDroppedConnection`. */
export function trackReuse<TrackedAgent extends Agent>(agent: TrackedAgent): TrackedAgent {
  const reuseSocket = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (!DROPPED_CODES.has(error.code ?? '') || hasResponse(request)) return;
      droppedConnectionErrors.add(error);
      destroyIdle(agent);
    });
    reuseSocket(socket, request);
  };
  return agent;
}

/** Once a response has begun, a broken connection is the server's failure. */
function hasResponse(request: ClientRequest): boolean {
  return 'res' in request && Boolean(request.res);
}

/** If one idle connection was dropped, most likely the others were, too. */
function destroyIdle({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
