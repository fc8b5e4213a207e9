import { MAX_VALUES } from '../../../app/src/action/json-size.ts';
import {
  OversizedRequestError,
  RequestError,
  readTokenRequest,
} from '../../../app/src/action/request.ts';
import { lifetimeOf } from '../../../app/src/action/token.ts';
import { PAYLOADS, payload } from '../../support/payloads.ts';

const ACME = {
  id: '0f6f6b1c-2f55-4a0d-8f0e-2b6a9f0d7c31',
  name: 'acmecorp',
  handle: 'acmecorp',
  depth: 0,
};
const ASGARDEO = { id: '4127', name: 'acmecorp' };
const SUPER = { id: '-1234', name: 'carbon.super' };
const USER = '5b1f3c0e-6f1d-4a52-9d0b-7f6f5a1c9e11';
const NOBODY = { id: '', organization: undefined };

/** The parsed fields that all client credentials requests share. */
const M2M = {
  tenant: ASGARDEO,
  organization: ACME,
  user: NOBODY,
  userStore: '',
  clientId: 'm2mFleet_7yQ0aXcV3bN1kLpRsTua',
  grant: 'client_credentials',
  scopes: ['read:metrics'],
  params: [],
  refreshToken: undefined,
  responseParameters: undefined,
};

function fromAddress(...values: string[]) {
  return [{ name: 'x-client-source-ip', values }];
}

describe('readTokenRequest parses every version of the contract', () => {
  const cases: Record<string, object> = {
    '01': { ...M2M, requestId: undefined, organization: undefined, scopes: [] },
    '02': {
      ...M2M,
      requestId: '6783a180f817075313ea3fb01d79c221',
      scopes: ['read:metrics', 'write:alerts', 'read:users', 'write:config'],
      headers: fromAddress('198.51.100.24'),
      responseParameters: ['access_token', 'token_type', 'scope', 'expires_in'],
    },
    '03': {
      tenant: ASGARDEO,
      organization: ACME,
      user: { id: USER, organization: ACME },
      userStore: 'DEFAULT',
      grant: 'authorization_code',
      scopes: [],
      headers: [
        { name: 'x-client-source-ip', values: ['203.0.113.45'] },
        { name: 'x-request-id', values: ['b3d3b7d4f0a942f3a35a4a1f0cf0a1de'] },
      ],
      params: [{ name: 'device', values: ['003ef4a768182ba1ece32cb'] }],
      refreshToken: { claims: [{ name: 'expires_in', value: 86400 }] },
    },
    '04': {
      requestId: undefined,
      tenant: SUPER,
      organization: undefined,
      user: { id: USER, organization: undefined },
      userStore: 'PRIMARY',
      scopes: ['openid', 'profile', 'email'],
      headers: [
        { name: 'Accept', values: ['*/*'] },
        { name: 'X-Client-Source-IP', values: ['192.0.2.146'] },
        { name: 'Cache-Control', values: ['no-cache'] },
      ],
      refreshToken: undefined,
      responseParameters: undefined,
    },
    '05': {
      grant: 'password',
      scopes: ['openid', 'internal_login'],
      refreshToken: { claims: [{ name: 'expires_in', value: 86400 }] },
      responseParameters: undefined,
    },
    '06': {
      grant: 'refresh_token',
      scopes: [],
      refreshToken: {
        claims: [
          { name: 'expires_in', value: 48600 },
          { name: 'iat', value: 1789980000123 },
        ],
      },
    },
    '08': { organization: undefined, user: NOBODY, userStore: '', scopes: ['openid'] },
    '09': { user: { id: USER, organization: ACME }, userStore: 'PRIMARY', scopes: [] },
    '11': { ...M2M, headers: fromAddress('2001:db8:85a3:8d3:1319:8a2e:370:7348') },
    '13': { ...M2M, headers: fromAddress('::ffff:203.0.113.9') },
    '14': {
      ...M2M,
      headers: [
        { name: 'x-client-source-ip', values: ['8.8.8.8', '203.0.113.66'] },
        { name: 'x-forwarded-for', values: ['8.8.8.8, 203.0.113.66, 10.20.0.4'] },
        { name: 'x-real-ip', values: ['203.0.113.66'] },
      ],
    },
    '16': {
      ...M2M,
      headers: [
        { name: 'accept', values: ['application/json'] },
        { name: 'x-request-id', values: ['5c1d0a4b3e2f49a08f6a9d1b7e3c2a10'] },
      ],
    },
    '17': { ...M2M, headers: [] },
    '19': { ...M2M, headers: fromAddress('203.0.113.999<script>') },
    '20': { ...M2M, headers: fromAddress('10.31.4.18') },
    '21': { ...M2M, headers: fromAddress('198.51.100.24') },
    '23': { userStore: 'DEFAULT', user: { id: USER, organization: ACME } },
    '26': {
      tenant: SUPER,
      organization: { id: ACME.id, name: 'carbon.super', handle: '', depth: 0 },
      headers: [
        { name: 'host', values: ['localhost:9443'] },
        { name: 'user-agent', values: ['curl/7.79.1'] },
        { name: 'x-client-source-ip', values: ['192.0.2.17'] },
      ],
    },
  };

  test.each(PAYLOADS)('%s', (name) => {
    const request = readTokenRequest(payload(name));
    const expected = cases[name.slice(0, 2)];
    expect(expected).toBeDefined();
    expect(request).toMatchObject({ ...expected });
  });

  test.each(PAYLOADS)('%s: claims and scopes of the token are unchanged', (name) => {
    const sent = JSON.parse(payload(name)).event.accessToken;
    const { accessToken } = readTokenRequest(payload(name));
    expect(accessToken).toEqual({
      scopes: sent.scopes ?? [],
      claims: sent.claims,
      readable: true,
    });
  });

  test.each(PAYLOADS)('%s: exactly the listed operations are allowed', (name) => {
    const { allowed } = readTokenRequest(payload(name));
    const offered: { op: 'add'; paths: string[] }[] = JSON.parse(payload(name)).allowedOperations;
    for (const { op, paths } of offered) {
      for (const path of paths) expect(allowed.allows(op, path)).toBe(true);
    }
    expect(allowed.allows('remove', '/accessToken/scopes/0')).toBe(true);
    expect(allowed.allows('remove', '/accessToken/claims/expires_in')).toBe(false);
    expect(allowed.allows('replace', '/accessToken/claims/expires_in/')).toBe(false);
    expect(allowed.allows('replace', '/accessToken/claims/iss')).toBe(false);
    expect(allowed.allows('remove', '/accessToken/scopes')).toBe(false);
  });
});

