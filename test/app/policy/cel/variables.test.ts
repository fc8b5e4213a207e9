import { declarationsFor } from '../../../../app/src/policy/cel/environment.ts';
import { decideBy } from '../../../support/decide.ts';
import { requestWith } from '../../../support/payloads.ts';
import { policyText, rule } from '../../../support/policies.ts';

const CIRCUMSTANCES = {
  address: '205.210.31.51',
  geo: {
    country: 'US',
    continent: 'NA',
    asn: 396982,
    organization: 'Example Net',
    city: 'Reston',
    timezone: 'America/New_York',
  },
  network: { asn: 64500, organization: 'Example Transit' },
  anonymizer: { vpn: true, relay: true },
  reputation: {
    score: 42,
    reports: 7,
    reporters: 3,
    tor: false,
    usage: 'Data Center',
    isp: 'Example',
    domain: 'example.com',
    age: 2.9 * 3_600_000,
    stale: true,
  },
};

/** Returns the value of an expression, read from a claim that is set to it. */
async function readValue(expression: string, request: string): Promise<unknown> {
  const text = policyText(
    rule('one', true, `{ claims: { set: { value_of: '\${${expression}}' } } }`),
  );
  const { operations, skipped } = await decideBy(text, { ...CIRCUMSTANCES, request });
  const [operation] = operations;
  if (operation?.op !== 'add' || typeof operation.value === 'string') return { skipped };
  return operation.value.value;
}

const USER = '5b1f3c0e-6f1d-4a52-9d0b-7f6f5a1c9e11';
const TENANT = '0f6f6b1c-2f55-4a0d-8f0e-2b6a9f0d7c31';
const FULL = 'qTj2Wd7Rk0hXv_ZpB4sLmN9cYaEa';
const MINIMAL = 'm2mFleet_7yQ0aXcV3bN1kLpRsTua';
const ISSUER = 'https://api.asgardeo.io/t/acmecorp/oauth2/token';

const same = (value: unknown) => [value, value] as const;

/** Every field that is a number, a string, a boolean or a list, with its type and its value in payloads 03 and 01. */
const VARIABLES: readonly (readonly [
  string,
  'string' | 'int' | 'bool' | 'list',
  readonly [unknown, unknown],
])[] = [
  ['address.value', 'string', same('205.210.31.51')],
  ['address.version', 'int', same(4)],
  ['address.public', 'bool', same(true)],
  ['address.signed', 'bool', same(false)],
  ['geo.country', 'string', same('US')],
  ['geo.continent', 'string', same('NA')],
  ['geo.asn', 'int', same(396982)],
  ['geo.organization', 'string', same('Example Net')],
  ['geo.city', 'string', same('Reston')],
  ['geo.timezone', 'string', same('America/New_York')],
  ['network.asn', 'int', same(64500)],
  ['network.organization', 'string', same('Example Transit')],
  ['anonymizer.vpn', 'bool', same(true)],
  ['anonymizer.tor', 'bool', same(false)],
  ['anonymizer.proxy', 'bool', same(false)],
  ['anonymizer.hosting', 'bool', same(false)],
  ['anonymizer.relay', 'bool', same(true)],
  ['abuse.score', 'int', same(42)],
  ['abuse.reports', 'int', same(7)],
  ['abuse.reporters', 'int', same(3)],
  ['abuse.tor', 'bool', same(false)],
  ['abuse.usage', 'string', same('Data Center')],
  ['abuse.isp', 'string', same('Example')],
  ['abuse.domain', 'string', same('example.com')],
  ['abuse.age_hours', 'int', same(2)],
  ['abuse.stale', 'bool', same(true)],
  ['abuse.inherited', 'bool', same(false)],
  ['request.grant', 'string', ['authorization_code', 'client_credentials']],
  ['request.client_id', 'string', [FULL, MINIMAL]],
  ['request.scopes', 'list', same([])],
  ['token.lifetime', 'int', same(3600)],
  ['token.scopes', 'list', [['email', 'groups', 'openid', 'profile', 'roles'], []]],
  ['token.audience', 'list', [[FULL, 'https://api.acme.example/orders'], [MINIMAL]]],
  ['refresh_token.lifetime', 'int', [86400, 0]],
  ['user.id', 'string', [USER, '']],
  ['user.store', 'string', ['DEFAULT', '']],
  ['user.organization.id', 'string', [TENANT, '']],
  ['user.organization.name', 'string', ['acmecorp', '']],
  ['user.organization.handle', 'string', ['acmecorp', '']],
  ['user.organization.depth', 'int', same(0)],
  ['tenant.id', 'string', same('4127')],
  ['tenant.name', 'string', same('acmecorp')],
  ['organization.id', 'string', [TENANT, '']],
  ['organization.name', 'string', ['acmecorp', '']],
  ['organization.handle', 'string', ['acmecorp', '']],
  ['organization.depth', 'int', same(0)],
  ['now.hour', 'int', same(10)],
  ['now.minute', 'int', same(30)],
  ['now.weekday', 'int', same(1)],
];

