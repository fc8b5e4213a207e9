import { withoutBrackets } from './no-proxy.ts';

/** An HTTP proxy, reached with or without TLS. */
export interface HttpProxy {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of `Proxy-Authorization`. Never logged. */
  readonly authorization?: string;
}

/** The proxies in the conventional environment variables. */
export interface ProxySettings {
  /** For https URLs. */
  readonly https?: HttpProxy;
  /** For http URLs. */
  readonly http?: HttpProxy;
  /** Value of `NO_PROXY`: hosts that are reached directly. */
  readonly noProxy: string;
}

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. As in curl, the lower-case spelling has precedence.
 * Returns undefined if no proxy is set. Issues do not repeat the URL, which may contain a password.
 */
export function readProxySettings(
  environment: Readonly<Record<string, string | undefined>>,
  report: (issue: string) => void,
): ProxySettings | undefined {
  const variables = new Map(Object.entries(environment));
  const read = (name: string) =>
    variables.get(name.toLowerCase())?.trim() || environment[name]?.trim() || undefined;
  const readProxy = (name: string) => {
    const url = read(name);
    if (url === undefined) return undefined;
    const proxy = parseProxy(url);
    if (proxy === undefined) {
      report(
        `${name} is not the URL of an HTTP proxy: set it to http://host:port or https://host:port, with user:password@ before the host if the proxy requires them, percent-encoded.`,
      );
    }
    return proxy;
  };
  const https = readProxy('HTTPS_PROXY');
  const http = readProxy('HTTP_PROXY');
  const noProxy = read('NO_PROXY') ?? '';
  if (https === undefined && http === undefined) return undefined;
  return { ...(https && { https }), ...(http && { http }), noProxy };
}

function parseProxy(value: string): HttpProxy | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
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
