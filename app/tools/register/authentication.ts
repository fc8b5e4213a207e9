import type { Credential } from '../../src/credential/credential.ts';
import type { Authentication } from '../actions-api/schemas.ts';
import { ToolError } from '../errors.ts';

/** The application with which the identity server gets access tokens for its calls, with the scheme `oauth2`. */
export interface CallerClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenEndpoint: string;
}

/**
 * Returns the authentication of the action that belongs to a credential of the service.
 *
 * @throws ToolError if the scheme is `oauth2` and there is no caller.
 */
export function authenticationOf(
  credential: Credential,
  caller: CallerClient | undefined,
): Authentication {
  switch (credential.scheme) {
    case 'api-key': {
      const { header, secret: value } = credential;
      return { type: 'API_KEY', properties: { header, value } };
    }
    case 'bearer':
      return { type: 'BEARER', properties: { accessToken: credential.secret } };
    case 'basic': {
      const { username, secret: password } = credential;
      return { type: 'BASIC', properties: { username, password } };
    }
    case 'oauth2': {
      if (caller === undefined) {
        throw new ToolError(
          'The credential has the scheme oauth2, so the client of the identity server is needed: set RISK_GATE_CALLER_CLIENT_ID and RISK_GATE_CALLER_CLIENT_SECRET, and give --caller-token-endpoint.',
        );
      }
      const scopes = credential.scope;
      return {
        type: 'CLIENT_CREDENTIAL',
        properties: { ...caller, ...(scopes !== undefined && { scopes }) },
      };
    }
  }
}

/** Properties that newer builds return, in the order of their descriptions. */
const VISIBLE_PROPERTIES: readonly string[] = [
  ...['header', 'username', 'clientId', 'tokenEndpoint', 'scopes'],
];

/** Stands for a secret. */
const HIDDEN = '•••';

interface Described {
  readonly type: string;
  readonly properties?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Returns whether two authentications differ in what can be seen. Properties that are not returned do not count. */
export function differsVisibly(current: Described, desired: Authentication): boolean {
  if (current.type !== desired.type) return true;
  return VISIBLE_PROPERTIES.some((name) => {
    const value = current.properties?.[name];
    return value !== undefined && value !== null && value !== desired.properties[name];
  });
}

const NAMES: Readonly<Record<string, string>> = {
  NONE: 'none',
  API_KEY: 'API key',
  BEARER: 'bearer token',
  BASIC: 'basic',
  CLIENT_CREDENTIAL: 'OAuth2 client credentials',
  PASSWORD_CREDENTIAL: 'OAuth2 password grant',
};

/** Returns an authentication without its secrets, such as `API key in x-api-key, •••`. */
export function describeAuthentication({ type, properties }: Described): string {
  const name = NAMES[type] ?? type;
  if (type === 'NONE') return name;
  const text = (property: string) => {
    const value = properties?.[property];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const header = text('header');
  const user = text('username') ?? text('clientId');
  const detail = header ? ` in ${header}` : user ? ` of ${user}` : '';
  return `${name}${detail}, ${HIDDEN}`;
}
