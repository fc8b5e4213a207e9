import {
  type ActionsApi,
  type ActionsApiOptions,
  ALL_SCOPES,
  startActionsApi,
} from '../../../../../app/dev/simulator/actions-api/actions-api.ts';

const started: ActionsApi[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((api) => api.close()));
});

const TYPE = '/actions/preIssueAccessToken';

async function start(options: ActionsApiOptions = {}) {
  const api = await startActionsApi(options);
  started.push(api);
  const base = `${api.origin}/t/acme`;
  const requestToken = async (scope = ALL_SCOPES.join(' '), client = 'client:client-secret') => {
    const response = await fetch(`${base}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(client).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const { body: token } = await requestToken();
  async function call(method: string, path: string, body?: unknown, authorization?: string) {
    const response = await fetch(`${base}/api/server/v1${path}`, {
      method,
      headers: { authorization: authorization ?? `Bearer ${token.access_token}` },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }
  return { api, call, requestToken };
}

const AUTHENTICATION = { type: 'API_KEY', properties: { header: 'x-api-key', value: 'key' } };
const ENDPOINT = { uri: 'https://gate.example/v1/action', authentication: AUTHENTICATION };
const BODY = { name: 'Token gate', endpoint: ENDPOINT };
const RULE = {
  condition: 'OR',
  rules: [
    {
      condition: 'AND',
      expressions: [{ field: 'grantType', operator: 'notEquals', value: 'refresh_token' }],
    },
  ],
};
const ruleWith = (expression: object) => ({
  ...RULE,
  rules: [
    {
      condition: 'AND',
      expressions: [{ field: 'grantType', operator: 'equals', value: 'password', ...expression }],
    },
  ],
});
const authentication = (type: string, properties: object = {}) => ({
  ...BODY,
  endpoint: { ...ENDPOINT, authentication: { type, properties } },
});
const endpoint = (more: object) => ({ ...BODY, endpoint: { ...ENDPOINT, ...more } });

test.each<[string, unknown, string]>([
  ['a complete body', BODY, '201'],
  ['a name of 2 characters', { ...BODY, name: 'ab' }, '201'],
  ['a name of 1 character', { ...BODY, name: 'a' }, '400 60005'],
  ['an empty name', { ...BODY, name: ' ' }, '400 60004'],
  ['a name with a dot', { ...BODY, name: 'a.b' }, '400 60005'],
  ['a name with an outer space', { ...BODY, name: ' ab' }, '400 60005'],
  ['a name of 255 characters', { ...BODY, name: 'a'.repeat(255) }, '201'],
  ['a name of 256 characters', { ...BODY, name: 'a'.repeat(256) }, '400'],
  ['a description of 256 characters', { ...BODY, description: 'a'.repeat(256) }, '400'],
  ['no name', { endpoint: ENDPOINT }, '400'],
  ['no endpoint', { name: 'Token gate' }, '400'],
  ['a plain http endpoint', endpoint({ uri: 'http://gate.example/' }), '201'],
  ['an endpoint with white space', endpoint({ uri: 'https://gate.example/a b' }), '400 60005'],
  ['an endpoint with another scheme', endpoint({ uri: 'HTTPS://gate.example/' }), '400 60005'],
  ['headers', endpoint({ allowedHeaders: ['x-client-source-ip', 'A.b'] }), '201'],
  ['a header with an underscore', endpoint({ allowedHeaders: ['x_a'] }), '400 60005'],
  ['a header of 1 character', endpoint({ allowedHeaders: ['x'] }), '400 60005'],
  ['an excluded header', endpoint({ allowedHeaders: ['x-forwarded-for'] }), '400 60007'],
  ['an excluded header in another case', endpoint({ allowedHeaders: ['Host'] }), '201'],
  ['parameters', endpoint({ allowedParameters: ['device_id'] }), '201'],
  ['a parameter with a delimiter', endpoint({ allowedParameters: ['a[0]'] }), '400 60005'],
  ['an excluded parameter', endpoint({ allowedParameters: ['scope'] }), '400 60008'],
  ['no authentication', authentication('NONE'), '201'],
  ['basic', authentication('BASIC', { username: 'a', password: 'b' }), '201'],
  ['basic without a password', authentication('BASIC', { username: 'a' }), '400 60010'],
  ['bearer', authentication('BEARER', { accessToken: 'a', extra: 1 }), '201'],
  ['bearer with the documented property', authentication('BEARER', { token: 'a' }), '400 60010'],
  ['an empty secret', authentication('API_KEY', { header: 'x-a', value: '' }), '400 60011'],
  ['a header with _', authentication('API_KEY', { header: 'x_a', value: 'a' }), '400 60005'],
  ['a secret that is a number', authentication('BEARER', { accessToken: 1 }), '500'],
  ['an unknown authentication', authentication('API-KEY'), '400 60014'],
  [
    'client credentials',
    authentication('CLIENT_CREDENTIAL', { clientId: 'a', clientSecret: 'b', tokenEndpoint: 'c' }),
    '201',
  ],
  ['a rule', { ...BODY, rule: RULE }, '201'],
  ['an empty rule', { ...BODY, rule: {} }, '201'],
  ['a rule of one level', { ...BODY, rule: RULE.rules[0] }, '400 60014'],
  ['a rule without alternatives', { ...BODY, rule: { ...RULE, rules: [] } }, '400 60014'],
  ['a rule with another field', { ...BODY, rule: ruleWith({ field: 'user' }) }, '400 60013'],
  [
    'a rule with another operator',
    { ...BODY, rule: ruleWith({ operator: 'contains' }) },
    '400 60013',
  ],
  ['a version', { ...BODY, version: 'v1' }, '400 60014'],
  ['a status', { ...BODY, status: 'ACTIVE' }, '400 60014'],
  ['text', 'Token gate', '400 60014'],
  [
    'a wrong rule and a wrong name',
    { ...BODY, name: '', rule: ruleWith({ field: 'user' }) },
    '400 60013',
  ],
])('create with %s', async (_, body, expected) => {
  const { api, call } = await start();
  const created = await call('POST', TYPE, body);
  const code = created.body?.code?.replace('ACTION-', '');
  expect([created.status, ...(code ? [code] : [])].join(' ')).toBe(expected);
  expect(api.actions).toHaveLength(created.status === 201 ? 1 : 0);
});

test.each<['old' | 'new', object, object]>([
  ['new', BODY, { type: 'API_KEY', properties: { header: 'x-api-key' } }],
  ['old', BODY, { type: 'API_KEY' }],
  ['new', authentication('BEARER', { accessToken: 'key' }), { type: 'BEARER' }],
])('the %s generation never returns a secret', async (generation, body, returned) => {
  const { call } = await start({ generation });
  const created = await call('POST', TYPE, body);
  const read = await call('GET', `${TYPE}/${created.body.id}`);
  expect(created.body).toEqual(read.body);
  expect(read.body.endpoint.authentication).toEqual(returned);
  expect(JSON.stringify(read.body)).not.toContain('"key"');
  expect('version' in read.body).toBe(generation === 'new');
  const [item] = (await call('GET', TYPE)).body;
  expect(item).toMatchObject({ name: 'Token gate', status: 'INACTIVE' });
  expect(item.endpoint).toBeUndefined();
});

test.each<['old' | 'new', string, string, string]>([
  ['new', 'GET', '', '404 ACTION-60012'],
  ['new', 'PATCH', '', '404 ACTION-60003'],
  ['old', 'PATCH', '', '400 ACTION-60003'],
  ['new', 'POST', '/activate', '404 ACTION-60003'],
  ['old', 'POST', '/deactivate', '400 ACTION-60003'],
  ['new', 'DELETE', '', '204'],
])(
  'the %s generation answers %s of an unknown id%s with %s',
  async (generation, method, end, expected) => {
    const { call } = await start({ generation });
    const { status, body } = await call(
      method,
      `${TYPE}/unknown${end}`,
      method === 'PATCH' ? {} : undefined,
    );
    expect([status, ...(body ? [body.code] : [])].join(' ')).toBe(expected);
  },
);

test('a change leaves everything as it is that it does not contain', async () => {
  const { api, call } = await start();
  const first = { ...endpoint({ allowedHeaders: ['x-a'], allowedParameters: ['p'] }), rule: RULE };
  const { body: created } = await call('POST', TYPE, first);
  const path = `${TYPE}/${created.id}`;
  await call('POST', `${path}/activate`);
  const uri = 'https://other.example/';
  const { body: moved } = await call('PATCH', path, { endpoint: { uri } });
  const { createdAt, updatedAt, ...rest } = created;
  expect(moved).toMatchObject({ ...rest, status: 'ACTIVE', endpoint: { ...rest.endpoint, uri } });
  expect(api.actions[0]?.authentication.secret).toEqual({ value: 'key' });
  const { body: cleared } = await call('PATCH', path, {
    description: '',
    endpoint: { allowedHeaders: [] },
    rule: {},
  });
  expect(cleared.endpoint.allowedHeaders).toBeUndefined();
  expect(cleared.endpoint.allowedParameters).toEqual(['p']);
  expect(cleared.rule).toBeUndefined();
  expect(cleared.description).toBe('');
});

test.each<[string, object, string]>([
  ['the latest version', { version: 'v1' }, '200'],
  ['another version', { version: 'v2' }, '400 ACTION-60009'],
  [
    'a header without its secret',
    { endpoint: { authentication: { type: 'API_KEY', properties: { header: 'x-b' } } } },
    '400 ACTION-60010',
  ],
  ['an unknown field', { status: 'ACTIVE' }, '400 ACTION-60014'],
])('change %s', async (_, change, expected) => {
  const { call } = await start();
  const { body } = await call('POST', TYPE, BODY);
  const changed = await call('PATCH', `${TYPE}/${body.id}`, change);
  expect([changed.status, changed.body.code].filter(Boolean).join(' ')).toBe(expected);
});

test('an empty list of a creation cannot be replaced', async () => {
  const { call } = await start();
  const { body } = await call('POST', TYPE, endpoint({ allowedHeaders: [] }));
  const changed = await call('PATCH', `${TYPE}/${body.id}`, {
    endpoint: { allowedHeaders: ['x-a'] },
  });
  expect([changed.status, changed.body.code]).toEqual([500, 'ACTION-65004']);
});

test('an invalid body is reported although the slot is taken', async () => {
  const { call } = await start();
  await call('POST', TYPE, BODY);
  expect((await call('POST', TYPE, BODY)).body.code).toBe('ACTION-60002');
  expect((await call('POST', TYPE, { ...BODY, name: 'a' })).body.code).toBe('ACTION-60005');
});

test.each<[string, ActionsApiOptions, string, string]>([
  ['a sub-organization', { isSubOrganization: true }, TYPE, '403 ACTION-60015'],
  ['a type that the server lacks', { isTypeDisabled: true }, TYPE, '501 ACTION-650015'],
  ['a type that is not implemented', {}, '/actions/preRegistration', '501 ACTION-650015'],
  ['an unknown type', {}, '/actions/preissueaccesstoken', '400 ACTION-60001'],
  [
    'a missing scope',
    { clients: [{ id: 'client', secret: 'client-secret', scopes: [] }] },
    TYPE,
    '403',
  ],
  ['rules in this version', { allowsRules: false }, TYPE, '400 ACTION-600010'],
])('%s', async (_, options, path, expected) => {
  const { call } = await start(options);
  const isRule = options.allowsRules === false;
  const { status, body } = await call(
    isRule ? 'POST' : 'GET',
    path,
    isRule ? { ...BODY, rule: RULE } : undefined,
  );
  expect([status, body?.code].filter(Boolean).join(' ')).toBe(expected);
});

test('tokens have only authorized scopes, and expire', async () => {
  let now = 0;
  const scopes = ['internal_action_mgt_view'];
  const clients = [{ id: 'client', secret: 'client-secret', scopes }];
  const { api, call, requestToken } = await start({ clients, now: () => now, tokenLifetimeS: 60 });
  expect((await requestToken()).body).toMatchObject({
    scope: 'internal_action_mgt_view',
    token_type: 'Bearer',
    expires_in: 60,
  });
  expect((await requestToken('', 'client:wrong')).status).toBe(401);
  expect((await call('GET', TYPE)).status).toBe(200);
  now = 60_000;
  expect(await call('GET', TYPE)).toEqual({ status: 401, body: undefined });
  expect(api.calls.map(({ method }) => method)).toContain('GET');
});

test('a user of WSO2 Identity Server may use Basic', async () => {
  const { call } = await start({ users: [{ id: 'admin', secret: 'pass', scopes: ALL_SCOPES }] });
  const authorization = `Basic ${Buffer.from('admin:pass').toString('base64')}`;
  expect((await call('GET', TYPE, undefined, authorization)).status).toBe(200);
  expect((await call('GET', TYPE, undefined, 'Basic YTpi')).status).toBe(401);
});

test('applications are listed in pages, and filtered', async () => {
  const applications = Array.from({ length: 130 }, (_, index) => ({
    id: `id-${index}`,
    name: `App ${index}`,
  }));
  const { call } = await start({ applications });
  const all = (await call('GET', '/applications?limit=500&offset=100')).body;
  expect(all).toMatchObject({ totalResults: 130, startIndex: 101, count: 30 });
  const one = (await call('GET', `/applications?filter=${encodeURIComponent('name eq App 7')}`))
    .body;
  expect(one.applications.map(({ id }: { id: string }) => id)).toEqual(['id-7']);
});

test('types and fields of rules can be read', async () => {
  const { call } = await start();
  expect((await call('GET', '/actions/types')).body).toMatchObject([
    { type: 'PRE_ISSUE_ACCESS_TOKEN', count: 0 },
  ]);
  const fields = (await call('GET', '/rules/metadata?flow=preIssueAccessToken')).body;
  expect(fields.map(({ field }: { field: { name: string } }) => field.name)).toEqual([
    'application',
    'grantType',
  ]);
});
