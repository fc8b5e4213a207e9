import { type OAuth2Credential, readOAuth2Credential } from './oauth2/oauth2-credential.ts';

/** What the identity server shows with each call, so that nobody else can ask for decisions. Never logged. */
export type Credential = SharedSecret | OAuth2Credential;

/** A secret that the identity server knows as well. */
export type SharedSecret =
  | { readonly scheme: 'api-key'; readonly header: string; readonly secret: string }
  | { readonly scheme: 'bearer'; readonly secret: string }
  | { readonly scheme: 'basic'; readonly username: string; readonly secret: string };

type Members = Readonly<Record<string, unknown>>;

const KEYS = {
  'api-key': ['scheme', 'header', 'secret'],
  bearer: ['scheme', 'secret'],
  basic: ['scheme', 'username', 'secret'],
  oauth2: ['scheme', 'issuer', 'audience', 'jwks_uri', 'scope', 'client_id'],
} as const satisfies Record<Credential['scheme'], readonly string[]>;

/**
 * The identity server's own rule for the name of an API key header, without its dots: an Application
 * Load Balancer that drops invalid header fields drops such a name, and every call would be a 401.
 */
const HEADER_NAME = /^[A-Za-z0-9][A-Za-z0-9-]+$/;

/**
 * Header names that would not arrive with the key in them. The identity server overwrites the first
 * three after it has set the key; the others belong to HTTP, to another scheme, or to the load
 * balancer, which writes its own values into them.
 */
const TAKEN_HEADERS = new Set([
  'accept',
  'content-type',
  'x-wso2-api-version',
  'authorization',
  'host',
  'content-length',
  'connection',
  'transfer-encoding',
  'expect',
  'te',
  'trailer',
  'upgrade',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

/**
 * A header value admits visible ASCII, and blanks and tabs inside (RFC 9110, section 5.5). Blanks are
 * left out here: at the ends they get lost on the way, and in Authorization they part the scheme
 * from its one token.
 */
const SECRET = /^[\x21-\x7e]+$/;
const SHORTEST_SECRET = 16;

/**
 * Basic encodes its texts, so they may be any that RFC 7617 (section 2) accepts: without control
 * characters. Half a surrogate pair is no character, and has no UTF-8.
 */
const PASSWORD = /^[^\p{Cc}\p{Cs}]+$/u;

/** A colon ends the user name (RFC 7617, section 2). The identity server sends no empty one. */
const USERNAME = /^[^:\p{Cc}\p{Cs}]+$/u;

/**
 * Reads the caller's credential from its JSON.
 *
 * @param where what the text is called in an error, such as the name of a setting.
 * @throws Error, one sentence. It never repeats what the text holds, not even a key or a scheme that
 *   it does not know: a secret may have been put in the wrong place.
 */
export function parseCredential(json: string, where: string): Credential {
  const members = membersOf(json, where);
  const { scheme } = members;
  if (scheme !== 'api-key' && scheme !== 'bearer' && scheme !== 'basic' && scheme !== 'oauth2') {
    throw new Error(`${where} needs a "scheme" that is "api-key", "bearer", "basic" or "oauth2".`);
  }
  const keys: readonly string[] = KEYS[scheme];
  if (Object.keys(members).some((key) => !keys.includes(key))) {
    const allowed = keys.map((key) => `"${key}"`).join(', ');
    throw new Error(`${where} has a key too many: the scheme "${scheme}" knows ${allowed}.`);
  }
  if (scheme === 'oauth2') return readOAuth2Credential(members, where);
  const secret = secretOf(members, scheme, where);
  switch (scheme) {
    case 'api-key':
      return { scheme, header: headerOf(members, where), secret };
    case 'basic':
      return { scheme, username: usernameOf(members, where), secret };
    default:
      return { scheme, secret };
  }
}

function membersOf(json: string, where: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's own message quotes the text, and with it the secret.
    throw new Error(`${where} is not JSON: expected an object with "scheme" and "secret".`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${where} is not a JSON object: expected one with "scheme" and "secret".`);
  }
  return value as Members;
}

function secretOf({ secret }: Members, scheme: Credential['scheme'], where: string): string {
  if (typeof secret !== 'string' || secret === '') {
    throw new Error(`${where} needs a "secret" that is a text and not empty.`);
  }
  if (scheme === 'basic' && !PASSWORD.test(secret)) {
    throw new Error(
      `${where} has a "secret" with a control character or half a character: use any others (RFC 7617).`,
    );
  }
  if (scheme !== 'basic' && !SECRET.test(secret)) {
    throw new Error(
      `${where} has a "secret" that does not fit into an HTTP header: use visible ASCII characters (! to ~) and no blanks.`,
    );
  }
  if ([...secret].length < SHORTEST_SECRET) {
    throw new Error(
      `${where} has a "secret" that is too short: use ${SHORTEST_SECRET} characters or more.`,
    );
  }
  return secret;
}

function headerOf({ header }: Members, where: string): string {
  if (typeof header !== 'string' || !HEADER_NAME.test(header)) {
    throw new Error(
      `${where} needs a "header" of two or more letters, digits and "-", beginning with a letter or digit.`,
    );
  }
  if (TAKEN_HEADERS.has(header.toLowerCase())) {
    throw new Error(
      `${where} has the "header" ${header.toLowerCase()}, which is written by others on the way: use one of its own, such as x-api-key.`,
    );
  }
  return header;
}

function usernameOf({ username }: Members, where: string): string {
  if (typeof username !== 'string' || !USERNAME.test(username)) {
    throw new Error(
      `${where} needs a "username" that is not empty, without colons and control characters.`,
    );
  }
  return username;
}
