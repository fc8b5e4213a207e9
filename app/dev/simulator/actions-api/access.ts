import { randomBytes } from 'node:crypto';
import { type ApiResponse, BareError } from './api-error.ts';

/** An application that may get access tokens, or a user who may authenticate with a password. */
export interface ApiUser {
  /** Client id, or user name. */
  readonly id: string;
  /** Client secret, or password. */
  readonly secret: string;
  /** Scopes that are authorized for it. */
  readonly scopes: readonly string[];
}

interface IssuedToken {
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface AccessOptions {
  readonly clients: readonly ApiUser[];
  /** With users, the API accepts HTTP Basic, as WSO2 Identity Server does. */
  readonly users: readonly ApiUser[];
  /** Seconds. */
  readonly tokenLifetimeS: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The token endpoint, and the check of credentials. */
export class Access {
  readonly #options: AccessOptions;
  readonly #tokens = new Map<string, IssuedToken>();

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Makes all tokens invalid, as after their lifetime. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  /** Answers a request for a token. Scopes that are not authorized are left out of the answer. */
  issueToken(authorization: string | undefined, form: URLSearchParams): ApiResponse {
    const client = find(this.#options.clients, authorization);
    if (client === undefined) return { status: 401, body: { error: 'invalid_client' } };
    if (form.get('grant_type') !== 'client_credentials') {
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    }
    const requested = (form.get('scope') ?? '').split(' ').filter(Boolean);
    const scopes = requested.filter((scope) => client.scopes.includes(scope));
    const token = randomBytes(24).toString('hex');
    const { tokenLifetimeS, now } = this.#options;
    this.#tokens.set(token, { scopes, expiresAt: now() + tokenLifetimeS * 1000 });
    const body = {
      access_token: token,
      scope: scopes.join(' '),
      token_type: 'Bearer',
      expires_in: tokenLifetimeS,
    };
    return { status: 200, body };
  }

  /** @throws BareError with 401 or 403. */
  require(authorization: string | undefined, scope: string): void {
    const scopes = this.#scopesOf(authorization);
    if (scopes === undefined) throw new BareError(401);
    if (!scopes.includes(scope)) throw new BareError(403);
  }

  #scopesOf(authorization = ''): readonly string[] | undefined {
    const [, token] = /^Bearer (\S+)$/.exec(authorization) ?? [];
    if (token === undefined) return find(this.#options.users, authorization)?.scopes;
    const issued = this.#tokens.get(token);
    return issued !== undefined && issued.expiresAt > this.#options.now()
      ? issued.scopes
      : undefined;
  }
}

function find(users: readonly ApiUser[], authorization = ''): ApiUser | undefined {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(authorization) ?? [];
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return users.find(({ id, secret }) => pair === `${id}:${secret}`);
}
