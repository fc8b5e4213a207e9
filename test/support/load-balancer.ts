import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** A load balancer in this process, which behaves to its targets as an Application Load Balancer does. */
export interface TestLoadBalancer {
  readonly port: number;
  /** What it has answered with an error of its own: it tries no request twice. */
  readonly failures: readonly string[];
  /** Takes a server of this machine in; resolves when it is found healthy. */
  register(port: number): Promise<void>;
  /**
   * Begins to take one out. It is still sent to for a moment, on connections that were kept, too: the
   * parts of a load balancer do not learn of it at the same time. Resolves when that has ended.
   */
  deregister(port: number): Promise<void>;
  close(): Promise<void>;
}

interface Target {
  readonly port: number;
  /** Its connections, which are kept while they are idle, and used in turn. */
  readonly agent: Agent;
  healthy: boolean;
  /** Ends the health checks. */
  readonly removed: AbortController;
}

/** How the target group is set up, only faster. */
const HEALTH = { path: '/readyz', interval: 100, healthyAfter: 2, unhealthyAfter: 3 };

/** Milliseconds for which requests go to a target that is being taken out: 1 to 2 s have been seen. */
export const DEREGISTRATION_LAG_MS = 2_000;

/** Starts it on a free port. Requests go to its targets in turn. */
export async function startLoadBalancer(): Promise<TestLoadBalancer> {
  const targets: Target[] = [];
  const failures: string[] = [];
  let turn = 0;
  const next = () => {
    const healthy = targets.filter((target) => target.healthy);
    // When none is healthy, all are asked.
    const open = healthy.length > 0 ? healthy : targets;
    turn += 1;
    return open[turn % open.length];
  };
  const server = createServer({ keepAliveTimeout: 3_600_000 }, (incoming, outgoing) => {
    forward(incoming, outgoing, next()).catch((error: Error) => {
      failures.push(error.message);
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();

  const remove = (target: Target) => {
    target.removed.abort();
    targets.splice(targets.indexOf(target), 1);
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    failures,
    async register(port) {
      const agent = new Agent({ keepAlive: true, maxFreeSockets: Infinity, scheduling: 'fifo' });
      const target = { port, agent, healthy: false, removed: new AbortController() };
      await new Promise<void>((resolve) => void watchHealth(target, resolve));
      targets.push(target);
    },
    async deregister(port) {
      const target = targets.find((known) => known.port === port);
      if (target === undefined) throw new Error(`Nothing is registered at port ${port}.`);
      // What is already under way is waited for by whoever has asked.
      await wait(DEREGISTRATION_LAG_MS);
      remove(target);
    },
    async close() {
      for (const target of [...targets]) remove(target);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Sends a request to a target, once, and its answer back. @throws Error when there is none. */
async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: Target | undefined,
): Promise<void> {
  if (target === undefined) throw new Error('There is no target.');
  const { port, agent } = target;
  const { method, url: path } = incoming;
  const headers = endToEnd(incoming.headers);
  const sent = request({ host: '127.0.0.1', port, agent, method, path, headers });
  incoming.pipe(sent);
  try {
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    outgoing.writeHead(answer.statusCode ?? 0, endToEnd(answer.headers));
    for await (const piece of answer) outgoing.write(piece);
    outgoing.end();
  } catch (error) {
    const connection = sent.reusedSocket ? 'a connection that was kept' : 'a new connection';
    throw new Error(`${(error as Error).message} at port ${port}, on ${connection}`);
  }
}

/** Headers without those that are about one connection only. */
function endToEnd(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...rest } = headers;
  return rest;
}

/** Asks a target how it is until it is removed, and says so when it is healthy for the first time. */
async function watchHealth(target: Target, onHealthy: () => void): Promise<void> {
  const { path, interval, healthyAfter, unhealthyAfter } = HEALTH;
  const url = `http://127.0.0.1:${target.port}${path}`;
  let row = 0;
  while (!target.removed.signal.aborted) {
    const ready = await fetch(url, { headers: { connection: 'close' } }).then(
      (response) => response.ok,
      () => false,
    );
    row = ready === target.healthy ? 0 : row + 1;
    if (row >= (ready ? healthyAfter : unhealthyAfter)) {
      target.healthy = ready;
      row = 0;
      if (ready) onHealthy();
    }
    await wait(interval);
  }
}
