import { issuesIn, policyText, rule } from '../../../support/policies.ts';

const issuesOf = (then: string) => issuesIn(policyText(rule('one', true, then)));

const at = (place: string) => `policy.yaml:6: rule "one", then${place}`;

const DURATION =
  'is not a valid duration; write 90s, 15m, 1h or a number of seconds, above 0 and below 100 years.';

describe('a lifetime', () => {
  test.each([
    ['0', '0'],
    ['0s', '"0s"'],
    ['-5', '-5'],
    ['-5m', '"-5m"'],
    ['1.5', '1.5'],
    ['1.5h', '"1.5h"'],
    ['1d', '"1d"'],
    ['10 m', '"10 m"'],
    ['15M', '"15M"'],
    ['1h30m', '"1h30m"'],
    ['"900"', '"900"'],
    ['9999999h', '"9999999h"'],
    ['4294967296', '4294967296'],
    ['1e300', '1e+300'],
    ['.inf', 'Infinity'],
    ['true', 'true'],
    ['[1]', 'a list'],
  ])('of %s is rejected', (value, shown) => {
    expect(issuesOf(`{ lifetime: ${value} }`)).toEqual([
      `${at('.lifetime')}: ${shown} ${DURATION}`,
    ]);
    expect(issuesOf(`{ refresh_token: { lifetime: ${value} } }`)).toEqual([
      `${at('.refresh_token.lifetime')}: ${shown} ${DURATION}`,
    ]);
  });

  test.each(['1', '90s', '15m', '1h', '876000h'])('of %s is accepted', (value) => {
    expect(issuesOf(`{ lifetime: ${value} }`)).toEqual([]);
  });
});

describe('the schema of effects', () => {
  test.each<[string, string, string]>([
    ['no effect', '{}', ': needs an effect, e.g. { lifetime: 15m }.'],
    ['a string', 'allow', ': must be a mapping, not "allow".'],
    ['an unknown effect', '{ shorten: 15m }', '.shorten: is not a known key.'],
    [
      'an unknown effect next to a known one',
      '{ lifetime: 15m, shorten: 15m }',
      '.shorten: is not a known key.',
    ],
    ['an allow that is false', '{ allow: false }', '.allow: can only be true.'],
    [
      'a deny that is true',
      '{ deny: true }',
      '.deny: must be a string, or { reason, description } with a string each.',
    ],
    [
      'a deny without a description',
      '{ deny: { reason: access_denied } }',
      '.deny: must be a string, or { reason, description } with a string each.',
    ],
    [
      'a deny with an unknown key',
      '{ deny: { description: No, code: 4 } }',
      '.deny.code: is not a known key.',
    ],
    [
      'a deny together with a restriction',
      '{ deny: No, lifetime: 15m }',
      ': deny cannot be combined with other effects: a refused token cannot be changed.',
    ],
    [
      'a deny together with an allow',
      '{ deny: No, allow: true }',
      ': deny cannot be combined with other effects: a refused token cannot be changed.',
    ],
    ['an empty refresh_token', '{ refresh_token: {} }', '.refresh_token: needs lifetime or drop.'],
    [
      'a drop that is false',
      '{ refresh_token: { drop: false } }',
      '.refresh_token.drop: can only be true.',
    ],
    [
      'an unknown key of refresh_token',
      '{ refresh_token: { remove: true } }',
      '.refresh_token.remove: is not a known key.',
    ],
    ['empty scopes', '{ scopes: {} }', '.scopes: needs remove or add.'],
    [
      'a removal that contains an expression',
      '{ scopes: { remove: ["${token.scopes[0]}"] } }',
      '.scopes.remove.0: "${token.scopes[0]}" contains an expression; write a name, with * for any characters.',
    ],
    [
      'a removal that matches no scope',
      '{ scopes: { remove: ["a b"] } }',
      '.scopes.remove.0: "a b" cannot occur in a token, so it removes nothing.',
    ],
    [
      'a removal that matches no audience',
      '{ audience: { remove: [" a"] } }',
      '.audience.remove.0: " a" cannot occur in a token, so it removes nothing.',
    ],
    ...['^write:.*', 'write:.*$', '{admin,root}', '[ab]*', '!openid', '(admin|root)'].map(
      (pattern): [string, string, string] => [
        `an unsupported pattern, ${pattern}`,
        `{ scopes: { remove: ["${pattern}"] } }`,
        `.scopes.remove.0: "${pattern}" is not a supported pattern; only * is special and matches any characters${pattern.includes('write') ? ', so write "write:*"' : ''}.`,
      ],
    ),
    [
      'a number that would be rounded',
      '{ claims: { set: { id: 12345678901234567890 } } }',
      '.claims.set.id: an integer this large would be rounded; quote it.',
    ],
    [
      'scopes with empty lists',
      '{ scopes: { remove: [], add: [] } }',
      '.scopes: needs remove or add.',
    ],
    ['an unknown key of scopes', '{ scopes: { drop: [a] } }', '.scopes.drop: is not a known key.'],
    ['scopes as a string', '{ scopes: { remove: a } }', '.scopes.remove: must be a list, not "a".'],
    [
      'a scope without a name',
      '{ scopes: { remove: [""] } }',
      '.scopes.remove.0: a name must not be empty.',
    ],
    [
      'a scope that is a number',
      '{ scopes: { remove: [a, 3] } }',
      '.scopes.remove.1: must be a string, not 3.',
    ],
    [
      'an unknown key of audience',
      '{ audience: { drop: [a] } }',
      '.audience.drop: is not a known key.',
    ],
    ['empty claims', '{ claims: {} }', '.claims: needs set or remove.'],
    [
      'an unknown key of claims',
      '{ claims: { add: { a: b } } }',
      '.claims.add: is not a known key.',
    ],
    [
      'claims to set as a list',
      '{ claims: { set: [a] } }',
      '.claims.set: must be a mapping: a name, a colon and a value for each entry.',
    ],
  ])('%s', (_, then, sentence) => {
    expect(issuesOf(then)).toEqual([`${at(sentence)}`]);
  });
});

