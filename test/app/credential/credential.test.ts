import { parseCredential } from '../../../app/src/credential/credential.ts';

const SECRET = 'Qm7_sT4-vX9.zB2~';

const oauth2 = (others: object = {}) => ({
  scheme: 'oauth2',
  issuer: 'https://api.asgardeo.io/t/acme/oauth2/token',
  audience: 'risk-gate',
  ...others,
});

function errorOf(json: string): string {
  try {
    parseCredential(json, 'THE_SETTING');
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('a credential is parsed:', () => {
  test.each([
    ['an API key', { scheme: 'api-key', header: 'x-api-key', secret: SECRET }],
    [
      'an API key header with a digit and capitals',
      { scheme: 'api-key', header: 'X9-Gate-Key', secret: SECRET },
    ],
    ['a bearer token', { scheme: 'bearer', secret: SECRET }],
    ['tokens of an issuer', oauth2()],
    [
      'tokens of an issuer on this machine',
      oauth2({ issuer: 'http://127.0.0.1:9000/oauth2/token' }),
    ],
    [
      'tokens with all fields',
      oauth2({
        jwks_uri: 'https://issuer.example/jwks?v=2',
        scope: 'gate:call other',
        client_id: 'the client',
      }),
    ],
    [
      'a user name with letters of any alphabet',
      { scheme: 'basic', username: 'zoë gate', secret: SECRET },
    ],
    ['a user name with a trailing space', { scheme: 'basic', username: 'gate ', secret: SECRET }],
    ...[
      ['letters of any alphabet', 'пароль-密码-کلمه-λέξη'],
      ['emoji', '🔑🔒🔓🗝️ sixteen of them'],
      ['combining accents', 'e\u0301'.repeat(16)],
      ['spaces', 'correct horse battery staple'],
      ['leading and trailing spaces', '  sixteen letters  '],
      ['spaces only', ' '.repeat(16)],
      ['a no-break space', 'sixteen\u00a0letters '],
      ['colons', ':sixteen::letters:'],
      ['quotes and backslashes', '"sixteen\\letters\''],
      ['exactly 16 characters', 'ü'.repeat(16)],
    ].map(([what, secret]): [string, object] => [
      `a password with ${what}`,
      { scheme: 'basic', username: 'gate', secret },
    ]),
    [
      'a secret with all characters that a header allows',
      { scheme: 'bearer', secret: visibleAscii() },
    ],
  ])('%s', (_, credential) => {
    expect(parseCredential(JSON.stringify(credential), 'x')).toEqual(credential);
  });
});

test('spaces around scopes are removed', () => {
  const json = JSON.stringify(oauth2({ scope: ' one  two ' }));

  expect(parseCredential(json, 'x')).toEqual(oauth2({ scope: 'one two' }));
});

function visibleAscii(): string {
  return Array.from({ length: 0x7e - 0x20 }, (_, i) => String.fromCharCode(0x21 + i)).join('');
}

describe('an invalid credential is rejected with one sentence:', () => {
  const apiKey = (header: unknown) => ({ scheme: 'api-key', header, secret: SECRET });
  const bearer = (secret: unknown) => ({ scheme: 'bearer', secret });
  const basic = (username: unknown) => ({ scheme: 'basic', username, secret: SECRET });
  const password = (secret: unknown) => ({ scheme: 'basic', username: 'gate', secret });

  test.each([
    ['a list', [SECRET], 'not a JSON object'],
    ['null', null, 'not a JSON object'],
    ['the secret alone', SECRET, 'not a JSON object'],
    ['no scheme', { secret: SECRET }, '"scheme"'],
    ['an unknown scheme', { scheme: 'digest', secret: SECRET }, '"scheme"'],
    ['the scheme in capitals', { scheme: 'Bearer', secret: SECRET }, '"scheme"'],
    [
      'the name of an inherited property as the scheme',
      { scheme: 'constructor', secret: SECRET },
      '"scheme"',
    ],
    ['an unknown field', { ...bearer(SECRET), note: 'x' }, 'unknown field'],
    ["another scheme's field", { ...bearer(SECRET), header: 'x-api-key' }, 'unknown field'],
    ['no secret', bearer(undefined), 'not empty'],
    ['an empty secret', bearer(''), 'not empty'],
    ['a secret that is a number', bearer(1234567890123456), 'not empty'],
    ['a secret of 15 characters', bearer(SECRET.slice(1)), 'too short'],
    ['a secret with a space', bearer(`${SECRET} x`), 'HTTP header'],
    ['a secret with a trailing line feed', bearer(`${SECRET}\n`), 'HTTP header'],
    ['a secret with a letter outside ASCII', bearer(`${SECRET}é`), 'HTTP header'],
    ['a secret with DEL', bearer(`${SECRET}\x7f`), 'HTTP header'],
    ['no header', apiKey(undefined), '"header"'],
    ['a header of one letter', apiKey('x'), '"header"'],
    ['a header with an underscore', apiKey('x_api_key'), '"header"'],
    ['a header that begins with a dash', apiKey('-key'), '"header"'],
    ['a header with a trailing line feed', apiKey('x-api-key\n'), '"header"'],
    ['no user name', basic(undefined), '"username"'],
    ['an empty user name', basic(''), '"username"'],
    ['a user name with a colon', basic('a:b'), '"username"'],
    ['a user name with a control character', basic('a\tb'), '"username"'],
    ['a user name with a lone surrogate', basic('a\ud83d'), '"username"'],
    ['a password with a tab', password(`${SECRET}\t`), 'control character'],
    ['a password with a trailing line feed', password(`${SECRET}\n`), 'control character'],
    ['a password with a zero', password(`${SECRET}\0`), 'control character'],
    ['a password with DEL', password(`${SECRET}\x7f`), 'control character'],
    ['a password with a C1 control', password(`${SECRET}\x85`), 'control character'],
    ['a password with a lone surrogate', password(`${SECRET}\udd11`), 'lone surrogate'],
    ['an empty password', password(''), 'not empty'],
    ['a password of 15 characters of two bytes each', password('ü'.repeat(15)), 'too short'],
    ['a password of 8 characters of two code units', password('🔑'.repeat(8)), 'too short'],
    ['a bearer token with a space', bearer('correct horse battery'), 'HTTP header'],
    ['no issuer', oauth2({ issuer: undefined }), '"issuer"'],
    ['an issuer that is not a URL', oauth2({ issuer: 'issuer.example' }), '"issuer"'],
    ['an issuer with http', oauth2({ issuer: 'http://issuer.example' }), '"issuer"'],
    [
      'an issuer with a name like the loopback address',
      oauth2({ issuer: 'http://127.0.0.1.example' }),
      '"issuer"',
    ],
    ['an issuer with a user', oauth2({ issuer: 'https://u:p@issuer.example' }), '"issuer"'],
    ['an issuer with a query', oauth2({ issuer: 'https://issuer.example/?a' }), '"issuer"'],
    ['an issuer with a fragment', oauth2({ issuer: 'https://issuer.example/#a' }), '"issuer"'],
    ['an issuer with a trailing space', oauth2({ issuer: 'https://issuer.example ' }), '"issuer"'],
    ['an issuer that is a file', oauth2({ issuer: 'file:///etc/passwd' }), '"issuer"'],
    ['no audience', oauth2({ audience: undefined }), '"audience"'],
    ['an empty audience', oauth2({ audience: '' }), '"audience"'],
    ['a list of audiences', oauth2({ audience: ['a'] }), '"audience"'],
    ['a jwks_uri with http', oauth2({ jwks_uri: 'http://issuer.example/jwks' }), '"jwks_uri"'],
    ['a jwks_uri that is null', oauth2({ jwks_uri: null }), '"jwks_uri"'],
    ['an empty scope', oauth2({ scope: '' }), '"scope"'],
    ['a scope of spaces', oauth2({ scope: '  ' }), '"scope"'],
    ['a list of scopes', oauth2({ scope: ['a'] }), '"scope"'],
    ['an empty client id', oauth2({ client_id: '' }), '"client_id"'],
    ['a secret in addition to an issuer', oauth2({ secret: SECRET }), 'unknown field'],
  ])('%s', (_, value, message) => {
    const error = errorOf(JSON.stringify(value));

    expect(error).toMatch(/^THE_SETTING [^\n]*\.$/);
    expect(error).toContain(message);
  });

  test.each([
    'accept',
    'Content-Type',
    'X-WSO2-API-Version',
    'Authorization',
    'host',
    'Content-Length',
    'X-Forwarded-For',
  ])('the header %s, which is overwritten', (header) => {
    expect(errorOf(JSON.stringify(apiKey(header)))).toContain('overwritten on the way');
  });
});

describe('an error does not contain the secret:', () => {
  const long = 'leaked-leaked-leaked';

  test.each([
    ['the secret alone', long],
    ['the secret in quotes', `"${long}"`],
    ['broken JSON', `{"scheme":"bearer","secret":"${long}"`],
    ['broken JSON at the secret', `{"scheme":"bearer","secret":${long}}`],
    ['the secret as the scheme', `{"scheme":"${long}"}`],
    ['the secret as a field name', `{"scheme":"bearer","secret":"0123456789abcdef","${long}":""}`],
    [
      'the secret as the header',
      `{"scheme":"api-key","header":"${long}_","secret":"0123456789abcdef"}`,
    ],
    [
      'the secret as the user name',
      `{"scheme":"basic","username":"${long}:","secret":"0123456789abcdef"}`,
    ],
    ['a secret with a space', `{"scheme":"bearer","secret":"${long} "}`],
  ])('%s', (_, json) => {
    const error = errorOf(json);

    expect(error).not.toBe('');
    expect(error).not.toContain('leaked');
  });
});
