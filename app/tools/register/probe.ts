import type { Credential } from '../../src/credential/credential.ts';
import { API_VERSION_HEADER } from '../../src/http/api-version.ts';
import { TEST_HEADER } from '../../src/http/test-request.ts';
import { parseJson } from '../actions-api/parse-answer.ts';
import { displayUrl } from '../display.ts';
import { ToolError } from '../errors.ts';
import { ConnectionError, type HttpClient } from '../http/send-request.ts';
import { credentialHeaders } from '../requests/credential-headers.ts';
import { isFirewallRefusal } from '../requests/firewall.ts';
import { clientCredentialsRequest } from '../requests/token-request.ts';

/** What a test request to the endpoint has shown. */
export type ProbeResult =
  /** The endpoint decides. */
  | { readonly kind: 'decision' }
  /** Risk Gate answers, and rejects the credential. */
  | { readonly kind: 'unauthorized' }
  /** The reason and the remedy, as a part of a sentence. */
  | { readonly kind: 'failed'; readonly reason: string };

/** Sends test requests to the endpoint of an action. */
export interface Probe {
  /** @param credential undefined to send none, which the endpoint must reject. */
  send(credential: Credential | undefined): Promise<ProbeResult>;
}

/** @param http with fresh connections, so that each request may reach another task. */
export function createProbe(http: HttpClient, uri: string): Probe {
  // Without an address, the service looks up nothing.
  const body = JSON.stringify(clientCredentialsRequest([]));
  return {
    async send(credential) {
      try {
        const answer = await http.send({
          method: 'POST',
          url: uri,
          headers: {
            'content-type': 'application/json',
            [TEST_HEADER]: 'verify',
            [API_VERSION_HEADER]: 'v1',
            ...(credential && headersOf(credential)),
          },
          body,
        });
        return resultOf(answer.status, answer.body);
      } catch (error) {
        if (error instanceof ConnectionError) return { kind: 'failed', reason: error.message };
        throw error;
      }
    },
  };
}

/** With OAuth2, only the identity server can get an access token. */
function headersOf(credential: Credential): Readonly<Record<string, string>> {
  return credential.scheme === 'oauth2' ? {} : credentialHeaders(credential);
}

function resultOf(status: number, body: string): ProbeResult {
  const { actionStatus } = (parseJson(body) ?? {}) as Record<string, unknown>;
  if (status === 200 && (actionStatus === 'SUCCESS' || actionStatus === 'FAILED')) {
    return { kind: 'decision' };
  }
  if (actionStatus === 'ERROR' && status === 401) return { kind: 'unauthorized' };
  if (isFirewallRefusal(status, body)) {
    return {
      kind: 'failed',
      reason:
        'its firewall does not admit this machine: run the command from an address in allowedCidrs, or use --no-probe',
    };
  }
  if (actionStatus === 'ERROR' && status >= 500) {
    return { kind: 'failed', reason: `it fails with status ${status}: see the log of the service` };
  }
  return {
    kind: 'failed',
    reason: `something other than Risk Gate answers (status ${status}): check the URL, the DNS record and the proxy`,
  };
}

/** @throws ToolError unless the endpoint accepts the credential. With OAuth2, it must only be there. */
export async function requireAcceptance(
  probe: Probe,
  uri: string,
  credential: Credential,
): Promise<void> {
  const isOAuth2 = credential.scheme === 'oauth2';
  const result = await probe.send(isOAuth2 ? undefined : credential);
  const expected = isOAuth2 ? 'unauthorized' : 'decision';
  if (result.kind === expected) return;
  throw new ToolError(`The endpoint ${displayUrl(uri)} is not ready: ${explain(result)}.`);
}

/** @throws ToolError unless Risk Gate answers at the endpoint. */
export async function requirePresence(probe: Probe, uri: string): Promise<void> {
  const result = await probe.send(undefined);
  if (result.kind === 'unauthorized') return;
  throw new ToolError(`The endpoint ${displayUrl(uri)} is not ready: ${explain(result)}.`);
}

function explain(result: ProbeResult): string {
  switch (result.kind) {
    case 'failed':
      return result.reason;
    case 'unauthorized':
      return 'it rejects the credential: wait five minutes if the secret has just been changed, and compare --stack with the endpoint';
    case 'decision':
      return 'it decides without a credential: check that the URL leads to Risk Gate';
  }
}
