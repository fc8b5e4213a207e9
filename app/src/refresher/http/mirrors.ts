/** Requests whose URL begins with `from` go to `to` instead. */
export interface Mirror {
  readonly from: string;
  readonly to: string;
}

/**
 * Parses `FEED_MIRRORS`: comma-separated `https://origin=https://replacement`. The replacement may have a path. Plain
 * http is accepted for an address of this machine only, because credentials are sent to the mirror.
 *
 * @returns undefined if an entry is not valid.
 */
export function parseMirrors(text: string): readonly Mirror[] | undefined {
  const mirrors: Mirror[] = [];
  for (const entry of text.split(',').map((each) => each.trim())) {
    if (entry === '') continue;
    const [origin = '', replacement = '', ...rest] = entry.split('=');
    const from = parseUrl(origin);
    const to = parseUrl(replacement);
    if (from === undefined || to === undefined || rest.length > 0) return undefined;
    if (from.protocol !== 'https:' || from.pathname !== '/' || !isTrusted(to)) return undefined;
    if (mirrors.some((mirror) => mirror.from === `${from.origin}/`)) return undefined;
    mirrors.push({ from: `${from.origin}/`, to: to.href.replace(/\/*$/, '/') });
  }
  return mirrors;
}

/** Returns where a request is sent. */
export function applyMirrors(url: URL, mirrors: readonly Mirror[]): URL {
  const mirror = mirrors.find(({ from }) => url.href.startsWith(from));
  return mirror === undefined ? url : new URL(mirror.to + url.href.slice(mirror.from.length));
}

function parseUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hasOther = url?.search !== '' || url.hash !== '' || url.username !== '';
  return hasOther || url.password !== '' ? undefined : url;
}

/** The whole of 127.0.0.0/8 is the loopback interface; `localhost` is resolved by the system, but only to it. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

function isTrusted({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}