test('the table contains every field of every variable', () => {
  const { variables, fields } = declarationsFor({ lists: new Map() });
  const fieldsOf = (name: string, type: string): string[] => {
    const own = fields.get(type);
    if (own === undefined) return [name];
    return Object.entries(own).flatMap(([field, other]) => fieldsOf(`${name}.${field}`, other));
  };
  const documented = VARIABLES.map(([name]) => name);
  // Of other types, tested separately.
  const others = ['request.headers', 'request.params', 'token.claims', 'now.timestamp', 'lists'];
  const declared = Object.entries(variables).flatMap(([name, type]) => fieldsOf(name, type));
  expect(declared.toSorted()).toEqual([...documented, ...others].toSorted());
});

describe.each([
  ['a request with everything', '03', 0],
  ['a minimal request', '01', 1],
] as const)('in %s', (_, request, column) => {
  test.each(VARIABLES)('reads %s', async (expression, _type, values) => {
    expect(await readValue(expression, request)).toEqual(values[column]);
  });

  test.each<[string, unknown, unknown]>([
    ['request.headers["x-client-source-ip"]', '203.0.113.45', '205.210.31.51'],
    ['request.params.device', '003ef4a768182ba1ece32cb', ''],
    ['token.claims.iss', ISSUER, ISSUER],
    ['token.claims.expires_in', 3600, 3600],
  ])('reads %s', async (expression, full, minimal) => {
    expect(await readValue(expression, request)).toEqual(column === 0 ? full : minimal);
  });
});

describe('each variable has its documented type', () => {
  const SAMPLE = { string: '"KP"', int: '1', bool: 'true', list: '["KP"]' };
  // For these variables, the value is checked as well as the type.
  const OWN_SAMPLE: Readonly<Record<string, string>> = {
    'address.value': '"192.0.2.1"',
    'address.version': '6',
    'geo.continent': '"AS"',
  };
  test.each(VARIABLES)('%s is of type %s', async (expression, type) => {
    for (const [other, sample] of Object.entries(SAMPLE)) {
      const literal = other === type ? (OWN_SAMPLE[expression] ?? sample) : sample;
      const text = policyText(rule('one', `${expression} == ${literal}`, '{ deny: No }'));
      if (other === type) expect((await decideBy(text, CIRCUMSTANCES)).failed).toEqual([]);
      else await expect(decideBy(text, CIRCUMSTANCES)).rejects.toThrow(/incompatible types/);
    }
  });
});

describe('lifetimes', () => {
  const lifetime = (value: unknown, path = 'event.accessToken.claims.3.value') =>
    requestWith('03', { [path]: value });
  test.each<[string, unknown, string, boolean]>([
    ['a number', 1800, 'token.lifetime == 1800', true],
    ['a string', '1800', 'token.lifetime == 1800', true],
    ['unlimited is longer than any number', -1, 'token.lifetime > 1000000000', true],
    ['an invalid value counts as unlimited', 'soon', 'token.lifetime > 1000000000', true],
    ['a fraction is truncated', 90.5, 'token.lifetime == 90', true],
  ])('of the access token: %s', async (_, value, when, expected) => {
    const decision = await decideBy(policyText(rule('one', when, '{ deny: No }')), {
      request: lifetime(value),
    });
    expect(decision.outcome === 'refuse').toBe(expected);
    expect(decision.failed).toEqual([]);
  });

  test('of the refresh token: unlimited', async () => {
    const request = lifetime(-1, 'event.refreshToken.claims.0.value');
    const decision = await decideBy(
      policyText(rule('one', 'refresh_token.lifetime > 1000000000', '{ deny: No }')),
      { request },
    );
    expect(decision.outcome).toBe('refuse');
  });
});