describe('reserved claims', () => {
  test.each([
    'sub',
    'iss',
    'aud',
    'client_id',
    'aut',
    'expires_in',
    'subject_type',
    'binding_ref',
    'iat',
    'exp',
    'nbf',
    'jti',
    'azp',
    'cnf',
    'app_tenant_domain',
    'app_td',
    'user_td',
    'entity_id',
    'entityType',
    'token_id',
    'grantType',
    'is_consented',
    'is_federated',
    'accessing_organization',
    'act',
    'may_act',
    'scope',
    'SCOPE',
    '\u017fcope',
    'org_id',
    'org_name',
  ])('%s can be neither set nor removed', (name) => {
    const sentence = `${name} is a reserved claim and cannot be changed.`;
    expect(issuesOf(`{ claims: { set: { ${name}: x } } }`)).toEqual([
      at(`.claims.set.${name}: ${sentence}`),
    ]);
    expect(issuesOf(`{ claims: { remove: [${name}] } }`)).toEqual([
      at(`.claims.remove.0: ${sentence}`),
    ]);
  });

  test.each([' email', 'email '])('a name with surrounding spaces is rejected: %j', (name) => {
    const sentence = `"${name}" must not begin or end with a space.`;
    expect(issuesOf(`{ claims: { set: { ${JSON.stringify(name)}: x } } }`)).toContainEqual(
      expect.stringContaining(sentence),
    );
    expect(issuesOf(`{ claims: { remove: [${JSON.stringify(name)}] } }`)).toContainEqual(
      expect.stringContaining(sentence),
    );
  });

  test.each(['audit_level', 'http://wso2.org/claims/role', '5', '-1', '+5'])(
    '%s cannot be removed, for the identity server reads the name as something else',
    (name) => {
      expect(issuesOf(`{ claims: { remove: ["${name}"] } }`)).toEqual([
        at(`.claims.remove.0: the identity server cannot remove a claim named "${name}".`),
      ]);
    },
  );

  test('a pattern may match them, because it applies to the others only', () => {
    expect(issuesOf('{ claims: { remove: ["*"] } }')).toEqual([]);
  });

  test.each([
    ['a mapping', '{ b: c }'],
    ['null', 'null'],
    ['a list that mixes', '[x, 1]'],
    ['a list of numbers', '[1, 2]'],
    ['no finite number', '.inf'],
  ])('a claim cannot be %s', (_, value) => {
    expect(issuesOf(`{ claims: { set: { a: ${value} } } }`)).toEqual([
      at('.claims.set.a: a claim must be a string, a number, true or false, or a list of strings.'),
    ]);
  });
});