/** The smallest request, with members of its own. */
function body(event: object = {}, root: object = {}): string {
  return JSON.stringify({
    actionType: 'PRE_ISSUE_ACCESS_TOKEN',
    event: { accessToken: {}, ...event },
    ...root,
  });
}

describe('readTokenRequest tolerates', () => {
  test('missing fields, which are empty then', () => {
    const request = readTokenRequest(body());
    expect(request).toMatchObject({
      requestId: undefined,
      tenant: { id: '', name: '' },
      organization: undefined,
      user: NOBODY,
      userStore: '',
      clientId: '',
      grant: '',
      scopes: [],
      headers: [],
      params: [],
      accessToken: { scopes: [], claims: [], readable: true },
      refreshToken: undefined,
      responseParameters: undefined,
    });
    expect(request.allowed.allows('add', '/accessToken/claims/-')).toBe(false);
  });

  test('unknown fields at every level', () => {
    const more = { future: { a: [1] } };
    const plain = JSON.parse(payload('03'));
    const { event } = plain;
    const extended = {
      ...plain,
      ...more,
      event: {
        ...event,
        ...more,
        request: { ...event.request, ...more },
        user: { ...event.user, ...more, claims: [{ uri: 'x', value: 'y' }] },
        accessToken: { ...event.accessToken, ...more },
        refreshToken: { ...event.refreshToken, ...more },
      },
      allowedOperations: [...plain.allowedOperations, { op: 'move', paths: ['/x'], ...more }],
    };
    const { allowed: _, contract, ...read } = readTokenRequest(JSON.stringify(extended));
    const { allowed: __, contract: known, ...expected } = readTokenRequest(payload('03'));
    expect(read).toEqual(expected);
    expect(contract.version).toBe(known.version);
  });

  test.each<[string, object, object]>([
    [
      'a claim without a value',
      { accessToken: { claims: [{ name: 'aud' }, { name: 'x', value: null }] } },
      {
        accessToken: {
          claims: [
            { name: 'aud', value: undefined },
            { name: 'x', value: undefined },
          ],
        },
      },
    ],
    [
      'false, zero and objects as values of claims',
      {
        accessToken: {
          claims: [
            { name: 'a', value: false },
            { name: 'b', value: 0 },
            { name: 'c', value: { d: [] } },
          ],
        },
      },
      {
        accessToken: {
          claims: [
            { name: 'a', value: false },
            { name: 'b', value: 0 },
            { name: 'c', value: { d: [] } },
          ],
        },
      },
    ],
    [
      'elements that are not claims',
      { accessToken: { claims: [null, 'x', 7, [], {}, { name: 5, value: 1 }, { name: 'y' }] } },
      { accessToken: { claims: [{ name: 'y', value: undefined }], readable: true } },
    ],
    [
      'claims that are an object',
      { accessToken: { claims: { sub: 'x' } } },
      { accessToken: { claims: [], readable: false } },
    ],
    [
      'scopes that are a string',
      { accessToken: { scopes: 'openid profile' } },
      { accessToken: { scopes: [], readable: false } },
    ],
    [
      'a number instead of each string',
      {
        request: { clientId: 5, grantType: 6, scopes: [7, 'read'] },
        tenant: { id: -1234, name: 1 },
        user: { id: 9 },
        userStore: { name: 3 },
        organization: { id: 1, name: 2, orgHandle: 3, depth: '4' },
      },
      {
        clientId: '',
        grant: '',
        scopes: ['read'],
        tenant: { id: '', name: '' },
        user: NOBODY,
        userStore: '',
        organization: { id: '', name: '', handle: '', depth: 0 },
      },
    ],
    [
      'a string instead of each object',
      {
        request: 'x',
        tenant: 'x',
        user: 'x',
        userStore: 'x',
        organization: 'x',
        refreshToken: 'x',
        response: 'x',
      },
      { clientId: '', user: NOBODY, organization: undefined, refreshToken: undefined },
    ],
    [
      'null everywhere',
      {
        request: null,
        tenant: null,
        user: null,
        userStore: null,
        organization: null,
        refreshToken: null,
        response: null,
      },
      { clientId: '', user: NOBODY, organization: undefined, refreshToken: undefined },
    ],
    [
      'a list of headers with elements that are not headers',
      {
        request: {
          additionalHeaders: [
            { name: 'a', value: ['1', 2, null, '3'] },
            { name: 'b', value: 'one text' },
            { name: 'c' },
            { value: ['nameless'] },
            null,
            'd',
          ],
        },
      },
      {
        headers: [
          { name: 'a', values: ['1', '3'] },
          { name: 'b', values: ['one text'] },
          { name: 'c', values: [] },
        ],
      },
    ],
    [
      'headers and parameters as objects',
      {
        request: {
          additionalHeaders: { a: ['1', '2'], b: 'one', c: 5 },
          additionalParams: { p: ['x'] },
        },
      },
      {
        headers: [
          { name: 'a', values: ['1', '2'] },
          { name: 'b', values: ['one'] },
          { name: 'c', values: [] },
        ],
        params: [{ name: 'p', values: ['x'] }],
      },
    ],
    ['a refresh token without claims', { refreshToken: {} }, { refreshToken: { claims: [] } }],
  ])('%s', (_, event, expected) => {
    expect(readTokenRequest(body(event))).toMatchObject(expected);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['an object', { add: ['/accessToken/scopes/'] }],
    ['a list without a valid entry', [null, 5, 'add', [], {}, { op: 'add' }, { paths: ['/x'] }]],
    ['paths that are a string', [{ op: 'add', paths: '/accessToken/scopes/' }]],
    ['an op in another case', [{ op: 'ADD', paths: ['/accessToken/scopes/'] }]],
  ])('allowedOperations as %s allow nothing', (_, allowedOperations) => {
    const { allowed } = readTokenRequest(body({}, { allowedOperations }));
    expect(allowed.allows('add', '/accessToken/scopes/-')).toBe(false);
  });

  test('an operation that is listed twice, whose paths are merged', () => {
    const { allowed } = readTokenRequest(
      body(
        {},
        {
          allowedOperations: [
            { op: 'remove', paths: ['/accessToken/scopes/'] },
            { op: 'remove', paths: [5, '/accessToken/claims/email'] },
          ],
        },
      ),
    );
    expect(allowed.allows('remove', '/accessToken/scopes/3')).toBe(true);
    expect(allowed.allows('remove', '/accessToken/claims/email')).toBe(true);
    expect(allowed.allows('remove', '/accessToken/claims/email/0')).toBe(false);
  });

  test('fields named __proto__, which change no prototype', () => {
    const request = readTokenRequest(
      `{"__proto__": {"requestId": "forged"},
        "actionType": "PRE_ISSUE_ACCESS_TOKEN",
        "event": {
          "__proto__": {"tenant": {"id": "forged"}, "organization": {"id": "forged"}},
          "request": {
            "__proto__": {"clientId": "forged"},
            "additionalHeaders": {"__proto__": ["1.1.1.1"], "constructor": ["x"]}
          },
          "accessToken": {"claims": [{"name": "__proto__", "value": {"forged": true}}]}
        }}`,
    );
    expect(request).toMatchObject({
      requestId: undefined,
      tenant: { id: '', name: '' },
      organization: undefined,
      clientId: '',
      headers: [
        { name: '__proto__', values: ['1.1.1.1'] },
        { name: 'constructor', values: ['x'] },
      ],
      accessToken: { claims: [{ name: '__proto__' }] },
    });
    expect(({} as Record<string, unknown>).forged).toBeUndefined();
  });

  test.each<[string, string]>([
    ['lists', `${'['.repeat(9_000)}${']'.repeat(9_000)}`],
    ['objects', `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`],
  ])('%s nested very deep are read', (_, deep) => {
    const text = body().replace('"accessToken":{}', `"request":${deep},"accessToken":{}`);
    expect(readTokenRequest(text).accessToken.claims).toEqual([]);
  });
});

