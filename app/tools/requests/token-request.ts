import type { NamedValue } from './edge.ts';

/** Returns the action's request for the client_credentials grant, as in the Asgardeo guide. */
export function clientCredentialsRequest(headers: readonly NamedValue[]): object {
  const clientId = 'r1sk_gate_example_client';
  return {
    actionType: 'PRE_ISSUE_ACCESS_TOKEN',
    event: {
      request: {
        clientId,
        grantType: 'client_credentials',
        additionalHeaders: headers,
      },
      tenant: { id: '2210', name: 'example' },
      accessToken: {
        tokenType: 'JWT',
        claims: [
          { name: 'iss', value: 'https://api.asgardeo.io/t/example/oauth2/token' },
          { name: 'client_id', value: clientId },
          { name: 'aut', value: 'APPLICATION' },
          { name: 'expires_in', value: 3600 },
          { name: 'aud', value: [clientId] },
          { name: 'sub', value: clientId },
        ],
      },
    },
    allowedOperations: [
      { op: 'replace', paths: ['/accessToken/claims/expires_in', '/accessToken/claims/aud/'] },
    ],
  };
}

/** The parts of a sample request that can be chosen. */
export interface TokenRequestOptions {
  readonly headers: readonly NamedValue[];
  readonly grant: string;
  readonly clientId: string;
  /** Granted scopes. */
  readonly scopes: readonly string[];
  /** Scopes that the client asked for. @default none, as with most grants */
  readonly requestedScopes?: readonly string[] | undefined;
  /** Parameters of the token request. @default none */
  readonly params?: readonly NamedValue[] | undefined;
  /** Of the access token, in seconds. @default 3600 */
  readonly lifetime?: number | undefined;
  /** Of the refresh token, in seconds. @default 86400 */
  readonly refreshLifetime?: number | undefined;
  /** Claims besides those of the sample, or instead of them. @default none */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Returns a request of contract version 1.3 with every field that it can have, so that every effect of a policy
 * applies. With client_credentials there is no user and no refresh token.
 */
export function sampleTokenRequest(chosen: TokenRequestOptions): object {
  const { headers, grant, clientId, scopes, requestedScopes = [], params = [] } = chosen;
  const hasUser = grant !== 'client_credentials';
  const openId = hasUser && scopes.includes('openid');
  const claims = sampleClaims(chosen, hasUser);
  return {
    actionType: 'PRE_ISSUE_ACCESS_TOKEN',
    event: {
      request: {
        clientId,
        grantType: grant,
        // The identity server omits empty lists.
        ...(requestedScopes.length > 0 && { scopes: requestedScopes }),
        ...(headers.length > 0 && { additionalHeaders: headers }),
        ...(params.length > 0 && { additionalParams: params }),
      },
      tenant: { id: '2210', name: 'example' },
      organization: ORGANIZATION,
      ...(hasUser && {
        user: { id: USER, organization: ORGANIZATION },
        userStore: { id: 'REVGQVVMVA==', name: 'DEFAULT' },
      }),
      accessToken: {
        tokenType: 'JWT',
        claims: Object.entries(claims).map(([name, value]) => ({ name, value })),
        ...(scopes.length > 0 && { scopes }),
      },
      ...(hasUser && {
        refreshToken: {
          claims: [{ name: 'expires_in', value: chosen.refreshLifetime ?? 86_400 }],
        },
      }),
      response: {
        parameters: [
          ...['access_token', 'token_type', 'scope', 'expires_in'],
          ...(hasUser ? ['refresh_token'] : []),
          ...(openId ? ['id_token'] : []),
        ],
      },
    },
    allowedOperations: allowedOperations(claims, hasUser, openId),
  };
}

const USER = '5b1f3c0e-6f1d-4a52-9d0b-7f6f5a1c9e11';
const ORGANIZATION = {
  id: '0f6f6b1c-2f55-4a0d-8f0e-2b6a9f0d7c31',
  name: 'example',
  orgHandle: 'example',
  depth: 0,
};

function sampleClaims(
  { clientId, lifetime = 3600, claims }: TokenRequestOptions,
  hasUser: boolean,
): Readonly<Record<string, unknown>> {
  return {
    iss: 'https://api.asgardeo.io/t/example/oauth2/token',
    client_id: clientId,
    aut: hasUser ? 'APPLICATION_USER' : 'APPLICATION',
    expires_in: lifetime,
    aud: [clientId, 'https://api.example.com/orders'],
    sub: hasUser ? USER : clientId,
    ...(hasUser && { email: 'jo@example.com', groups: ['engineering', 'on-call'] }),
    ...claims,
  };
}

/** Claims of every token. The identity server lets no action change them, apart from the lifetime and the audience. */
const FIXED_CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'client_id', 'aut', 'expires_in', 'aud', 'subject_type', 'sub'],
  ...['binding_ref', 'binding_type'],
]);

function allowedOperations(
  claims: Readonly<Record<string, unknown>>,
  hasUser: boolean,
  openId: boolean,
): object[] {
  const lists = ['/accessToken/scopes/', '/accessToken/claims/aud/'];
  const otherClaims = Object.entries(claims).flatMap(([name, value]) =>
    FIXED_CLAIMS.has(name) ? [] : claimPath(name, value),
  );
  return [
    { op: 'add', paths: ['/accessToken/claims/', ...lists, '/response/parameters/'] },
    {
      op: 'remove',
      paths: [
        ...otherClaims,
        ...lists,
        ...(hasUser ? ['/response/parameters/refresh_token'] : []),
        ...(openId ? ['/response/parameters/id_token'] : []),
      ],
    },
    {
      op: 'replace',
      paths: [
        ...otherClaims,
        ...lists,
        '/accessToken/claims/expires_in',
        ...(hasUser ? ['/refreshToken/claims/expires_in'] : []),
      ],
    },
  ];
}

/** The path of a list ends in a slash. A claim that is an object cannot be changed. */
function claimPath(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return [`/accessToken/claims/${name}/`];
  return typeof value === 'object' ? [] : [`/accessToken/claims/${name}`];
}
