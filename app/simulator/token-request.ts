/** The request of the identity server for a client's own token, as the guide of the action shows it. */
export function tokenRequest(address: string): object {
  const clientId = 'r1sk_gate_example_client';
  return {
    actionType: 'PRE_ISSUE_ACCESS_TOKEN',
    event: {
      request: {
        clientId,
        grantType: 'client_credentials',
        additionalHeaders: [{ name: 'x-client-source-ip', value: [address] }],
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
