import type { ActionBody, AuthenticationBody } from './action-body.ts';
import { ApiError, BareError } from './api-error.ts';

const NAME = /^[a-zA-Z0-9-_][a-zA-Z0-9-_ ]*[a-zA-Z0-9-_]$/;
const URI = /^https?:\/\/[^\s/$.?#]\S*$/;
const HEADER = /^[a-zA-Z0-9][a-zA-Z0-9-.]+$/;
const PARAMETER_DELIMITERS = /[:/?#[\]@]/;

/** The default exclusions of February 2025, compared exactly. */
const EXCLUDED_HEADERS: readonly string[] = [
  ...['authorization', 'cookie', 'set-cookie', 'accept-encoding', 'accept-language', 'origin'],
  ...['content-length', 'content-type', 'connection', 'host', 'referer', 'user-agent'],
  ...['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'],
  ...['x-forwarded-server', 'x-forwarded-uri'],
];
const EXCLUDED_PARAMETERS: readonly string[] = [
  ...['redirect_uri', 'grant_type', 'scope', 'username', 'password', 'refresh_token'],
  ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'],
];

/** The properties of each type of authentication; others are ignored. */
const PROPERTIES: Readonly<
  Record<AuthenticationBody['type'], { readonly visible: string[]; readonly secret: string[] }>
> = {
  NONE: { visible: [], secret: [] },
  BASIC: { visible: ['username'], secret: ['password'] },
  BEARER: { visible: [], secret: ['accessToken'] },
  API_KEY: { visible: ['header'], secret: ['value'] },
  CLIENT_CREDENTIAL: { visible: ['clientId', 'tokenEndpoint'], secret: ['clientSecret'] },
  PASSWORD_CREDENTIAL: {
    visible: ['clientId', 'tokenEndpoint', 'username'],
    secret: ['clientSecret', 'password'],
  },
};

const OPTIONAL_PROPERTIES = ['scopes'];

/** The authentication of a stored action. */
export interface StoredAuthentication {
  readonly type: AuthenticationBody['type'];
  /** Properties that newer builds return. */
  readonly visible: Readonly<Record<string, string>>;
  /** Properties that no build returns. */
  readonly secret: Readonly<Record<string, string>>;
}

/** Checks the fields of a body. @throws ApiError */
export function checkFields({ name, endpoint }: ActionBody): void {
  if (name !== undefined) checkText('Action name', name, NAME);
  if (endpoint?.uri !== undefined) checkText('Endpoint URI', endpoint.uri, URI);
  if (endpoint?.authentication !== undefined) readAuthentication(endpoint.authentication);
  for (const header of endpoint?.allowedHeaders ?? []) {
    checkText('Allowed header', header, HEADER);
    if (EXCLUDED_HEADERS.includes(header)) {
      throw new ApiError('60007', `The header ${header} is not allowed.`);
    }
  }
  for (const parameter of endpoint?.allowedParameters ?? []) {
    if (PARAMETER_DELIMITERS.test(parameter)) {
      throw new ApiError('60005', 'Allowed parameter is invalid.');
    }
    if (EXCLUDED_PARAMETERS.includes(parameter)) {
      throw new ApiError('60008', `The parameter ${parameter} is not allowed.`);
    }
  }
}

function checkText(what: string, text: string, pattern: RegExp): void {
  if (text.trim() === '') throw new ApiError('60004', `${what} is empty.`);
  if (!pattern.test(text)) throw new ApiError('60005', `${what} is invalid.`);
}

/** Reads the properties of an authentication, of which none may be left out. @throws ApiError or BareError */
export function readAuthentication(authentication: AuthenticationBody): StoredAuthentication {
  const { type, properties = {} } = authentication;
  const { visible, secret } = PROPERTIES[type];
  const read = (name: string) => {
    const value = properties[name];
    if (value === undefined || value === null) {
      throw new ApiError('60010', `The property ${name} is missing.`);
    }
    // An unchecked cast in the server.
    if (typeof value !== 'string') throw new BareError(500);
    if (value === '') throw new ApiError('60011', `The property ${name} cannot be empty.`);
    return [name, value] as const;
  };
  const optional = type.endsWith('CREDENTIAL')
    ? OPTIONAL_PROPERTIES.filter((name) => properties[name] !== undefined)
    : [];
  const stored = {
    type,
    visible: Object.fromEntries([...visible, ...optional].map(read)),
    secret: Object.fromEntries(secret.map(read)),
  };
  if (type === 'API_KEY') checkText('API key header name', String(properties.header), HEADER);
  return stored;
}
