import { ClaimsView } from '../../../../app/src/policy/cel/variables/claims.ts';
import { decideBy } from '../../../support/decide.ts';
import { requestWith, requestWithClaims } from '../../../support/payloads.ts';
import { policyText, rule } from '../../../support/policies.ts';

async function isTrue(when: string, request: string): Promise<boolean> {
  const decision = await decideBy(policyText(rule('one', when, '{ deny: No }')), { request });
  expect(decision.failed).toEqual([]);
  return decision.outcome === 'refuse';
}

const HEADERS = [
  { name: 'X-Device-Id', value: ['abc'] },
  { name: 'x-forwarded-for', value: ['192.0.2.1', '192.0.2.2'] },
  { name: 'X-Twice', value: ['one'] },
  { name: 'x-twice', value: ['two'] },
  { name: 'x-empty', value: [''] },
  { name: '__proto__', value: ['polluted'] },
  { name: 'toString', value: ['text'] },
];

describe('headers', () => {
  const asList = requestWith('01', { 'event.request.additionalHeaders': HEADERS });
  const asObject = requestWith('01', {
    'event.request.additionalHeaders': {
      'X-Device-Id': ['abc'],
      'x-forwarded-for': ['192.0.2.1', '192.0.2.2'],
      'X-Twice': ['one'],
      'x-twice': ['two'],
      'x-empty': [''],
    },
  });

  describe.each([
    ['a list', asList],
    ['an object', asObject],
  ])('sent as %s', (_, request) => {
    test.each<[string, boolean]>([
      ['request.headers["x-device-id"] == "abc"', true],
      ['request.headers["X-DEVICE-ID"] == "abc"', true],
      ['request.headers["x-device-id"] == "ABC"', false],
      ['"x-device-id" in request.headers', true],
      ['"X-Device-ID" in request.headers', true],
      ['"x-empty" in request.headers', true],
      ['request.headers["x-empty"] == ""', true],
      ['"x-nothing" in request.headers', false],
      ['request.headers["x-nothing"] == ""', true],
      ['request.headers.nothing == ""', true],
      ['request.headers["x-forwarded-for"] == "192.0.2.1, 192.0.2.2"', true],
      ['request.headers["x-twice"] == "one, two"', true],
      ['request.headers["x-device-id"].startsWith("a")', true],
    ])('%s is %s', async (when, expected) => {
      expect(await isTrue(when, request)).toBe(expected);
    });
  });
});

describe('parameters', () => {
  const request = requestWith('01', {
    'event.request.additionalParams': [
      { name: 'device', value: ['a', 'b'] },
      { name: 'Mode', value: ['x'] },
    ],
  });
  test.each<[string, boolean]>([
    ['request.params.device == "a, b"', true],
    ['request.params.Mode == "x"', true],
    ['request.params.mode == ""', true],
    ['"mode" in request.params', false],
    ['"Mode" in request.params', true],
    ['request.params.nothing == ""', true],
  ])('%s is %s, as their names are case-sensitive', async (when, expected) => {
    expect(await isTrue(when, request)).toBe(expected);
  });

  test('are empty if the request has none', async () => {
    expect(await isTrue('request.params.device == "" && !("device" in request.params)', '01')).toBe(
      true,
    );
  });
});

describe('claims', () => {
  const request = requestWithClaims({
    level: 3,
    ratio: 0.5,
    huge: 1e20,
    admin: false,
    roles: ['viewer', 'editor'],
    none: [],
    numbers: [1, 2],
    nothing: null,
    device: { trusted: true, os: { name: 'linux', tags: ['a'] }, seen: [] },
  });

  test.each<[string, boolean]>([
    ['token.claims.level == 3', true],
    ['token.claims.level > 2', true],
    ['token.claims.level >= 3.5', false],
    ['token.claims.ratio == 0.5', true],
    ['token.claims.huge > 1000.0', true],
    ['token.claims.admin == false', true],
    ['token.claims.email == "dilini.perera@example.com"', true],
    ['token.claims["email"].endsWith("@example.com")', true],
    ['"editor" in token.claims.roles', true],
    ['"admin" in token.claims.roles', false],
    ['token.claims.roles.exists(role, role == "viewer")', true],
    ['token.claims.roles.size() == 2', true],
    ['2 in token.claims.numbers', true],
    ['3 in token.claims.numbers', false],
    ['token.claims.roles == ["viewer", "editor"]', true],
    ['token.claims.absent == null', true],
    ['token.claims.absent == "x"', false],
    ['token.claims.absent != "x"', true],
    ['token.claims.nothing == null', true],
    ['token.claims.none == null', true],
    ['"editor" in token.claims.absent', false],
    ['"editor" in token.claims.none', false],
    ['"email" in token.claims', true],
    ['"Email" in token.claims', false],
    ['"nothing" in token.claims', false],
    ['token.claims.device.trusted == true', true],
    ['token.claims.device.os.name == "linux"', true],
    ['token.claims["device"]["os"]["name"] == "linux"', true],
    ['"a" in token.claims.device.os.tags', true],
    ['"a" in token.claims.device.seen', false],
    ['"os" in token.claims.device', true],
    ['token.claims.address.country == "LK"', true],
    ['token.claims.?address.?zip.orValue("none") == "none"', true],
    ['token.claims.?absent.?zip.orValue("none") == "none"', true],
  ])('%s is %s', async (when, expected) => {
    expect(await isTrue(when, request)).toBe(expected);
  });

  test.each<[string, readonly unknown[]]>([
    ['as many lists as a claim may contain', Array(500).fill(['a'])],
    ['thousands of strings', Array(5000).fill('a')],
    ['thousands of nulls', Array(5000).fill(null)],
  ])('a claim that is a list of %s can be read', async (_, list) => {
    expect(await isTrue('token.claims.many != null', requestWithClaims({ many: list }))).toBe(true);
  });

  const NESTED = '['.repeat(9_000) + ']'.repeat(9_000);
  test.each<[string, string]>([
    ['a string next to too many objects', JSON.stringify(['banned', ...Array(501).fill({})])],
    ['too many lists', JSON.stringify(Array(501).fill(['a']))],
    ['lists nine thousand deep', NESTED],
    ['a string next to lists nine thousand deep', `["banned",${NESTED}]`],
  ])(
    'a claim that cannot be evaluated makes the condition fail, and does not help the client: %s',
    async (_, value) => {
      const request = requestWithClaims({ odd: '@' }).replace('"@"', value);
      const policy = policyText(rule('one', '"banned" in token.claims.odd', '{ deny: No }'));
      const decision = await decideBy(policy, { request });
      expect(decision).toMatchObject({ outcome: 'refuse', failed: ['one'] });
    },
  );
});

test('a claim that cannot be converted is converted only once, however often a loop reads it', () => {
  let conversions = 0;
  const ownKeys = () => {
    conversions += 1;
    return [];
  };
  const object = new Proxy({}, { ownKeys });
  const claims = new ClaimsView([{ name: 'it', value: [object, Number.POSITIVE_INFINITY] }]);
  for (let iteration = 0; iteration < 3; iteration++)
    expect(() => claims.get('it')).toThrow('too large');
  expect(conversions).toBe(1);
});
