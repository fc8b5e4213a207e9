import type { ForwardedHeader } from './edge.ts';

/** Returns the action's request for the client_credentials grant, as in the Asgardeo guide. */
export function clientCredentialsRequest(headers: readonly ForwardedHeader[]): object {
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

/** The parts of a token request that a user of the console chooses. */
export interface TokenRequestOptions {
  readonly headers: readonly ForwardedHeader[];
  readonly grant: string;
  readonly clientId: string;
  /** Granted scopes. */
  readonly scopes: readonly string[];
}

/**
 * Returns a request of contract version 1.3 with every field that it can have, so that every effect of a policy
 * applies. With client_credentials there is no user and no refresh token.
 */
export function sampleTokenRequest(chosen: TokenRequestOptions): object {
  const { headers, grant, clientId, scopes } = chosen;
  const hasUser = grant !== 'client_credentials';
  const openId = hasUser && scopes.includes('openid');
  return {
    actionType: 'PRE_ISSUE_ACCESS_TOKEN',
    event: {
      request: {
        clientId,
        grantType: grant,
        // The identity server omits empty lists.
        ...(headers.length > 0 && { additionalHeaders: headers }),
      },
      tenant: { id: '2210', name: 'example' },
      organization: ORGANIZATION,
      ...(hasUser && {
        user: { id: USER, organization: ORGANIZATION },
        userStore: { id: 'REVGQVVMVA==', name: 'DEFAULT' },
      }),
      accessToken: {
        tokenType: 'JWT',
        claims: [
          { name: 'iss', value: 'https://api.asgardeo.io/t/example/oauth2/token' },
          { name: 'client_id', value: clientId },
          { name: 'aut', value: hasUser ? 'APPLICATION_USER' : 'APPLICATION' },
          { name: 'expires_in', value: 3600 },
          { name: 'aud', value: [clientId, 'https://api.example.com/orders'] },
          { name: 'sub', value: hasUser ? USER : clientId },
          ...(hasUser
            ? [
                { name: 'email', value: 'jo@example.com' },
                { name: 'groups', value: ['engineering', 'on-call'] },
              ]
            : []),
        ],
        // The identity server omits empty lists.
        ...(scopes.length > 0 && { scopes }),
      },
      ...(hasUser && { refreshToken: { claims: [{ name: 'expires_in', value: 86_400 }] } }),
      response: {
        parameters: [
          ...['access_token', 'token_type', 'scope', 'expires_in'],
          ...(hasUser ? ['refresh_token'] : []),
          ...(openId ? ['id_token'] : []),
        ],
      },
    },
    allowedOperations: allowedOperations(hasUser, openId),
  };
}

const USER = '5b1f3c0e-6f1d-4a52-9d0b-7f6f5a1c9e11';
const ORGANIZATION = {
  id: '0f6f6b1c-2f55-4a0d-8f0e-2b6a9f0d7c31',
  name: 'example',
  orgHandle: 'example',
  depth: 0,
};

function allowedOperations(hasUser: boolean, openId: boolean): object[] {
  const lists = ['/accessToken/scopes/', '/accessToken/claims/aud/'];
  const userClaims = hasUser ? ['/accessToken/claims/email', '/accessToken/claims/groups/'] : [];
  return [
    { op: 'add', paths: ['/accessToken/claims/', ...lists, '/response/parameters/'] },
    {
      op: 'remove',
      paths: [
        ...userClaims,
        ...lists,
        ...(hasUser ? ['/response/parameters/refresh_token'] : []),
        ...(openId ? ['/response/parameters/id_token'] : []),
      ],
    },
    {
      op: 'replace',
      paths: [
        ...userClaims,
        ...lists,
        '/accessToken/claims/expires_in',
        ...(hasUser ? ['/refreshToken/claims/expires_in'] : []),
      ],
    },
  ];
}
