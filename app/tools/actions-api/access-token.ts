import { listInWords } from '../../src/lib/list-in-words.ts';
import { ToolError } from '../errors.ts';
import type { HttpClient } from '../http/send-request.ts';
import { ConnectionError } from '../http/send-request.ts';
import type { ApiCredential } from './api-credential.ts';
import { parseAnswer } from './parse-answer.ts';
import { SCHEMAS } from './schemas.ts';
import type { Target } from './target.ts';

/** Tokens are replaced this long before they expire. */
const EXPIRY_MARGIN_MS = 30_000;

/** How a tool authenticates its calls of the API. */
export interface Authorizer {
  /** Whether a rejected credential can be replaced by a new token. */
  readonly isRenewable: boolean;
  /** Returns the value of `Authorization`. @throws ToolError if a scope is missing, before any call of the API. */
  authorize(): Promise<string>;
  /** Forgets the token, which the API has rejected. */
  renew(): void;
}

/** The scopes that a command asks for. */
export interface RequestedScopes {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** @param now milliseconds since the epoch. */
export function createAuthorizer(
  target: Target,
  credential: ApiCredential,
  { required, optional }: RequestedScopes,
  http: HttpClient,
  now: () => number,
): Authorizer {
  if (credential.kind === 'user') {
    const value = basic(credential.username, credential.password);
    return { isRenewable: false, authorize: async () => value, renew: () => {} };
  }
  const { clientId, clientSecret } = credential;
  let token: { readonly value: string; readonly expiresAt: number } | undefined;
  const request = async () => {
    const answer = await requestToken(
      target,
      clientId,
      clientSecret,
      [...required, ...optional],
      http,
    );
    const granted = new Set(answer.scope?.split(' ') ?? []);
    const missing = required.filter((scope) => !granted.has(scope));
    if (missing.length > 0) throw new ToolError(describeMissingScopes(missing, target));
    const lifetimeMs = (answer.expires_in ?? 3600) * 1000;
    return { value: answer.access_token, expiresAt: now() + lifetimeMs - EXPIRY_MARGIN_MS };
  };
  return {
    isRenewable: true,
    async authorize() {
      if (token === undefined || token.expiresAt <= now()) token = await request();
      return `Bearer ${token.value}`;
    },
    renew() {
      token = undefined;
    },
  };
}

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`, 'utf8').toString('base64')}`;
}

async function requestToken(
  { tokenUrl, label }: Target,
  clientId: string,
  clientSecret: string,
  scopes: readonly string[],
  http: HttpClient,
) {
  const what = `There is no access token for ${label}`;
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') });
  const answer = await http
    .send({
      method: 'POST',
      url: tokenUrl,
      headers: {
        authorization: basic(clientId, clientSecret),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form.toString(),
    })
    .catch((error: unknown) => {
      if (!(error instanceof ConnectionError)) throw error;
      throw new ToolError(
        `${what}: ${new URL(tokenUrl).host} cannot be reached, because ${error.message}.`,
      );
    });
  if (answer.status === 200) return parseAnswer(answer, SCHEMAS.token, what, tokenUrl);
  throw new ToolError(`${what}, because ${tokenRefusal(answer.status, answer.body)}.`);
}

function tokenRefusal(status: number, body: string): string {
  if (status === 404) {
    return 'the organization or tenant was not found: check its name, and the URL of the server';
  }
  if (status === 429)
    return 'there were too many requests: wait a minute, and run the command again';
  if (status >= 500) return `the server failed (status ${status}): run the command again`;
  if (status === 401 || body.includes('invalid_client')) {
    return 'the client id or secret is wrong: check RISK_GATE_CLIENT_ID and RISK_GATE_CLIENT_SECRET';
  }
  if (body.includes('unsupported_grant_type') || body.includes('unauthorized_client')) {
    return 'the application may not use the grant client credentials: allow it in the Console, under Protocol';
  }
  if (body.includes('invalid_scope')) {
    return 'no scope is authorized for the application: authorize the API in the Console, under API Authorization';
  }
  return `the request was refused (status ${status}): check the application in the Console`;
}

function describeMissingScopes(missing: readonly string[], { label }: Target): string {
  return `The application may not manage actions in ${label}: authorize ${listInWords(missing)} for it in the Console, under API Authorization, and run the command again.`;
}
