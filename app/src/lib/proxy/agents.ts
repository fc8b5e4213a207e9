import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { type AgentFactory, directAgents, keepAliveOptions, trackReuse } from '../agents.ts';
import { parseNoProxy } from './no-proxy.ts';
import type { HttpProxy, ProxySettings } from './settings.ts';

/** Returns a factory of agents that connect through the proxies, or directly if there are none. */
export function proxyAgents(settings: ProxySettings | undefined): AgentFactory {
  if (settings === undefined) return directAgents;
  const { https, http, noProxy } = settings;
  const isDirect = parseNoProxy(noProxy);
  const choose = (proxy: HttpProxy | undefined): ChooseProxy => {
    return (host, port) => (isDirect(host, port) ? undefined : proxy);
  };
  return (options = {}) => ({
    httpAgent: trackReuse(new ForwardingAgent(keepAliveOptions(options), choose(http))),
    httpsAgent: trackReuse(new TunnelingAgent(keepAliveOptions(options), choose(https))),
  });
}

/** Returns the proxy for a host; undefined if it is reached directly. */
type ChooseProxy = (host: string, port: number) => HttpProxy | undefined;

/** Limit for opening a tunnel. A request has its own timeout, but that does not end the attempt to connect. */
const TUNNEL_TIMEOUT_MS = 10_000;

/** The proxy refused the connection. Its response must not be taken for the server's. */
class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

/**
 * Connects to https servers through tunnels (CONNECT). The common libraries return a proxy's refusal as the
 * server's response: its 403 or 429 would stop all checks, for up to a day.
 */
class TunnelingAgent extends HttpsAgent {
  readonly #choose: ChooseProxy;

  constructor(options: object, choose: ChooseProxy) {
    super(options);
    this.#choose = choose;
  }

  override createConnection(
    options: Parameters<HttpsAgent['createConnection']>[0],
    callback: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const host = options.host ?? 'localhost';
    const port = Number(options.port ?? 443);
    const proxy = this.#choose(host, port);
    if (proxy === undefined) return super.createConnection(options, callback);
    const fail = callback as (error: Error) => void;
    openTunnel(proxy, host, port).then((socket) => {
      const inTunnel: typeof options & { socket: Socket } = { ...options, socket };
      const secured = super.createConnection(inTunnel);
      if (secured) callback(null, secured);
    }, fail);
    return undefined;
  }
}

function openTunnel(proxy: HttpProxy, host: string, port: number): Promise<Socket> {
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const request = (proxy.isSecure ? httpsRequest : httpRequest)({
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: authority,
      headers: { Host: authority, ...authorizationOf(proxy) },
      agent: false,
      timeout: TUNNEL_TIMEOUT_MS,
    });
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(new ProxyError(`The proxy responded ${statusCode} to CONNECT ${authority}.`));
        return;
      }
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('timeout', () => {
      request.destroy(new ProxyError(`The proxy did not connect to ${authority} in time.`));
    });
    request.on('error', reject);
    request.end();
  });
}

function authorizationOf({ authorization }: HttpProxy): Record<string, string> {
  return authorization === undefined ? {} : { 'Proxy-Authorization': authorization };
}

interface ConnectionOptions {
  readonly host?: string | null;
  readonly port?: number | string | null;
  readonly throughTls?: boolean;
}

/** A method of Node's agents that its types lack. */
const addRequest = (
  Agent.prototype as unknown as {
    addRequest(this: Agent, request: ClientRequest, options: ConnectionOptions): void;
  }
).addRequest;

/** Sends http requests to the proxy, with the absolute URL as target (RFC 9112, section 3.2.2). */
class ForwardingAgent extends Agent {
  readonly #choose: ChooseProxy;

  constructor(options: object, choose: ChooseProxy) {
    super(options);
    this.#choose = choose;
  }

  addRequest(request: ClientRequest, options: ConnectionOptions): void {
    const proxy = this.#choose(options.host ?? 'localhost', Number(options.port ?? 80));
    addRequest.call(this, request, proxy ? viaProxy(request, options, proxy) : options);
  }

  override createConnection(
    options: Parameters<Agent['createConnection']>[0] & ConnectionOptions,
    callback: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    if (!options.throughTls) return super.createConnection(options, callback);
    const host = options.host ?? 'localhost';
    const servername = isIP(host) === 0 ? { servername: host } : {};
    return connectTls({ host, port: Number(options.port), ...servername });
  }
}

function viaProxy(
  request: ClientRequest,
  options: ConnectionOptions,
  proxy: HttpProxy,
): ConnectionOptions {
  request.path = `http://${request.getHeader('host')}${request.path}`;
  for (const [name, value] of Object.entries(authorizationOf(proxy))) {
    request.setHeader(name, value);
  }
  const { host, port, isSecure: throughTls } = proxy;
  return { ...options, host, port, throughTls };
}