test.each([
  [
    'an audience that is a string',
    'event.accessToken.claims.4.value',
    'api',
    '"api" in token.audience',
  ],
  [
    'scopes that are not all strings',
    'event.accessToken.scopes',
    ['a', 7, null],
    'token.scopes == ["a"]',
  ],
  ['requested scopes', 'event.request.scopes', ['a', 'b'], '"b" in request.scopes'],
  ['a deep organization', 'event.user.organization.depth', 3, 'user.organization.depth > 2'],
])('%s', async (_, path, value, when) => {
  const decision = await decideBy(policyText(rule('one', when, '{ deny: No }')), {
    request: requestWith('03', { [path]: value }),
  });
  expect(decision).toMatchObject({ outcome: 'refuse', failed: [] });
});

describe('values in texts and claims', () => {
  test.each<[string, string, string]>([
    ['a number', 'abuse.score', '42'],
    ['a boolean', 'address.public', 'true'],
    ['a list', 'token.scopes', 'email groups openid profile roles'],
    ['a timestamp', 'now.timestamp', '2026-01-05T10:30:00.000Z'],
    ['an absent claim', 'token.claims.nothing', 'unknown'],
    ['an object', 'token.claims.address', 'unknown'],
    ['a conditional', 'abuse.score > 3 ? "high" : "low"', 'high'],
  ])('%s in a text', async (_, expression, shown) => {
    const text = policyText(rule('one', true, `{ deny: 'Seen \${${expression}} here' }`));
    const { refusal } = await decideBy(text, { ...CIRCUMSTANCES, request: '03' });
    expect(refusal?.description).toBe(`Seen ${shown} here`);
  });

  test.each<[string, string, unknown]>([
    ['a string', `'a \${geo.country} \${abuse.score}'`, 'a US 42'],
    ['a list of strings', `['\${geo.country}', fixed, '\${abuse.score}']`, ['US', 'fixed', '42']],
    ['a list', `'\${token.claims.groups}'`, ['engineering', 'on-call', 'vpn-users']],
    ['a literal number', '7.5', 7.5],
    ['a fraction', `'\${double(abuse.score) / 8.0}'`, 5.25],
    ['a literal boolean', 'false', false],
    ['a string of digits stays a string', `'42'`, '42'],
  ])('%s in a claim', async (_, value, expected) => {
    const text = policyText(rule('one', true, `{ claims: { set: { seen: ${value} } } }`));
    const { operations } = await decideBy(text, { ...CIRCUMSTANCES, request: '03' });
    expect(operations).toEqual([
      { op: 'add', path: '/accessToken/claims/-', value: { name: 'seen', value: expected } },
    ]);
  });

  test.each([
    ['an absent claim', 'token.claims.nothing'],
    ['an object', 'token.claims.address'],
    ['a division by zero', '1 / (abuse.score - 42)'],
    ['an integer that JSON does not represent exactly', '9007199254740993'],
  ])('%s is skipped', async (_, expression) => {
    const text = policyText(
      rule('one', true, `{ claims: { set: { seen: '\${${expression}}' } } }`),
    );
    const decision = await decideBy(text, { ...CIRCUMSTANCES, request: '03' });
    expect(decision).toMatchObject({
      outcome: 'issue',
      operations: [],
      skipped: [{ rule: 'one', effect: 'claims.set', cause: 'no-value' }],
    });
  });
});

test.each<[string, string, string]>([
  ['a comma', 'Data Center, Web Hosting', 'From Data Center- Web Hosting.'],
  ['accents', 'Zürich', 'From Zurich.'],
  ['markup', '<b>"x"</b>', 'From -b--x---b-.'],
  ['a line break', 'a\nb', 'From a-b.'],
])(
  'a value in a refusal is reduced to the character set of the identity server: %s',
  async (_, usage, shown) => {
    const text = policyText(rule('one', true, `{ deny: 'From \${abuse.usage}.' }`));
    const { refusal } = await decideBy(text, { reputation: { score: 1, usage } });
    expect(refusal?.description).toBe(shown);
  },
);

test('a refusal is truncated to 300 characters', async () => {
  const text = policyText(rule('one', true, `{ deny: 'From \${abuse.usage} \${abuse.isp}.' }`));
  const { refusal } = await decideBy(text, {
    reputation: { score: 1, usage: 'x'.repeat(250), isp: 'y'.repeat(250) },
  });
  expect(refusal?.description).toHaveLength(300);
  expect(refusal?.description).toMatch(/^From x{250} y{44}$/);
});
