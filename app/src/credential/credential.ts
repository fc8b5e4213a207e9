import { type OAuth2Credential, readOAuth2Credential } from './oauth2/oauth2-credential.ts';

/** Authenticates the identity server with each call, so that nobody else can request decisions. Never logged. */
export type Credential = SharedSecret | OAuth2Credential;

/** A secret shared with the identity server. */
export type SharedSecret =
  | { readonly scheme: 'api-key'; readonly header: string; readonly secret: string }
  | { readonly scheme: 'bearer'; readonly secret: string }
  | { readonly scheme: 'basic'; readonly username: string; readonly secret: string };

type Fields = Readonly<Record<string, unknown>>;

const ALLOWED_FIELDS = {
  'api-key': ['scheme', 'header', 'secret'],
  bearer: ['scheme', 'secret'],
  basic: ['scheme', 'username', 'secret'],
  oauth2: ['scheme', 'issuer', 'audience', 'jwks_uri', 'scope', 'client_id'],
} as const satisfies Record<Credential['scheme'], readonly string[]>;

/**
 * The identity server's rule for the name of an API key header, but without dots, which it also allows: an
 * Application Load Balancer that drops invalid header fields would drop such a header, and every call would get
 * a 401.
 */
const HEADER_NAME = /^[A-Za-z0-9][A-Za-z0-9-]+$/;

/**
 * Headers that would not arrive with the key. The identity server overwrites the first three after it has set
 * the key; the others belong to HTTP, to another scheme, or to the load balancer, which overwrites them.
 */
const RESERVED_HEADERS = new Set([
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
 * A header value allows visible ASCII, and spaces and tabs inside (RFC 9110, section 5.5). Spaces are rejected
 * here: leading and trailing ones are trimmed on the way, and in Authorization a space separates the scheme from
 * its token.
 */
const SECRET = /^[\x21-\x7e]+$/;
const MIN_SECRET_LENGTH = 16;

/**
 * Basic encodes its strings, so it allows all that RFC 7617 (section 2) does: any without control characters. A
 * lone surrogate is rejected, because it has no UTF-8 encoding.
 */
const PASSWORD = /^[^\p{Cc}\p{Cs}]+$/u;

/** A colon ends the user name (RFC 7617, section 2). The identity server does not send an empty one. */
const USERNAME = /^[^:\p{Cc}\p{Cs}]+$/u;

/**
 * Parses the caller's credential from JSON.
 *
 * @param label names the JSON in an error, such as the name of a setting.
 * @throws Error with one sentence. It does not repeat any of the JSON, not even an unknown field or scheme,
 *   because it could be a misplaced secret.
 */
export function parseCredential(json: string, label: string): Credential {
  const fields = parseObject(json, label);
  const { scheme } = fields;
  if (scheme !== 'api-key' && scheme !== 'bearer' && scheme !== 'basic' && scheme !== 'oauth2') {
    throw new Error(`${label} needs a "scheme" that is "api-key", "bearer", "basic" or "oauth2".`);
  }
  const allowedFields: readonly string[] = ALLOWED_FIELDS[scheme];
  if (Object.keys(fields).some((field) => !allowedFields.includes(field))) {
    const allowed = allowedFields.map((field) => `"${field}"`).join(', ');
    throw new Error(`${label} has an unknown field: the scheme "${scheme}" allows ${allowed}.`);
  }
  if (scheme === 'oauth2') return readOAuth2Credential(fields, label);
  const secret = secretOf(fields, scheme, label);
  switch (scheme) {
    case 'api-key':
      return { scheme, header: headerOf(fields, label), secret };
    case 'basic':
      return { scheme, username: usernameOf(fields, label), secret };
    default:
      return { scheme, secret };
  }
}

function parseObject(json: string, label: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's message would quote the secret.
    throw new Error(`${label} is not JSON: expected an object with "scheme" and "secret".`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${label} is not a JSON object: expected one with "scheme" and "secret".`);
  }
  return value as Fields;
}

function secretOf({ secret }: Fields, scheme: Credential['scheme'], label: string): string {
  if (typeof secret !== 'string' || secret === '') {
    throw new Error(`${label} needs a "secret" that is a string and not empty.`);
  }
  if (scheme === 'basic' && !PASSWORD.test(secret)) {
    throw new Error(
      `${label} has a "secret" with a control character or a lone surrogate: remove it (RFC 7617).`,
    );
  }
  if (scheme !== 'basic' && !SECRET.test(secret)) {
    throw new Error(
      `${label} has a "secret" that does not fit into an HTTP header: use visible ASCII characters (! to ~) and no spaces.`,
    );
  }
  if ([...secret].length < MIN_SECRET_LENGTH) {
    throw new Error(
      `${label} has a "secret" that is too short: use ${MIN_SECRET_LENGTH} characters or more.`,
    );
  }
  return secret;
}

function headerOf({ header }: Fields, label: string): string {
  if (typeof header !== 'string' || !HEADER_NAME.test(header)) {
    throw new Error(
      `${label} needs a "header" of two or more letters, digits and "-", beginning with a letter or digit.`,
    );
  }
  if (RESERVED_HEADERS.has(header.toLowerCase())) {
    throw new Error(
      `${label} has the "header" ${header.toLowerCase()}, which is overwritten on the way: use another one, such as x-api-key.`,
    );
  }
  return header;
}

function usernameOf({ username }: Fields, label: string): string {
  if (typeof username !== 'string' || !USERNAME.test(username)) {
    throw new Error(
      `${label} needs a "username" that is not empty, without colons and control characters.`,
    );
  }
  return username;
}
