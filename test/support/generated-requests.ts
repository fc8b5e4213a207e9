import fc from 'fast-check';

/** A request of the contract, as an object whose JSON is the body. */
export interface GeneratedRequest {
  readonly actionType: 'PRE_ISSUE_ACCESS_TOKEN';
  readonly event: {
    readonly request: { readonly clientId: string; readonly grantType: string };
    readonly organization?: object;
    readonly accessToken: { readonly scopes?: readonly string[]; readonly claims: Claims };
    readonly refreshToken?: { readonly claims: Claims };
    readonly response?: { readonly parameters: readonly string[] };
  };
  readonly allowedOperations: readonly { readonly op: string; readonly paths: readonly string[] }[];
}

type Claims = readonly { readonly name: string; readonly value?: unknown }[];

/** Names that policies and requests share. */
export const SCOPES = ['openid', 'email', 'read:a', 'read:b', 'write:a', 'admin'];
export const AUDIENCES = ['app-1', 'api.example', 'https://a.example/x', 'https://b.example/x'];
/** Some of them address something other than the claim when they are part of a path. */
export const CLAIMS = [
  ...['email', 'groups', 'locale', 'level', 'e-mail', 'a b', 'é', '__proto__', 'constructor'],
  ...['audit_level', 'http://wso2.org/claims/x', 'x/y', '5', '-', '-5', '+5', '5/0'],
];

const GRANTS = ['client_credentials', 'authorization_code', 'password', 'refresh_token'];
const PARAMETERS = ['access_token', 'token_type', 'scope', 'expires_in'];

const lifetime = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 90_000 }) },
  fc.integer({ min: 1, max: 90_000 }).map(String),
  fc.constantFrom(-1, 0),
);

/** The identity server sends empty claims without a value. */
const claimValue = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c') },
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
  fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  fc.boolean(),
  {
    weight: 3,
    arbitrary: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 5 }),
  },
  fc.array(fc.constantFrom('a', 1, true), { minLength: 1, maxLength: 3 }),
  fc.constant({ nested: ['a', { b: 1 }] }),
  fc.constant(undefined),
);

const extraClaims = fc.uniqueArray(
  fc.record({ name: fc.constantFrom(...CLAIMS), value: claimValue }),
  { selector: ({ name }) => name, maxLength: 8 },
);

const parts = fc.record({
  version: fc.constantFrom('v1.0', 'v1.1', 'v1.3'),
  grant: fc.constantFrom(...GRANTS),
  scopes: fc.array(fc.constantFrom(...SCOPES), { maxLength: 6 }),
  audience: fc.array(fc.constantFrom(...AUDIENCES), { maxLength: 5 }),
  audienceAsString: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
  lifetime,
  refresh: fc.option(fc.option(lifetime, { nil: undefined }), { nil: null }),
  extra: extraClaims,
  /** A bit mask of the allowed paths to omit; most often none. */
  withheld: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    fc.integer({ min: 0, max: 0x7fffffff }),
  ),
});

/** Requests of all contract versions, with duplicates, missing parts and unusual names. */
export const generatedRequest: fc.Arbitrary<GeneratedRequest> = parts.map((given) => {
  const { version, grant, lifetime, extra } = given;
  const withRefresh = version !== 'v1.0' && given.refresh !== null;
  const parameters = [...PARAMETERS, ...(withRefresh ? ['refresh_token'] : [])];
  const aud = given.audienceAsString ? given.audience[0] : given.audience;
  return {
    actionType: 'PRE_ISSUE_ACCESS_TOKEN',
    event: {
      request: { clientId: 'app-1', grantType: grant },
      ...(version !== 'v1.0' && { organization: { id: 'o', name: 'o' } }),
      accessToken: {
        ...(given.scopes.length > 0 && { scopes: given.scopes }),
        claims: [
          { name: 'iss', value: 'https://id.example' },
          { name: 'client_id', value: 'app-1' },
          { name: 'aut', value: 'APPLICATION' },
          { name: 'expires_in', value: lifetime },
          aud === undefined || aud.length === 0 ? { name: 'aud' } : { name: 'aud', value: aud },
          { name: 'sub', value: 'someone' },
          ...extra,
        ],
      },
      ...(withRefresh && { refreshToken: { claims: refreshClaims(given.refresh) } }),
      ...(version === 'v1.3' && { response: { parameters } }),
    },
    allowedOperations: withhold(
      allowedOperations(extra, withRefresh, version === 'v1.3' ? parameters : []),
      given.withheld,
    ),
  };
});

function refreshClaims(lifetime: number | string | undefined | null): Claims {
  if (lifetime === undefined || lifetime === null) return [];
  return [
    { name: 'expires_in', value: lifetime },
    { name: 'iat', value: 1_789_980_000_123 },
  ];
}

function allowedOperations(extra: Claims, withRefresh: boolean, parameters: readonly string[]) {
  const lists = ['/accessToken/scopes/', '/accessToken/claims/aud/'];
  const claims = extra
    .filter(({ value }) => typeof value !== 'object' || Array.isArray(value))
    .map(({ name, value }) => `/accessToken/claims/${name}${Array.isArray(value) ? '/' : ''}`);
  const removable = parameters
    .filter((name) => name === 'refresh_token')
    .map((name) => `/response/parameters/${name}`);
  const refresh = withRefresh ? ['/refreshToken/claims/expires_in'] : [];
  return [
    { op: 'add', paths: ['/accessToken/claims/', ...lists] },
    { op: 'remove', paths: [...claims, ...lists, ...removable] },
    { op: 'replace', paths: [...claims, ...lists, '/accessToken/claims/expires_in', ...refresh] },
  ];
}

/** Removes the paths whose bit is set in the mask. */
function withhold(operations: { op: string; paths: string[] }[], mask: number) {
  let bit = 0;
  return operations.map(({ op, paths }) => ({
    op,
    paths: paths.filter(() => ((mask >> (bit++ % 31)) & 1) === 0),
  }));
}
