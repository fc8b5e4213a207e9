import type * as z from 'zod';
import { ToolError } from '../errors.ts';
import { ConnectionError, type HttpAnswer, type HttpClient } from '../http/send-request.ts';
import { type Authorizer, createAuthorizer } from './access-token.ts';
import type { ApiCredential } from './api-credential.ts';
import { ActionsApiError, LostAnswerError } from './api-error.ts';
import { parseAnswer, parseJson } from './parse-answer.ts';
import {
  type Action,
  type ActionChange,
  type ActionSummary,
  type ApplicationSummary,
  type OidcApplication,
  SCHEMAS,
} from './schemas.ts';
import type { Target } from './target.ts';

/** The scopes of the API, by what they allow. */
export const SCOPES = {
  view: 'internal_action_mgt_view',
  create: 'internal_action_mgt_create',
  update: 'internal_action_mgt_update',
  delete: 'internal_action_mgt_delete',
  applications: 'internal_application_mgt_view',
} as const;

export type ScopeName = keyof typeof SCOPES;

/** The API with which the pre-issue access token actions of one organization are managed. Errors are ToolErrors. */
export interface ActionsApi {
  readonly target: Target;
  /** Returns the actions, without endpoints and rules. */
  list(): Promise<readonly ActionSummary[]>;
  get(id: string): Promise<Action>;
  /** Creates an inactive action. @throws LostAnswerError if it may have been created: list before trying again. */
  create(action: ActionChange): Promise<Action>;
  /** Changes what is given; everything else stays, also the secret if there is no authentication. */
  update(id: string, change: ActionChange): Promise<Action>;
  activate(id: string): Promise<void>;
  deactivate(id: string): Promise<void>;
  /** Also succeeds if there is no such action. */
  delete(id: string): Promise<void>;
  /** Returns all applications of the organization. */
  findApplications(): Promise<readonly ApplicationSummary[]>;
  /** Returns how an application gets its tokens; undefined if it uses neither OpenID Connect nor OAuth. */
  readOidc(application: ApplicationSummary): Promise<OidcApplication | undefined>;
  /** Closes idle connections. */
  close(): void;
}

export interface ActionsApiOptions {
  readonly target: Target;
  readonly credential: ApiCredential;
  /** What the command will do: a missing scope is reported before the first call. */
  readonly scopes: readonly ScopeName[];
  /** Requested as well. Without them, only the calls that need them fail, with 403. @default none */
  readonly optionalScopes?: readonly ScopeName[] | undefined;
  readonly http: HttpClient;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Waits between attempts, in milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

const ACTIONS = '/actions/preIssueAccessToken';

const MAX_ATTEMPTS = 3;
const RETRY_DELAY_MS = 1_000;
/** A longer `Retry-After` ends the command. */
const MAX_RETRY_AFTER_S = 60;

/** The size of a page of applications. */
const PAGE_SIZE = 100;
/** Far more pages than any organization has. */
const MAX_PAGES = 1_000;

interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly scope: ScopeName;
  /** The beginning of the sentence of an error. */
  readonly what: string;
  /** Whether the call has the same effect when it is carried out twice. */
  readonly isRepeatable: boolean;
  /** Whether 404 is an answer and no error. */
  readonly allowsMissing?: boolean;
}

/** Creates the client of one organization. */
export function createActionsApi(options: ActionsApiOptions): ActionsApi {
  const { target, http } = options;
  const caller = new Caller(options);
  const byId = (id: string) => `${ACTIONS}/${encodeURIComponent(id)}`;
  const setStatus = (id: string, operation: 'activate' | 'deactivate') =>
    caller.send({
      method: 'POST',
      path: `${byId(id)}/${operation}`,
      scope: 'update',
      what: `The action cannot be ${operation}d`,
      isRepeatable: true,
    });
  return {
    target,
    list: () =>
      caller.read(
        { path: ACTIONS, scope: 'view', what: `The actions of ${target.label} cannot be listed` },
        SCHEMAS.summaries,
      ),
    get: (id) =>
      caller.read(
        { path: byId(id), scope: 'view', what: 'The action cannot be read' },
        SCHEMAS.action,
      ),
    async create(body) {
      const what = 'The action cannot be created';
      const call = { method: 'POST', path: ACTIONS, body, scope: 'create', what } as const;
      const answer = await caller.send({ ...call, isRepeatable: false });
      return parseAnswer(answer, SCHEMAS.action, what, target.apiUrl);
    },
    async update(id, body) {
      const what = 'The action cannot be changed';
      const call = { method: 'PATCH', path: byId(id), body, scope: 'update', what } as const;
      const answer = await caller.send({ ...call, isRepeatable: true });
      return parseAnswer(answer, SCHEMAS.action, what, target.apiUrl);
    },
    async activate(id) {
      await setStatus(id, 'activate');
    },
    async deactivate(id) {
      await setStatus(id, 'deactivate');
    },
    async delete(id) {
      const what = 'The action cannot be deleted';
      const call = { method: 'DELETE', path: byId(id), scope: 'delete', what } as const;
      await caller.send({ ...call, isRepeatable: true });
    },
    async findApplications() {
      const found = new Map<string, ApplicationSummary>();
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const path = `/applications?limit=${PAGE_SIZE}&offset=${found.size}`;
        const what = `The applications of ${target.label} cannot be listed`;
        const answer = await caller.read(
          { path, scope: 'applications', what },
          SCHEMAS.applications,
        );
        const before = found.size;
        for (const application of answer.applications) found.set(application.id, application);
        // A page without new ones ends the list, whatever the total says.
        if (found.size >= answer.totalResults || found.size === before) break;
      }
      return [...found.values()];
    },
    async readOidc(application) {
      const path = `/applications/${encodeURIComponent(application.id)}/inbound-protocols/oidc`;
      const what = `The protocol of the application "${application.name}" cannot be read`;
      const call = { method: 'GET', path, scope: 'applications', what } as const;
      const answer = await caller.send({ ...call, isRepeatable: true, allowsMissing: true });
      if (answer.status === 404) return undefined;
      const { clientId, grantTypes, accessToken } = parseAnswer(
        answer,
        SCHEMAS.oidc,
        what,
        target.apiUrl,
      );
      return {
        ...application,
        clientId: clientId ?? undefined,
        tokenType: accessToken?.type ?? undefined,
        grants: grantTypes,
      };
    },
    close: () => http.close(),
  };
}

