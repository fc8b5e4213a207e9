import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Access, type ApiUser } from './access.ts';
import type { Generation } from './action-body.ts';
import { ActionStore, type StoredAction } from './action-store.ts';
import { ApiError, type ApiResponse, BareError } from './api-error.ts';
import type { Application } from './applications.ts';
import { type ActionsApiFault, type FaultFilter, FaultQueue } from './fault.ts';
import { type ApiCall, type OrganizationState, respond } from './routes.ts';

export type { ApiUser } from './access.ts';
export type { StoredAction } from './action-store.ts';
export type { Application } from './applications.ts';
export type { ActionsApiFault, FaultFilter } from './fault.ts';

/** Every scope that the API of actions, rules and applications requires. */
export const ALL_SCOPES: readonly string[] = [
  ...['view', 'create', 'update', 'delete'].map((verb) => `internal_action_mgt_${verb}`),
  'internal_rule_metadata_view',
  'internal_application_mgt_view',
];

export interface ActionsApiOptions {
  /** Name of the organization, or domain of the tenant. @default 'acme' */
  readonly organization?: string;
  /** @default 'new' */
  readonly generation?: Generation;
  /** Applications that get access tokens. @default `client` with the secret `client-secret` and all scopes */
  readonly clients?: readonly ApiUser[];
  /** Users for HTTP Basic, which Asgardeo does not accept. @default none */
  readonly users?: readonly ApiUser[];
  /** @default none */
  readonly applications?: readonly Application[];
  /** Actions of this type that the organization may have. @default 1 */
  readonly maximum?: number;
  /** @default 'v1' */
  readonly latestVersion?: string;
  /** @default true */
  readonly allowsRules?: boolean;
  /** @default false */
  readonly isSubOrganization?: boolean;
  /** Whether the server does not have this type of action. @default false */
  readonly isTypeDisabled?: boolean;
  /** Seconds. @default 3600 */
  readonly tokenLifetimeS?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** A call that the stand-in has received. */
export interface ReceivedCall {
  readonly method: string;
  /** Relative to the base of the API, or `/oauth2/token`. */
  readonly path: string;
  readonly body: string;
}

/** A stand-in for the API with which actions of one organization are managed. */
export interface ActionsApi {
  /** Such as `http://127.0.0.1:1234`. */
  readonly origin: string;
  /** The stored actions, secrets included. Tests may change them. */
  readonly actions: StoredAction[];
  /** The calls in order. */
  readonly calls: readonly ReceivedCall[];
  /** Makes matching calls fail. */
  fail(fault: ActionsApiFault, filter?: FaultFilter): void;
  /** Makes all access tokens invalid. */
  expireTokens(): void;
  close(): Promise<void>;
}

/** Starts the stand-in on a free port. */
export async function startActionsApi(options: ActionsApiOptions = {}): Promise<ActionsApi> {
  const { organization = 'acme', now = Date.now } = options;
  const defaultClient = { id: 'client', secret: 'client-secret', scopes: ALL_SCOPES };
  const store = new ActionStore({
    generation: options.generation ?? 'new',
    maximum: options.maximum ?? 1,
    latestVersion: options.latestVersion ?? 'v1',
    allowsRules: options.allowsRules ?? true,
    now,
  });
  const access = new Access({
    clients: options.clients ?? [defaultClient],
    users: options.users ?? [],
    tokenLifetimeS: options.tokenLifetimeS ?? 3600,
    now,
  });
  const state: OrganizationState = {
    access,
    store,
    applications: options.applications ?? [],
    isSubOrganization: options.isSubOrganization ?? false,
    isTypeDisabled: options.isTypeDisabled ?? false,
  };
  const faults = new FaultQueue();
  const calls: ReceivedCall[] = [];

  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { path, call } = toCall(request, body, organization);
      calls.push({ method: call.method, path, body });
      const fault = faults.take(call.method, path);
      send(response, fault, body, () => {
        const answer = answerTo(path, call, state);
        if (fault?.kind === 'expire-tokens') access.expireTokens();
        return answer;
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    actions: store.actions,
    calls,
    fail: (fault, filter) => faults.add(fault, filter),
    expireTokens: () => access.expireTokens(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const TOKEN_PATH = '/oauth2/token';

/** Returns the call, and its path below the organization; `''` for another organization. */
function toCall(
  request: IncomingMessage,
  body: string,
  organization: string,
): { path: string; call: ApiCall } {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
  const [, named, below = ''] = /^\/t\/([^/]+)(\/.*)$/.exec(pathname) ?? [
    undefined,
    undefined,
    pathname,
  ];
  // Paths without a tenant are those of the super tenant.
  const isKnown = decodeURIComponent(named ?? 'carbon.super') === organization;
  const path = !isKnown ? '' : below.replace(/^\/api\/server\/v1/, '');
  const { method = 'GET', headers } = request;
  return { path, call: { method, path, query, authorization: headers.authorization, body } };
}

function answerTo(path: string, call: ApiCall, state: OrganizationState): ApiResponse {
  if (path === '') return { status: 404 };
  if (path === TOKEN_PATH) {
    return state.access.issueToken(call.authorization, new URLSearchParams(call.body));
  }
  try {
    return respond(state, call);
  } catch (error) {
    if (error instanceof ApiError || error instanceof BareError) return error.response;
    throw error;
  }
}

function send(
  response: ServerResponse,
  fault: ActionsApiFault | undefined,
  requestBody: string,
  carryOut: () => ApiResponse,
): void {
  switch (fault?.kind) {
    case 'lost-response':
      carryOut();
      return;
    case 'reset':
      response.destroy();
      return;
    case 'status':
      if (fault.isCarriedOut) carryOut();
      response.writeHead(fault.status).end();
      return;
    case 'rate-limit':
      response
        .writeHead(
          429,
          fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) },
        )
        .end();
      return;
    case 'html':
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<html><body>Sign in to the proxy</body></html>');
      return;
    case 'echo':
      write(response, {
        status: fault.status,
        body: { code: fault.code, message: requestBody, description: requestBody },
      });
      return;
    default:
      write(response, carryOut());
  }
}

function write(response: ServerResponse, { status, body, headers = {} }: ApiResponse): void {
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body));
}
