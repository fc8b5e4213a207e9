/** An address that is reserved for documentation (RFC 5737): the service looks up nothing about it. */
export const CANARY_ADDRESS = '192.0.2.1';

/** The client id of the canary's requests. No application of an identity server has it. */
const CLIENT_ID = 'risk-gate-canary';

/**
 * Returns a request of the action as the identity server sends it for the client_credentials grant.
 *
 * @param addressHeader the header from which the service reads the client address.
 */
export function canaryRequest(addressHeader: string): string {
  return JSON.stringify({
    actionType: 'PRE_ISSUE_ACCESS_TOKEN',
    event: {
      request: {
        clientId: CLIENT_ID,
        grantType: 'client_credentials',
        additionalHeaders: [{ name: addressHeader, value: [CANARY_ADDRESS] }],
      },
      tenant: { id: '1', name: 'canary' },
      accessToken: {
        tokenType: 'JWT',
        claims: [
          { name: 'iss', value: 'https://canary.invalid/oauth2/token' },
          { name: 'client_id', value: CLIENT_ID },
          { name: 'aut', value: 'APPLICATION' },
          { name: 'expires_in', value: 3600 },
          { name: 'aud', value: [CLIENT_ID] },
          { name: 'sub', value: CLIENT_ID },
        ],
      },
    },
    allowedOperations: [
      { op: 'add', paths: ['/accessToken/claims/', '/accessToken/scopes/'] },
      { op: 'remove', paths: ['/accessToken/scopes/', '/accessToken/claims/aud/'] },
      { op: 'replace', paths: ['/accessToken/claims/expires_in', '/accessToken/claims/aud/'] },
    ],
  });
}
