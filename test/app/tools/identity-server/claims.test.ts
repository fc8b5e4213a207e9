import {
  issued,
  outcomeOfOperations,
  payload,
  REFRESH,
  requestWithClaims,
  tokenAfter,
  USER,
} from './harness.ts';

const add = (name: string, value: string, segment = '-') =>
  `{"op":"add","path":"/accessToken/claims/${segment}","value":{"name":${JSON.stringify(name)},"value":${value}}}`;
const remove = (name: string) => `{"op":"remove","path":"/accessToken/claims/${name}"}`;
const replace = (name: string, value: string) =>
  `{"op":"replace","path":"/accessToken/claims/${name}","value":${value}}`;

describe('A claim is added', () => {
  test.each([
    ['a string', '"high"', 'high'],
    ['an empty string', '""', ''],
    ['an integer', '42', 42],
    ['a fraction', '0.5', 0.5],
    ['a boolean', 'false', false],
    ['a list of strings', '["a","b"]', ['a', 'b']],
    ['an empty list', '[]', []],
  ])('if it is %s', (_, written, value) => {
    expect(tokenAfter(payload(USER), add('risk', written)).claims.risk).toEqual(value);
  });

  test.each([
    ['null', 'null'],
    ['an object', '{"a":1}'],
    ['a list with a number', '["a",1]'],
    ['a list of lists', '[["a"]]'],
    ['a list with null', '[null]'],
  ])('not if it is %s', (_, written) => {
    expect(tokenAfter(payload(USER), add('risk', written)).claims).not.toHaveProperty('risk');
  });

  test.each([
    ['an unknown field', '{"name":"risk","value":1,"type":"int"}'],
    ['a value without a name', '{"value":1}'],
    ['a name without a value', '{"name":"risk"}'],
    ['an empty name', '{"name":"","value":1}'],
    ['a numeric name', '{"name":1,"value":1}'],
    ['a string', '"risk"'],
    ['a list', '["risk",1]'],
  ])('not for %s', (_, value) => {
    const operation = `{"op":"add","path":"/accessToken/claims/-","value":${value}}`;
    const outcome = issued(outcomeOfOperations(payload(USER), [operation]));
    expect(outcome.token).toEqual(tokenAfter(payload(USER)));
    expect(outcome.dropped).toHaveLength(1);
  });

  test.each([
    ['the index of a claim', '0', true],
    ['the index of the last claim', '15', true],
    ['an index past the end', '16', false],
    ['its own name', 'risk', false],
    ['nothing', '', false],
  ])('at %s: %s %s', (_, segment, isAdded) => {
    const { claims } = tokenAfter(payload(USER), add('risk', '1', segment));
    expect(Object.hasOwn(claims, 'risk')).toBe(isAdded);
  });

  test.each(['scope', 'Scope', 'SCOPE', '\u017fcope'])('not with the name %s', (name) => {
    expect(tokenAfter(payload(USER), add(name, '"all"')).claims).not.toHaveProperty(name);
  });

  test.each(['iat', 'binding_ref', 'binding_type'])('and ignored if it is named %s', (name) => {
    expect(tokenAfter(payload(USER), add(name, '"x"')).claims).not.toHaveProperty(name);
  });

  test.each(['exp', 'nbf', 'jti', 'azp', 'app_td', 'entityType', 'token_id', 'act', 'cnf'])(
    "over the server's own %s",
    (name) => {
      expect(tokenAfter(payload(USER), add(name, '"x"')).claims[name]).toBe('x');
    },
  );

  test('but overwritten by the cnf of a bound token, and by the organization', () => {
    const request = requestWithClaims({ binding_ref: 'f0e1', binding_type: 'certificate' });
    const { claims } = tokenAfter(request, add('cnf', '"x"'), add('org_id', '"x"'));
    expect(claims).not.toHaveProperty('cnf');
    expect(claims).not.toHaveProperty('org_id');
  });

  test.each(['sub', 'email', 'groups', 'aud', 'expires_in'])(
    'not if the request has it, such as %s',
    (name) => {
      const outcome = issued(outcomeOfOperations(payload(USER), [add(name, '"x"')]));
      expect(outcome.token).toEqual(tokenAfter(payload(USER)));
    },
  );

  test('not even after its removal in the same response', () => {
    const { claims } = tokenAfter(payload(USER), remove('email'), add('email', '"x"'));
    expect(claims).not.toHaveProperty('email');
  });

  test('twice, and the last value wins', () => {
    expect(tokenAfter(payload(USER), add('a', '1'), add('a', '2')).claims.a).toBe(2);
  });

  test('with any name, such as those of object properties', () => {
    const { claims } = tokenAfter(payload(USER), add('__proto__', '"x"'), add('a/b', '1'));
    expect(Object.keys(claims)).toEqual(expect.arrayContaining(['__proto__', 'a/b']));
  });
});