describe('the text of a refusal', () => {
  const characters = (shown: string) =>
    `: the identity server does not accept ${shown} in a refusal; use letters, digits, spaces and - _ . ! ? ; : ' ( ) [ ].`;
  const empty =
    ': a refusal needs a description: without one the client gets a 200 without a token.';

  test.each<[string, string, string]>([
    ['a comma', '"No, thanks"', characters('","')],
    ['a slash', '"a/b"', characters('"/"')],
    ['a percent sign', '"50% risk"', characters('"%"')],
    ['double quotes', `'a "b"'`, characters('"\\""')],
    ['letters of other languages', '"für Gäste"', characters('"ü" "ä"')],
    ['a line break', '"a\\nb"', characters('"\\n"')],
    [
      'a character outside the range around an expression',
      `"from, \${request.grant}"`,
      characters('","'),
    ],
    ['301 characters', 'x'.repeat(301), ': must not be longer than 300 characters.'],
    [
      '301 characters and an expression',
      `"\${request.grant}${'x'.repeat(301)}"`,
      ': must not be longer than 300 characters.',
    ],
    ['an empty string', '""', empty],
    ['only spaces', '"  "', empty],
    [
      'an expression that is not closed',
      `"from \${request.grant"`,
      `: has a \${ without its closing brace.`,
    ],
    [
      'only an expression that is not closed',
      `"\${request.grant"`,
      `: has a \${ without its closing brace.`,
    ],
    ['an empty expression', `"from \${}"`, ': an expression must not be empty.'],
    [
      'a misspelt expression',
      `"\${request.gran}"`,
      ': unknown field gran (in: request.gran); did you mean grant?',
    ],
    [
      'an expression whose types do not fit',
      `"from \${request.grant + 1}"`,
      ': incompatible types: string + int (in: request.grant + 1).',
    ],
    [
      'an expression that cannot be converted to text',
      `"from \${request.headers}"`,
      `: \${…} cannot insert a value of type StringMap into a string.`,
    ],
  ])('cannot have %s', (_, text, sentence) => {
    expect(issuesOf(`{ deny: ${text} }`)).toEqual([at(`.deny${sentence}`)]);
    expect(issuesOf(`{ deny: { description: ${text} } }`)).toEqual([
      at(`.deny.description${sentence}`),
    ]);
  });

  test('may have 300 characters, and all that the identity server accepts', () => {
    expect(issuesOf(`{ deny: "${'x'.repeat(300)}" }`)).toEqual([]);
    expect(
      issuesOf(`{ deny: "It's late - (try) [a_b.c!d?] at 10:30; \${'}'} \${{'a': 1}['a']}." }`),
    ).toEqual([]);
  });
});

describe('the reason of a refusal', () => {
  test.each([
    'server_error',
    'internal_server_error',
    '"500"',
    'invalid_client',
    'sql_error',
    'SERVER_ERROR',
  ])('cannot be %s', (reason) => {
    expect(issuesOf(`{ deny: { reason: ${reason}, description: No } }`)).toEqual([
      at(
        `.deny.reason: the identity server does not treat the reason ${reason.replaceAll('"', '')} as a refusal; use e.g. access_denied.`,
      ),
    ]);
  });

  test.each<[string, string, RegExp]>([
    ['longer than 100 characters', 'x'.repeat(101), /: must not be longer than 100 characters\.$/],
    ['with a comma', '"a,b"', /does not accept "," in a refusal/],
    ['empty', '""', /: a reason must not be empty\.$/],
    ['blank', '" "', /: a reason must not be empty\.$/],
    [
      'worked out',
      `"\${request.grant}"`,
      /: a reason must not contain an expression; put it into the description\.$/,
    ],
  ])('cannot be %s', (_, reason, sentence) => {
    const found = issuesOf(`{ deny: { reason: ${reason}, description: No } }`);
    expect(found).toEqual([expect.stringMatching(sentence)]);
    expect(found[0]?.startsWith(at('.deny.reason: '))).toBe(true);
  });

  test.each(['access_denied', 'invalid_scope', 'x'.repeat(100)])('may be %s', (reason) => {
    expect(issuesOf(`{ deny: { reason: ${reason}, description: No } }`)).toEqual([]);
  });
});