describe('readTokenRequest rejects, without quoting the body,', () => {
  /** Stands in every body, and must not come back. */
  const MARKER = 'f00d-marker-77aa';
  const TYPE = '"actionType":"PRE_ISSUE_ACCESS_TOKEN"';

  test.each<[string, string]>([
    ['an empty body', ''],
    ['a text that is not JSON', MARKER],
    ['truncated JSON', `{${TYPE},"event":{"accessToken":{"x":"${MARKER}`],
    ['JSON followed by more text', `${body()}${MARKER}`],
    ['a byte order mark before the JSON', `\uFEFF${body({ x: MARKER })}`],
    ['a list', `["${MARKER}"]`],
    ['a string', `"${MARKER}"`],
    ['null', 'null'],
    ['no actionType', `{"x":"${MARKER}","event":{"accessToken":{}}}`],
    ['another actionType', `{"actionType":"${MARKER}","event":{"accessToken":{}}}`],
    ['actionType in another case', body({}, { actionType: 'pre_issue_access_token', x: MARKER })],
    ['actionType as a list', body({}, { actionType: ['PRE_ISSUE_ACCESS_TOKEN', MARKER] })],
    ['actionType of a prototype', `{"__proto__":{${TYPE}},"event":{"accessToken":{}}}`],
    ['no event', `{${TYPE},"x":"${MARKER}"}`],
    ['event as null', `{${TYPE},"event":null,"x":"${MARKER}"}`],
    ['event as a list', `{${TYPE},"event":["${MARKER}"]}`],
    ['event as a string', `{${TYPE},"event":"${MARKER}"}`],
    ['no access token', `{${TYPE},"event":{"request":"${MARKER}"}}`],
    ['an access token that is null', `{${TYPE},"event":{"accessToken":null,"x":"${MARKER}"}}`],
    ['an access token that is a list', `{${TYPE},"event":{"accessToken":["${MARKER}"]}}`],
    ['more values than any request has', `[${`"${MARKER}",`.repeat(MAX_VALUES)}1]`],
  ])('%s', (_, text) => {
    let thrown: unknown;
    try {
      readTokenRequest(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(RequestError);
    const { message, cause } = thrown as RequestError;
    expect(message).toMatch(/^[A-Za-z0-9_. ]{10,}\.$/);
    expect(message).not.toContain(MARKER);
    expect(cause).toBeUndefined();
  });
});

/** A client can cause them, so they are distinguished from invalid requests: they must not page. */
describe('readTokenRequest reports as oversized', () => {
  test.each<[string, string]>([
    ['more values', `[${'1,'.repeat(MAX_VALUES)}1]`],
    [
      'long integers that are nested too deeply',
      `${'['.repeat(19_000)}12345678901234567890${']'.repeat(19_000)}`,
    ],
  ])('%s', (_, text) => {
    expect(() => readTokenRequest(text)).toThrow(OversizedRequestError);
  });

  test('but not a deeply nested body without long integers', () => {
    const deep = `${'['.repeat(19_000)}${']'.repeat(19_000)}`;
    const read = readTokenRequest(
      `{"actionType":"PRE_ISSUE_ACCESS_TOKEN","event":{"accessToken":{}},"x":${deep}}`,
    );
    expect(read.accessToken.claims).toEqual([]);
  });
});

describe('lifetimeOf returns seconds above zero, or unknown', () => {
  test.each<[unknown, number | string]>([
    [3600, 3600],
    ['3600', 3600],
    ['+300', 300],
    [90.5, 90.5],
    [-1, 'unknown'],
    ['-1', 'unknown'],
    [0, 'unknown'],
    ['0', 'unknown'],
    ['', 'unknown'],
    ['900s', 'unknown'],
    ['9e2', 'unknown'],
    [true, 'unknown'],
    [[900], 'unknown'],
    [{}, 'unknown'],
    [null, 'unknown'],
    [undefined, 'unknown'],
  ])('%p is %p', (value, seconds) => {
    expect(lifetimeOf([{ name: 'expires_in', value }])).toBe(seconds);
  });
});