describe('A claim of an earlier token', () => {
  test('keeps its value when the refresh request adds it again', () => {
    expect(tokenAfter(payload(REFRESH), add('risk_band', '"low"')).claims.risk_band).toBe(
      'elevated',
    );
  });

  test('can be replaced in the refresh request', () => {
    const token = tokenAfter(payload(REFRESH), replace('risk_band', '"low"'));
    expect(token.claims.risk_band).toBe('low');
  });
});

describe('A single claim', () => {
  test('is removed', () => {
    expect(tokenAfter(payload(USER), remove('email')).claims).not.toHaveProperty('email');
  });

  test.each([
    ['"x"', 'x'],
    ['{"a":[1]}', { a: [1] }],
    ['[1,"a",null]', [1, 'a', null]],
  ])('can be replaced by %s, without a check', (written, value) => {
    expect(tokenAfter(payload(USER), replace('email', written)).claims.email).toEqual(value);
  });

  test.each(['42', '-7', '+5', 'https://a.example/country', 'a/b'])(
    'named %s cannot be addressed',
    (name) => {
      const request = requestWithClaims({ [name]: 'kept' });
      const outcome = issued(outcomeOfOperations(request, [remove(name), replace(name, '"x"')]));
      expect(outcome.token.claims[name]).toBe('kept');
      expect(outcome.dropped).toHaveLength(2);
    },
  );
});

test('A single claim named - can be addressed', () => {
  const request = requestWithClaims({ '-': 'kept' });
  expect(tokenAfter(request, replace('-', '"x"')).claims['-']).toBe('x');
  expect(tokenAfter(request, remove('-')).claims).not.toHaveProperty('-');
});

test.each([
  ['a list', '/accessToken/claims/empty/', []],
  ['a string', '/accessToken/claims/empty', ''],
])('A claim without a value is %s if its allowed path says so', (_, path, value) => {
  const request = JSON.parse(requestWithClaims({}));
  request.event.accessToken.claims.push({ name: 'empty' });
  for (const { op, paths } of request.allowedOperations) if (op !== 'add') paths.push(path);
  expect(tokenAfter(JSON.stringify(request)).claims.empty).toEqual(value);
});

