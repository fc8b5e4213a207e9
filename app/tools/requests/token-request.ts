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

/** Minor versions of the identity server's contract. Each adds fields to the one before. */
export const CONTRACTS = ['1.0', '1.1', '1.2', '1.3'] as const;
export type Contract = (typeof CONTRACTS)[number];

/** An organization as the identity server describes it. Fields that are absent have the sample's values. */
export interface SampleOrganization {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly handle?: string | undefined;
  readonly depth?: number | undefined;
}

/** The user of a sample request. Fields that are absent have the sample's values. */
export interface SampleUser {
  readonly id?: string | undefined;
  readonly store?: string | undefined;
  readonly organization?: SampleOrganization | undefined;
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
  /** Of the access token, in seconds; -1 for the server's default. @default 3600 */
  readonly lifetime?: number | undefined;
  /**
   * Of the refresh token, in seconds; -1 for the server's default, false without one.
   * @default 86400, false with client_credentials
   */
  readonly refreshLifetime?: number | false | undefined;
  /** Claims besides those of the sample, or instead of them; null for a claim that the token lacks. @default none */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** @default the client and an API */
  readonly audience?: readonly string[] | undefined;
  /** False for a token without a user. @default a user, false with client_credentials */
  readonly user?: SampleUser | false | undefined;
  readonly tenant?: { readonly id?: string | undefined; readonly name?: string | undefined };
  readonly organization?: SampleOrganization | undefined;
  /** @default the newest */
  readonly contract?: Contract | undefined;
}

/**
 * Returns a request with every field that it can have in its version of the contract, so that every effect of a policy
 * applies. With client_credentials there is no user and no refresh token.
 */
export function sampleTokenRequest(chosen: TokenRequestOptions): object {
  const { headers, grant, clientId, scopes, requestedScopes = [], params = [] } = chosen;
  const { contract = '1.3', tenant } = chosen;
  const isUserGrant = grant !== 'client_credentials';
  const user = chosen.user ?? (isUserGrant ? {} : false);
  const hasUser = user !== false;
  const refreshLifetime = refreshLifetimeOf(chosen, contract, isUserGrant);
  const hasRefreshToken = refreshLifetime !== false;
  const organization = sampleOrganization(chosen.organization);
  const openId = hasUser && scopes.includes('openid');
  const claims = sampleClaims(chosen, user);
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
      tenant: { id: tenant?.id ?? '2210', name: tenant?.name ?? 'example' },
      ...(contract !== '1.0' && { organization }),
      ...(hasUser && {
        user: {
          id: user.id ?? USER,
          organization: user.organization ? sampleOrganization(user.organization) : organization,
        },
        userStore: userStore(user.store),
      }),
      accessToken: {
        tokenType: 'JWT',
        claims: Object.entries(claims).map(claimOf),
        ...(scopes.length > 0 && { scopes }),
      },
      ...(hasRefreshToken && {
        refreshToken: { claims: [{ name: 'expires_in', value: refreshLifetime }] },
      }),
      ...(contract === '1.3' && {
        response: {
          parameters: [
            ...['access_token', 'token_type', 'scope', 'expires_in'],
            ...(hasRefreshToken ? ['refresh_token'] : []),
            ...(openId ? ['id_token'] : []),
          ],
        },
      }),
    },
    allowedOperations: allowedOperations(claims, contract, hasRefreshToken, openId),
  };
}

function refreshLifetimeOf(
  { refreshLifetime }: TokenRequestOptions,
  contract: Contract,
  isUserGrant: boolean,
): number | false {
  if (contract === '1.0') return false;
  return refreshLifetime ?? (isUserGrant ? 86_400 : false);
}

function sampleOrganization(chosen: SampleOrganization = {}): object {
  const { id, name, handle, depth } = chosen;
  return {
    id: id ?? ORGANIZATION.id,
    name: name ?? ORGANIZATION.name,
    orgHandle: handle ?? ORGANIZATION.orgHandle,
    depth: depth ?? ORGANIZATION.depth,
  };
}

/** The id of a user store is its name in base64. */
function userStore(name = 'DEFAULT'): object {
  return { id: Buffer.from(name).toString('base64'), name };
}

/** The identity server omits an empty string, and an empty list. */
function claimOf([name, value]: readonly [string, unknown]): object {
  const isEmpty = value === '' || (Array.isArray(value) && value.length === 0);
  return isEmpty ? { name } : { name, value };
}

const USER = '5b1f3c0e-6f1d-4a52-9d0b-7f6f5a1c9e11';
const ORGANIZATION = {
  id: '0f6f6b1c-2f55-4a0d-8f0e-2b6a9f0d7c31',
  name: 'example',
  orgHandle: 'example',
  depth: 0,
};

function sampleClaims(
  { clientId, lifetime = 3600, audience, claims }: TokenRequestOptions,
  user: SampleUser | false,
): Readonly<Record<string, unknown>> {
  const all = {
    iss: 'https://api.asgardeo.io/t/example/oauth2/token',
    client_id: clientId,
    aut: user ? 'APPLICATION_USER' : 'APPLICATION',
    expires_in: lifetime,
    aud: audience ?? [clientId, 'https://api.example.com/orders'],
    sub: user ? (user.id ?? USER) : clientId,
    ...(user && { email: 'jo@example.com', groups: ['engineering', 'on-call'] }),
    ...claims,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** Claims of every token. The identity server lets no action change them, apart from the lifetime and the audience. */
const FIXED_CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'client_id', 'aut', 'expires_in', 'aud', 'subject_type', 'sub'],
  ...['binding_ref', 'binding_type'],
]);

function allowedOperations(
  claims: Readonly<Record<string, unknown>>,
  contract: Contract,
  hasRefreshToken: boolean,
  openId: boolean,
): object[] {
  const hasParameters = contract === '1.3';
  const lists = ['/accessToken/scopes/', '/accessToken/claims/aud/'];
  const otherClaims = Object.entries(claims).flatMap(([name, value]) =>
    FIXED_CLAIMS.has(name) ? [] : claimPath(name, value),
  );
  return [
    {
      op: 'add',
      paths: [
        '/accessToken/claims/',
        ...lists,
        ...(hasParameters ? ['/response/parameters/'] : []),
      ],
    },
    {
      op: 'remove',
      paths: [
        ...otherClaims,
        ...lists,
        ...(hasParameters && hasRefreshToken ? ['/response/parameters/refresh_token'] : []),
        ...(hasParameters && openId ? ['/response/parameters/id_token'] : []),
      ],
    },
    {
      op: 'replace',
      paths: [
        ...otherClaims,
        ...lists,
        '/accessToken/claims/expires_in',
        ...(hasRefreshToken ? ['/refreshToken/claims/expires_in'] : []),
      ],
    },
  ];
}

/** The path of a list ends in a slash. A claim that is an object cannot be changed. */
function claimPath(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return [`/accessToken/claims/${name}/`];
  return typeof value === 'object' ? [] : [`/accessToken/claims/${name}`];
}