describe('additions are checked, because the identity server silently drops invalid ones', () => {
  const noScope = 'is not a valid scope (RFC 6749: no space, quote or backslash).';
  const oneScope = 'must be the full name of a scope, without * or ${…}.';
  const noAudience =
    'is not a valid audience; write scheme://… or letters, digits, dots and hyphens.';
  test.each<[string, string, string]>([
    ['a scope with a space', `scopes: { add: ['a b'] }`, `.scopes.add.0: "a b" ${noScope}`],
    ['a scope with a quote', `scopes: { add: ['a"b'] }`, `.scopes.add.0: "a"b" ${noScope}`],
    [
      'a scope that is not ASCII',
      `scopes: { add: [ok, 'größe'] }`,
      `.scopes.add.1: "größe" ${noScope}`,
    ],
    ['a scope with a glob', `scopes: { add: ['a*'] }`, `.scopes.add.0: "a*" ${oneScope}`],
    [
      'a scope with an expression',
      `scopes: { add: ['\${x}'] }`,
      `.scopes.add.0: "\${x}" ${oneScope}`,
    ],
    [
      'an audience that is a URN',
      `audience: { add: ['urn:x'] }`,
      `.audience.add.0: "urn:x" ${noAudience}`,
    ],
    [
      'an audience with an underscore',
      `audience: { add: ['a_b'] }`,
      `.audience.add.0: "a_b" ${noAudience}`,
    ],
    [
      'an audience with a space',
      `audience: { add: ['https://api b'] }`,
      `.audience.add.0: "https://api b" ${noAudience}`,
    ],
    [
      'an audience with an expression',
      `audience: { add: ['https://\${x}'] }`,
      `.audience.add.0: "https://\${x}" ${noAudience}`,
    ],
  ])('%s', (_, effect, sentence) => {
    expect(issuesOf(`{ ${effect} }`)).toEqual([at(sentence)]);
  });

  test.each([
    'https://api.example.com/orders',
    'custom+scheme://host',
    'orders-api',
    'api.example.com',
  ])('the audience %s is accepted', (audience) => {
    expect(issuesOf(`{ audience: { add: ["${audience}"] } }`)).toEqual([]);
  });
});

describe('the value of a claim that is an expression', () => {
  const type = (name: string) =>
    `a claim must be a string, a number, a boolean or a list of strings, not ${name}.`;
  test.each<[string, string, string]>([
    ['a signal as a whole', `"\${geo}"`, type('Geo')],
    ['a moment', `"\${now.timestamp}"`, type('google.protobuf.Timestamp')],
    ['a list of numbers', `"\${[1, 2]}"`, type('list<int>')],
    ['all claims', `"\${token.claims}"`, type('Claims')],
    [
      'a whole signal in a string',
      `"x \${geo}"`,
      `\${…} cannot insert a value of type Geo into a string.`,
    ],
    [
      'a misspelt variable',
      `"\${geo.contry}"`,
      'unknown field contry (in: geo.contry); did you mean country?',
    ],
    [
      'an expression that is not closed',
      `"\${geo.country"`,
      `has a \${ without its closing brace.`,
    ],
  ])('%s', (_, value, sentence) => {
    expect(issuesOf(`{ claims: { set: { a: ${value} } } }`)).toEqual([
      at(`.claims.set.a: ${sentence}`),
    ]);
  });

  test('in a list, the place has the index', () => {
    expect(issuesOf(`{ claims: { set: { a: [b, "\${geo}"] } } }`)).toEqual([
      at(`.claims.set.a.1: \${…} cannot insert a value of type Geo into a string.`),
    ]);
  });

  test.each(['geo.country', 'abuse.score', 'address.public', 'token.scopes', 'token.claims.email'])(
    '%s is accepted',
    (expression) => {
      expect(issuesOf(`{ claims: { set: { a: "\${${expression}}" } } }`)).toEqual([]);
    },
  );
});
