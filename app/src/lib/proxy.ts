import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { BlockList, isIP, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { type AgentFactory, directAgents, keepAliveOptions, watchReuse } from './agents.ts';

/** An HTTP proxy, reached with or without TLS. */
export interface Proxy {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of `Proxy-Authorization`. Never shown. */
  readonly authorization?: string;
}

/** Which proxy takes what, as the usual environment variables say. */
export interface ProxySettings {
  /** For https URLs. */
  readonly https?: Proxy;
  /** For http URLs. */
  readonly http?: Proxy;
  /** Hosts that are reached directly: the text of `NO_PROXY`. */
  readonly noProxy: string;
}

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, of which the lower-case spelling comes first, as in
 * curl. Returns undefined when no proxy is set. Reports what is wrong, without the URL: it may contain a
 * password.
 */
export function readProxySettings(
  environment: Readonly<Record<string, string | undefined>>,
  report: (issue: string) => void,
): ProxySettings | undefined {
  const lowerCase = new Map(Object.entries(environment));
  const text = (name: string) =>
    lowerCase.get(name.toLowerCase())?.trim() || environment[name]?.trim() || undefined;
  const proxy = (name: string) => {
    const url = text(name);
    if (url === undefined) return undefined;
    const parsed = parseProxy(url);
    if (parsed === undefined) {
      report(
        `${name} is not the URL of an HTTP proxy: set it to http://host:port or https://host:port, with user:password@ before the host if the proxy wants them, percent-encoded.`,
      );
    }
    return parsed;
  };
  const https = proxy('HTTPS_PROXY');
  const http = proxy('HTTP_PROXY');
  const noProxy = text('NO_PROXY') ?? '';
  if (https === undefined && http === undefined) return undefined;
  return { ...(https && { https }), ...(http && { http }), noProxy };
}

function parseProxy(text: string): Proxy | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') return undefined;
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') return undefined;
  const isSecure = url.protocol === 'https:';
  const proxy = {
    isSecure,
    host: withoutBrackets(url.hostname),
    port: Number(url.port || (isSecure ? 443 : 80)),
  };
  if (url.username === '' && url.password === '') return proxy;
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return { ...proxy, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  } catch {
    return undefined;
  }
}

/** Makes agents that go through the proxies, or directly when there are none. */
export function proxyAgents(settings: ProxySettings | undefined): AgentFactory {
  if (settings === undefined) return directAgents;
  const { https, http, noProxy } = settings;
  const isDirect = parseNoProxy(noProxy);
  const choose = (proxy: Proxy | undefined): ChooseProxy => {
    return (host, port) => (isDirect(host, port) ? undefined : proxy);
  };
  return (options = {}) => ({
    httpAgent: watchReuse(new ForwardingAgent(keepAliveOptions(options), choose(http))),
    httpsAgent: watchReuse(new TunnelingAgent(keepAliveOptions(options), choose(https))),
  });
}

/** Returns the proxy for a host; undefined when it is reached directly. */
type ChooseProxy = (host: string, port: number) => Proxy | undefined;

/** Where credentials of AWS come from: a proxy would hand them to whoever runs it, or not know the way. */
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32'];

/**
 * Returns a function that tells whether a host is reached directly. An entry is `*`, a name (with all names
 * below it, with or without a leading dot or `*.`), an address or a CIDR block, each but the last with a
 * port if need be.
 */
export function parseNoProxy(noProxy: string): (host: string, port: number) => boolean {
  const blocks = new BlockList();
  for (const cidr of LINK_LOCAL) addBlock(blocks, cidr);
  const names: { name: string; port: number | undefined }[] = [];
  for (const entry of noProxy.toLowerCase().split(/[\s,]+/)) {
    if (entry === '' || addBlock(blocks, withoutBrackets(entry))) continue;
    const [, host = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? [];
    const name = withoutBrackets(host)
      .replace(/^\*?\./, '')
      .replace(/\.$/, '');
    names.push({ name, port: port === undefined ? undefined : Number(port) });
  }
  return (host, port) => {
    const name = withoutBrackets(host.toLowerCase()).replace(/\.$/, '');
    const version = isIP(name);
    if (version !== 0 && blocks.check(name, version === 6 ? 'ipv6' : 'ipv4')) return true;
    return names.some(
      (entry) =>
        (entry.port === undefined || entry.port === port) &&
        (entry.name === '*' ||
          name === entry.name ||
          (version === 0 && name.endsWith(`.${entry.name}`))),
    );
  };
}

/** Adds an address or a CIDR block; returns whether the text is one. */
function addBlock(blocks: BlockList, text: string): boolean {
  const [address = '', length] = text.split('/');
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  if (version === 0 || !/^\d{1,3}$/.test(length ?? String(bits))) return false;
  const prefix = Number(length ?? bits);
  if (prefix > bits) return false;
  blocks.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4');
  return true;
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** Milliseconds for the proxy to open a tunnel. Whoever waits for it has a limit of its own, but the tunnel has not. */
const TUNNEL_TIMEOUT_MS = 10_000;

/** The proxy refused. Its response must not pass for that of the server behind it. */
class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

/**
 * Reaches https servers through tunnels (CONNECT). The common libraries hand a proxy's refusal on as if it
 * were the server's: its 403 or 429 would then stop all checks, for up to a day.
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

function openTunnel(proxy: Proxy, host: string, port: number): Promise<Socket> {
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
        reject(new ProxyError(`The proxy answers ${statusCode} to CONNECT ${authority}.`));
        return;
      }
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once('timeout', () => {
      request.destroy(new ProxyError(`The proxy opens no connection to ${authority} in time.`));
    });
    request.on('error', reject);
    request.end();
  });
}

function authorizationOf({ authorization }: Proxy): Record<string, string> {
  return authorization === undefined ? {} : { 'Proxy-Authorization': authorization };
}

interface ConnectionOptions {
  readonly host?: string | null;
  readonly port?: number | string | null;
  readonly throughTls?: boolean;
}

/** What Node's own agents have too, and its types do not. */
const addRequest = (
  Agent.prototype as unknown as {
    addRequest(this: Agent, request: ClientRequest, options: ConnectionOptions): void;
  }
).addRequest;

/** Sends http requests to the proxy, with the whole URL as their target (RFC 9112, 3.2.2). */
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
  proxy: Proxy,
): ConnectionOptions {
  request.path = `http://${request.getHeader('host')}${request.path}`;
  for (const [name, value] of Object.entries(authorizationOf(proxy))) {
    request.setHeader(name, value);
  }
  const { host, port, isSecure: throughTls } = proxy;
  return { ...options, host, port, throughTls };
}
