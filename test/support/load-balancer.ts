import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** A load balancer in this process that treats its targets as an Application Load Balancer does. */
export interface TestLoadBalancer {
  readonly port: number;
  /** An error message for each request that got a 502. */
  readonly failures: readonly string[];
  /** Registers a local server; resolves when it is healthy. */
  register(port: number): Promise<void>;
  /**
   * Deregisters a server. It still receives requests for a moment, also on kept connections, because the nodes of a
   * load balancer are not updated at the same time. Resolves when it receives no more.
   */
  deregister(port: number): Promise<void>;
  close(): Promise<void>;
}

interface Target {
  readonly port: number;
  /** Keeps idle connections, and uses the oldest first. */
  readonly agent: Agent;
  healthy: boolean;
  /** Stops the health checks. */
  readonly removed: AbortController;
}

/** The health check of the target group, only faster. */
const HEALTH = { path: '/readyz', intervalMs: 100, healthyAfter: 2, unhealthyAfter: 3 };

/** How long a deregistered target still receives requests; 1 to 2 s have been observed. */
export const DEREGISTRATION_LAG_MS = 2_000;

/** Starts a load balancer on a free port, with round-robin routing. */
export async function startLoadBalancer(): Promise<TestLoadBalancer> {
  const targets: Target[] = [];
  const failures: string[] = [];
  let index = 0;
  const next = () => {
    const healthy = targets.filter((target) => target.healthy);
    // Fails open if no target is healthy.
    const candidates = healthy.length > 0 ? healthy : targets;
    index += 1;
    return candidates[index % candidates.length];
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
      if (target === undefined) throw new Error(`No target at port ${port}.`);
      // Pending requests are awaited by their clients.
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

/** Forwards a request to a target, without retry. @throws Error if there is no response. */
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
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    outgoing.writeHead(response.statusCode ?? 0, endToEnd(response.headers));
    for await (const chunk of response) outgoing.write(chunk);
    outgoing.end();
  } catch (error) {
    const connection = sent.reusedSocket ? 'a kept connection' : 'a new connection';
    throw new Error(`${(error as Error).message} at port ${port}, on ${connection}`);
  }
}

/** Removes hop-by-hop headers. */
function endToEnd(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...rest } = headers;
  return rest;
}

/** Checks the health of a target until it is removed. */
async function watchHealth(target: Target, onHealthy: () => void): Promise<void> {
  const { path, intervalMs, healthyAfter, unhealthyAfter } = HEALTH;
  const url = `http://127.0.0.1:${target.port}${path}`;
  let consecutive = 0;
  while (!target.removed.signal.aborted) {
    const ready = await fetch(url, { headers: { connection: 'close' } }).then(
      (response) => response.ok,
      () => false,
    );
    consecutive = ready === target.healthy ? 0 : consecutive + 1;
    if (consecutive >= (ready ? healthyAfter : unhealthyAfter)) {
      target.healthy = ready;
      consecutive = 0;
      if (ready) onHealthy();
    }
    await wait(intervalMs);
  }
}
