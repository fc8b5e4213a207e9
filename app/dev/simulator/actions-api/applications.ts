import { type ApiResponse, BareError } from './api-error.ts';

export interface Application {
  readonly id: string;
  readonly name: string;
  /** How it gets its tokens. Absent for an application with SAML only. */
  readonly oidc?: {
    readonly clientId: string;
    /** `Default` is an opaque token. Undefined for a server that does not say. */
    readonly tokenType: 'JWT' | 'Default' | undefined;
    readonly grants: readonly string[];
  };
}

const DEFAULT_LIMIT = 30;
const MAX_LIMIT = 100;

const OPERATORS: Readonly<Record<string, (name: string, value: string) => boolean>> = {
  eq: (name, value) => name === value,
  sw: (name, value) => name.startsWith(value),
  ew: (name, value) => name.endsWith(value),
  co: (name, value) => name.includes(value),
};

/** Returns a page of the applications, of which a filter such as `name sw Shop` selects some. */
export function listApplications(all: readonly Application[], query: URLSearchParams): ApiResponse {
  const limit = Math.min(Number(query.get('limit') ?? DEFAULT_LIMIT), MAX_LIMIT);
  const offset = Number(query.get('offset') ?? 0);
  if (!(limit > 0 && offset >= 0)) throw new BareError(400);
  const selected = all.filter(filterOf(query.get('filter')));
  const applications = selected.slice(offset, offset + limit).map(({ id, name }) => ({
    id,
    name,
    accessUrl: '',
    access: 'READ',
    self: `/applications/${id}`,
  }));
  const body = {
    totalResults: selected.length,
    startIndex: offset + 1,
    count: applications.length,
    applications,
    links: [],
  };
  return { status: 200, body };
}

/** Returns the configuration of OpenID Connect and OAuth of an application. */
export function readOidc(all: readonly Application[], id: string): ApiResponse {
  const oidc = all.find((application) => application.id === id)?.oidc;
  if (oidc === undefined) throw new BareError(404);
  const { clientId, tokenType, grants } = oidc;
  const body = {
    clientId,
    clientSecret: `secret-of-${clientId}`,
    state: 'ACTIVE',
    grantTypes: grants,
    accessToken: { type: tokenType, userAccessTokenExpiryInSeconds: 3600 },
  };
  return { status: 200, body };
}

function filterOf(filter: string | null): (application: Application) => boolean {
  if (filter === null) return () => true;
  const [, operator = '', value = ''] = /^name (\w+) (.+)$/.exec(filter) ?? [];
  const matches = OPERATORS[operator];
  if (matches === undefined) throw new BareError(400);
  return ({ name }) => matches(name, value);
}