/** Sends calls with a valid access token, and repeats those that may be repeated. */
class Caller {
  readonly #options: ActionsApiOptions;
  readonly #authorizer: Authorizer;

  constructor(options: ActionsApiOptions) {
    const { target, credential, scopes, optionalScopes = [], http, now } = options;
    this.#options = options;
    const namesOf = (names: readonly ScopeName[]) => [
      ...new Set(names.map((name) => SCOPES[name])),
    ];
    const requested = { required: namesOf(scopes), optional: namesOf(optionalScopes) };
    this.#authorizer = createAuthorizer(target, credential, requested, http, now);
  }

  async read<Schema extends z.ZodType>(
    call: Pick<Call, 'path' | 'scope' | 'what'>,
    schema: Schema,
  ): Promise<z.infer<Schema>> {
    const answer = await this.send({ ...call, method: 'GET', isRepeatable: true });
    return parseAnswer(answer, schema, call.what, this.#options.target.apiUrl);
  }

  /** Returns a successful answer. @throws ActionsApiError or LostAnswerError */
  async send(call: Call): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= MAX_ATTEMPTS || !call.isRepeatable;
      const answer = await this.#sendAuthorized(call).catch((error: unknown) => {
        if (!(error instanceof ConnectionError)) throw error;
        if (isLast) throw new LostAnswerError(this.#describeLost(call, error));
        return undefined;
      });
      if (answer !== undefined && answer.status >= 200 && answer.status < 300) return answer;
      if (answer?.status === 404 && call.allowsMissing) return answer;
      const delay = answer === undefined ? RETRY_DELAY_MS * attempt : delayOf(answer, attempt);
      if (answer !== undefined && (isLast || delay === undefined))
        throw this.#toError(call, answer);
      await this.#options.sleep(delay ?? RETRY_DELAY_MS);
    }
  }

  /** The API has not carried out a call with an expired token, so every call may be sent again with a new one. */
  async #sendAuthorized(call: Call): Promise<HttpAnswer> {
    const answer = await this.#sendOnce(call);
    if (answer.status !== 401 || !this.#authorizer.isRenewable) return answer;
    this.#authorizer.renew();
    return this.#sendOnce(call);
  }

  async #sendOnce({ method, path, body }: Call): Promise<HttpAnswer> {
    const authorization = await this.#authorizer.authorize();
    return this.#options.http.send({
      method,
      url: this.#options.target.apiUrl + path,
      headers: {
        authorization,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  #describeLost({ what }: Call, { message }: ConnectionError): string {
    const { host } = new URL(this.#options.target.apiUrl);
    return `${what}: ${host} cannot be reached, because ${message}.`;
  }

  #toError({ scope, what }: Call, { status, contentType, body }: HttpAnswer): ToolError {
    const { target, credential } = this.#options;
    if (status >= 300 && status < 400) {
      const { host } = new URL(target.apiUrl);
      return new ToolError(
        `${what}, because ${host} redirects the request: check the URL, and whether a proxy answers instead.`,
      );
    }
    const isJson = /json/i.test(contentType);
    const parsed = SCHEMAS.error.safeParse(isJson ? parseJson(body) : undefined);
    const code = parsed.success ? /^ACTION-(\d{5,6})$/.exec(parsed.data.code)?.[1] : undefined;
    return new ActionsApiError({
      status,
      code,
      what,
      scope: SCOPES[scope],
      label: target.label,
      isBasic: credential.kind === 'user',
    });
  }
}

/** Returns how long to wait before the next attempt; undefined if another one would not help. */
function delayOf({ status, retryAfterS }: HttpAnswer, attempt: number): number | undefined {
  if (status === 429) {
    const seconds = retryAfterS ?? attempt * 2;
    return seconds <= MAX_RETRY_AFTER_S ? seconds * 1000 : undefined;
  }
  // 501 is a missing feature.
  return status >= 500 && status !== 501 ? RETRY_DELAY_MS * attempt : undefined;
}