describe('A list claim, by its Java type', () => {
  const GROUPS = ['engineering', 'on-call', 'vpn-users'];
  const CRASH = 'server error';
  test.each<[string, string, unknown, unknown, unknown]>([
    ['removal of an element', remove('groups/0'), GROUPS.slice(1), GROUPS, CRASH],
    [
      'replacement of an element',
      replace('groups/0', '"a"'),
      [...GROUPS.slice(1), 'a'],
      GROUPS,
      CRASH,
    ],
    ['removal', remove('groups/'), undefined, undefined, undefined],
    ['a longer list', replace('groups/', '["a","b","c","d"]'), ...forAll(['a', 'b', 'c', 'd'])],
    ['duplicates', replace('groups/', '["b","a","b"]'), ...forAll(['b', 'a', 'b'])],
    ['an empty list', replace('groups/', '[]'), ...forAll([])],
    ['a string', replace('groups/', '"a"'), ...forAll('a')],
    ['a number', replace('groups/', '7'), ...forAll(7)],
    ['removal without the slash', remove('groups'), ...forAll(GROUPS)],
    ['replacement without the slash', replace('groups', '"a"'), ...forAll(GROUPS)],
    ['an added element', add('x', '"a"').replace('claims/-', 'claims/groups/-'), ...forAll(GROUPS)],
    ['an add of its name', add('groups', '["a"]'), ...forAll(GROUPS)],
  ])('%s', (_, operation, strings, array, list) => {
    for (const [form, expected] of [
      ['strings', strings],
      ['array', array],
      ['list', list],
    ] as const) {
      const outcome = outcomeOfOperations(payload(USER), [operation], form);
      const found = outcome.kind === 'token' ? outcome.token.claims.groups : CRASH;
      expect([form, found]).toEqual([form, expected]);
    }
  });

  test('of numbers crashes when an element changes, and can be removed as a whole', () => {
    const request = requestWithClaims({ levels: [1, 2] });
    expect(outcomeOfOperations(request, [remove('levels/0')]).kind).toBe('server-error');
    expect(tokenAfter(request, remove('levels/')).claims).not.toHaveProperty('levels');
  });

  function forAll<T>(value: T): [T, T, T] {
    return [value, value, value];
  }
});

describe('A list claim', () => {
  test.each([
    ['can lose an element', [remove('groups/1')], ['engineering', 'vpn-users']],
    [
      'loses elements by the indexes in the request',
      [remove('groups/0'), remove('groups/1')],
      ['vpn-users'],
    ],
    ['does not support -', [remove('groups/-')], ['engineering', 'on-call', 'vpn-users']],
    [
      'ignores an index past the end',
      [remove('groups/3')],
      ['engineering', 'on-call', 'vpn-users'],
    ],
    ['ignores a name', [remove('groups/on-call')], ['engineering', 'on-call', 'vpn-users']],
    ['appends a replacement', [replace('groups/0', '"a"')], ['on-call', 'vpn-users', 'a']],
    [
      'converts a number to a string',
      [replace('groups/0', '1.0')],
      ['on-call', 'vpn-users', '1.0'],
    ],
    [
      'converts a boolean to a string',
      [replace('groups/0', 'true')],
      ['on-call', 'vpn-users', 'true'],
    ],
    [
      'ignores a list as an element',
      [replace('groups/0', '["a"]')],
      ['engineering', 'on-call', 'vpn-users'],
    ],
    [
      'ignores an element that it has',
      [replace('groups/0', '"on-call"')],
      ['engineering', 'on-call', 'vpn-users'],
    ],
    ['can be removed as a whole', [remove('groups/')], undefined],
    ['can be replaced as a whole', [replace('groups/', '["a"]')], ['a']],
    ['can be replaced as a whole by any value', [replace('groups/', '{"a":1}')], { a: 1 }],
    ['stays removed', [remove('groups/'), replace('groups/0', '"a"')], undefined],
  ])('%s', (_, operations, result) => {
    expect(tokenAfter(payload(USER), ...operations).claims.groups).toEqual(result);
  });

  test('whose name has a slash cannot be addressed, nor can its elements', () => {
    const name = 'http://a.example/claims/groups';
    const request = requestWithClaims({ [name]: ['a', 'b'] });
    const operations = [remove(`${name}/0`), remove(`${name}/`), replace(`${name}/`, '[]')];
    const outcome = issued(outcomeOfOperations(request, operations));
    expect(outcome.token.claims[name]).toEqual(['a', 'b']);
    expect(outcome.dropped).toHaveLength(3);
  });

  test('is not changed by the path of a single claim whose name begins like it', () => {
    const claims = { a: ['x', 'y'], 'a/0/b': 'kept' };
    expect(tokenAfter(requestWithClaims(claims), remove('a/0/b')).claims).toMatchObject(claims);
  });

  test('loses an element instead of a single claim named like its path', () => {
    const request = requestWithClaims({ a: ['x', 'y'], 'a/0': 'kept' });
    const { claims } = tokenAfter(request, remove('a/0'));
    expect(claims).toMatchObject({ a: ['y'], 'a/0': 'kept' });
  });
});
