const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Returns whether a string is an https URL, or an http URL of this machine, without user and fragment. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (username !== '' || password !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

/** Returns whether a URL has the scheme http. */
export function isPlainHttp(url: string): boolean {
  return new URL(url).protocol === 'http:';
}

/**
 * Returns the URLs at which an issuer may publish its discovery document: that of OpenID Connect, which WSO2
 * Identity Server and Asgardeo use, then that of RFC 8414, section 3.
 */
export function discoveryUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}
