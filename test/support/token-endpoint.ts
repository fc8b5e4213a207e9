import type { StoredAction } from '../../app/dev/simulator/actions-api/actions-api.ts';
import type { Application } from '../../app/dev/simulator/actions-api/applications.ts';
import { API_VERSION_HEADER } from '../../app/src/http/api-version.ts';
import { applyResponse, type Outcome } from '../../app/tools/identity-server/index.ts';
import { sampleTokenRequest } from '../../app/tools/requests/token-request.ts';

/** A token request of an OAuth client. */
export interface ClientRequest {
  readonly clientId: string;
  /** @default client_credentials */
  readonly grant?: string;
  /** As the token endpoint receives them. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface TokenResult {
  /** Whether the identity server has called the action. */
  readonly isCalled: boolean;
  /** What the client gets. */
  readonly outcome: Outcome;
}

/** An organization, as the stand-in of its management API has it. */
export interface Organization {
  readonly actions: readonly StoredAction[];
  readonly applications: readonly Application[];
}

/** The grants for which the identity server calls the action. */
const CALLING_GRANTS = ['authorization_code', 'password', 'refresh_token', 'client_credentials'];

/** The token unchanged, as without an action. */
const UNCHANGED = { status: 200, contentType: 'application/json', body: successBody() };

/**
 * Requests a token from an identity server whose action is managed through the stand-in. The action is called only if
 * it is active, if its rule selects the request, and if the application gets JWTs; everything else is issued unchanged.
 */
export async function requestToken(
  { actions, applications }: Organization,
  request: ClientRequest,
): Promise<TokenResult> {
  const { clientId, grant = 'client_credentials', headers } = request;
  const application = applications.find(({ oidc }) => oidc?.clientId === clientId);
  if (application?.oidc === undefined) throw new Error(`There is no client ${clientId}.`);
  const action = actions.find(
    (each) => each.status === 'ACTIVE' && selects(each, application.id, grant),
  );
  const isCalled =
    action !== undefined && application.oidc.tokenType === 'JWT' && CALLING_GRANTS.includes(grant);
  const body = JSON.stringify(
    sampleTokenRequest({
      ...{ clientId, grant, scopes: ['orders'] },
      headers: isCalled ? allowedHeaders(action, headers) : [],
    }),
  );
  const response = isCalled ? await call(action, body) : UNCHANGED;
  return { isCalled, outcome: applyResponse(body, response) };
}

/** Without a rule, an action selects every request. */
function selects({ rule }: StoredAction, applicationId: string, grant: string): boolean {
  const actual: Readonly<Record<string, string>> = { application: applicationId, grantType: grant };
  return (
    rule === undefined ||
    rule.rules.some(({ expressions }) =>
      expressions.every(
        ({ field, operator, value }) => (actual[field] === value) === (operator === 'equals'),
      ),
    )
  );
}

function allowedHeaders(action: StoredAction, headers: ClientRequest['headers']) {
  return Object.entries(headers)
    .filter(([name]) => action.allowedHeaders?.includes(name.toLowerCase()))
    .map(([name, value]) => ({ name: name.toLowerCase(), value: [value] }));
}

async function call({ uri, authentication, version }: StoredAction, body: string) {
  const { visible, secret } = authentication;
  const response = await fetch(uri, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [API_VERSION_HEADER]: version,
      [visible.header ?? '']: secret.value ?? '',
    },
    body,
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? undefined,
    body: await response.text(),
  };
}

function successBody(): string {
  return JSON.stringify({ actionStatus: 'SUCCESS', operations: [] });
}
