import type { IncomingMessage } from 'node:http';

/**
 * Why a request must not reach the console, in one sentence; `undefined` when it may. The service listens
 * on every interface, since the identity server may run on another machine. The console shows who asked for tokens,
 * and is for a browser on this machine alone:
 *
 * - nobody else connects to it;
 * - under no other name, to which a site could point its own (DNS rebinding), and which a tunnel shows;
 * - from no page of another origin, though that can make a browser send requests to this machine.
 *
 * The port in `Host` is not compared with that of the service: behind a forwarded port it is another one,
 * and a page of another port has another origin.
 */
export function refusalReason(request: IncomingMessage): string | undefined {
  if (!isLoopback(request.socket.remoteAddress)) {
    return 'The console answers on this machine only: open it by 127.0.0.1.';
  }
  const { host = '' } = request.headers;
  if (!LOCAL_HOST.test(host)) {
    return 'The console answers under the names 127.0.0.1 and localhost only.';
  }
  const { origin, 'sec-fetch-site': site } = request.headers;
  const ownOrigin = origin === `http://${host}`;
  if (origin !== undefined && !ownOrigin) return OTHER_SITE;
  if (isNavigation(request)) return undefined;
  if (site !== undefined && site !== 'same-origin') return OTHER_SITE;
  // What changes nothing may be asked for by a program that is no browser.
  const mustShow = request.method !== 'GET' && request.method !== 'HEAD';
  return mustShow && !ownOrigin && site !== 'same-origin' ? OTHER_SITE : undefined;
}

const OTHER_SITE = 'The console answers its own page only.';
const LOCAL_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address);
}

/** Somebody opens the page, by its address or by a link. */
function isNavigation({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document'
  );
}
