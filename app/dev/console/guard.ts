import type { IncomingMessage } from 'node:http';

/**
 * Returns why a request must not reach the console, in one sentence, or `undefined` if it may.
 *
 * The service listens on all interfaces, because the identity server may run on another machine. The
 * console shows which clients request tokens, and is only for a browser on this machine. It rejects:
 *
 * - connections from other machines;
 * - other host names, which a site could point to this machine (DNS rebinding) or a tunnel would use;
 * - requests from pages of another origin.
 *
 * The port in `Host` is not compared with the service's: a forwarded port differs, and a page on another port
 * has another origin.
 */
export function rejectionReason(request: IncomingMessage): string | undefined {
  if (!isLoopback(request.socket.remoteAddress)) {
    return 'The console is available on this machine only: open it at 127.0.0.1.';
  }
  const { host = '' } = request.headers;
  if (!LOCAL_HOST.test(host)) {
    return 'The console is available at 127.0.0.1 and localhost only.';
  }
  const { origin, 'sec-fetch-site': site } = request.headers;
  const isSameOrigin = origin === `http://${host}`;
  if (origin !== undefined && !isSameOrigin) return OTHER_ORIGIN;
  if (isNavigation(request)) return undefined;
  if (site !== undefined && site !== 'same-origin') return OTHER_ORIGIN;
  // Programs other than browsers send neither header. They may read.
  const changesState = request.method !== 'GET' && request.method !== 'HEAD';
  return changesState && !isSameOrigin && site !== 'same-origin' ? OTHER_ORIGIN : undefined;
}

const OTHER_ORIGIN = 'The console accepts requests from its own page only.';
const LOCAL_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address);
}

/** Whether the browser opens the page, by its address or through a link. */
function isNavigation({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}
