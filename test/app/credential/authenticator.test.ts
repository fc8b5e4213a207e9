import { timingSafeEqual } from 'node:crypto';
import {
  type AcceptedCredential,
  type Compare,
  createAuthenticator,
} from '../../../app/src/credential/authenticator.ts';
import type { Credential } from '../../../app/src/credential/credential.ts';
import type { OAuth2Credential } from '../../../app/src/credential/oauth2/oauth2-credential.ts';
import type { TokenVerdict } from '../../../app/src/credential/oauth2/token-verifier.ts';

const NEW = 'new-secret-0123456789';
const OLD = 'old-secret-0123456789';
const bearer = (secret: string): Credential => ({ scheme: 'bearer', secret });
const apiKey = (secret: string): Credential => ({
  scheme: 'api-key',
  header: 'X-Gate-Key',
  secret,
});
const basic = (secret: string): Credential => ({ scheme: 'basic', username: 'zoë', secret });
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

type Headers = Readonly<Record<string, string>>;
const reader = (headers: Headers) => (name: string) => headers[name];
const authorization = (value: string): Headers => ({ authorization: value });

describe('a presented credential', () => {
  const pair = base64(`zoë:${NEW}`);

  test.each<[string, Credential, Headers, boolean]>([
    ['the API key', apiKey(NEW), { 'x-gate-key': NEW }, true],
    ['another API key', apiKey(NEW), { 'x-gate-key': OLD }, false],
    ['the API key and more', apiKey(NEW), { 'x-gate-key': `${NEW}x` }, false],
    ['the API key and a zero', apiKey(NEW), { 'x-gate-key': `${NEW}\0` }, false],
    [
      'the API key with its end zeroed',
      apiKey(NEW),
      { 'x-gate-key': `${NEW.slice(0, -1)}\0` },
      false,
    ],
    ['the beginning of the API key', apiKey(NEW), { 'x-gate-key': NEW.slice(0, -1) }, false],
    ['the API key in capitals', apiKey(NEW), { 'x-gate-key': NEW.toUpperCase() }, false],
    ['the API key twice, joined', apiKey(NEW), { 'x-gate-key': `${NEW}, ${NEW}` }, false],
    ['the API key under another name', apiKey(NEW), { 'x-api-key': NEW }, false],
    ['the API key as a bearer token', apiKey(NEW), authorization(`Bearer ${NEW}`), false],
    ['an empty API key', apiKey(NEW), { 'x-gate-key': '' }, false],
    ['no header', apiKey(NEW), {}, false],
    ['the bearer token', bearer(NEW), authorization(`Bearer ${NEW}`), true],
    ['the scheme in small letters', bearer(NEW), authorization(`bearer ${NEW}`), true],
    ['the scheme in capitals', bearer(NEW), authorization(`BEARER ${NEW}`), true],
    ['two spaces, which the grammar allows', bearer(NEW), authorization(`Bearer  ${NEW}`), true],
    ['another bearer token', bearer(NEW), authorization(`Bearer ${OLD}`), false],
    ['two tokens', bearer(NEW), authorization(`Bearer ${NEW} ${NEW}`), false],
    ['two values, joined', bearer(NEW), authorization(`Bearer ${NEW}, Bearer ${NEW}`), false],
    ['no scheme', bearer(NEW), authorization(NEW), false],
    ['the scheme alone', bearer(NEW), authorization('Bearer'), false],
    ['the scheme and a space', bearer(NEW), authorization('Bearer '), false],
    ['the bearer token as Basic', bearer(NEW), authorization(`Basic ${NEW}`), false],
    ['no Authorization', bearer(NEW), {}, false],
    ['user name and password', basic(NEW), authorization(`Basic ${pair}`), true],
    ['the scheme basic in small letters', basic(NEW), authorization(`basic ${pair}`), true],
    ['another password', basic(NEW), authorization(`Basic ${base64(`zoë:${OLD}`)}`), false],
    ['another user', basic(NEW), authorization(`Basic ${base64(`zoe:${NEW}`)}`), false],
    ['user name and password in the clear', basic(NEW), authorization(`Basic zoë:${NEW}`), false],
    ['the pair as a bearer token', basic(NEW), authorization(`Bearer ${pair}`), false],
    ...[
      ['colons', ':pass:word:16:letters'],
      ['spaces', ' pass word 16 letters '],
      ['letters of any alphabet', 'пароль-密码-کلمه-λέξη'],
      ['emoji', '🔑🔒🔓🗝️ sixteen of them'],
      ['a replacement character', 'sixteen letters \ufffd'],
    ].map(([what, secret = '']): [string, Credential, Headers, boolean] => [
      `a password with ${what}`,
      basic(secret),
      authorization(`Basic ${base64(`zoë:${secret}`)}`),
      true,
    ]),
  ])('%s', (_, credential, headers, accepted) => {
    expect(createAuthenticator([credential]).accepts(reader(headers))).toBe(accepted);
  });
});

describe('accented characters in basic are equal, composed or decomposed', () => {
  const composed = 'pässwörd-0123456789'.normalize('NFC');
  const decomposed = composed.normalize('NFD');

  test.each<[string, string, string, boolean]>([
    ['both composed', composed, composed, true],
    ['both decomposed', decomposed, decomposed, true],
    ['stored composed, sent decomposed', composed, decomposed, true],
    ['stored decomposed, sent composed', decomposed, composed, true],
    ['another accent', composed, composed.replace('ä', 'á'), false],
    ['no accent', composed, 'password-0123456789', false],
    ['a letter that looks alike', composed, composed.replace('p', 'р'), false],
  ])('%s', (_, stored, sent, accepted) => {
    const authenticator = createAuthenticator([basic(stored)]);

    const headers = authorization(`Basic ${base64(`zoë:${sent}`)}`);

    expect(authenticator.accepts(reader(headers))).toBe(accepted);
  });

  test.each<[string, string]>([
    ['Latin-1', Buffer.from(`zoë:${composed}`, 'latin1').toString('base64')],
    ['no padding', base64(`zoë:${composed}`).replace(/=+$/, '')],
    ['not base64', `zo:${NEW}`],
    ['invalid UTF-8 for a replacement character', Buffer.from([0x80]).toString('base64')],
  ])('%s is rejected', (_, token) => {
    for (const secret of [composed, '\ufffd'.repeat(16)]) {
      const { accepts } = createAuthenticator([basic(secret)]);
      expect(accepts(reader(authorization(`Basic ${token}`)))).toBe(false);
    }
  });
});

describe('a version with an expiry', () => {
  const until = Date.parse('2026-11-28T12:00:00Z');

  test.each<[string, number, string, boolean]>([
    ['is accepted a millisecond before it', until - 1, OLD, true],
    ['is not accepted at it', until, OLD, false],
    ['does not affect the current version', until + 1e12, NEW, true],
  ])('%s', (_, now, secret, accepted) => {
    const uses: number[] = [];
    const authenticator = createAuthenticator([bearer(NEW), { ...bearer(OLD), until }], undefined, {
      now: () => now,
      onPreviousUsed: (expiry) => uses.push(expiry),
    });

    expect(authenticator.accepts(reader(authorization(`Bearer ${secret}`)))).toBe(accepted);
    expect(uses).toEqual(accepted && secret === OLD ? [until] : []);
  });

  test('is compared after its expiry, too, so that the number of comparisons reveals nothing', () => {
    const { compared, compare } = recordedComparisons();
    const accepted = [bearer(NEW), { ...bearer(OLD), until }];

    createAuthenticator(accepted, compare, { now: () => until }).accepts(reader({}));

    expect(compared).toHaveLength(2);
  });

  test.each<[string, number, string]>([
    ['with its expiry', until, 'not accepted since 2026-11-28T12:00:00.000Z'],
    ['with a TTL of 0', 0, 'which is not accepted (CREDENTIAL_PREVIOUS_TTL)'],
  ])('has its own reason in the log: %s', (_, expiry, reason) => {
    const accepted = [bearer(NEW), { ...bearer(OLD), until: expiry }];
    const authenticator = createAuthenticator(accepted, undefined, { now: () => until });

    const why = authenticator.rejectionReason?.(reader(authorization(`Bearer ${OLD}`)));

    expect(why).toContain(reason);
    expect(why).not.toContain(OLD);
  });
});

describe('while a credential is being replaced', () => {
  test.each<[string, Headers, boolean]>([
    ['the new one is accepted', authorization(`Bearer ${NEW}`), true],
    ['the old one is accepted, with its own scheme', { 'x-gate-key': OLD }, true],
    ['the old one is not accepted with the new scheme', authorization(`Bearer ${OLD}`), false],
  ])('%s', (_, headers, accepted) => {
    const authenticator = createAuthenticator([bearer(NEW), apiKey(OLD)]);

    expect(authenticator.accepts(reader(headers))).toBe(accepted);
  });

  test('an update replaces the accepted credentials', () => {
    const authenticator = createAuthenticator([bearer(OLD)]);

    authenticator.update([bearer(NEW)]);

    expect(authenticator.accepts(reader(authorization(`Bearer ${NEW}`)))).toBe(true);
    expect(authenticator.accepts(reader(authorization(`Bearer ${OLD}`)))).toBe(false);
  });

  test('an authenticator requires a credential, and an empty update changes nothing', () => {
    const authenticator = createAuthenticator([bearer(NEW)]);

    expect(() => createAuthenticator([])).toThrow('at least one credential');
    expect(() => authenticator.update([])).toThrow('at least one credential');
    expect(authenticator.accepts(reader(authorization(`Bearer ${NEW}`)))).toBe(true);
  });
});

/** Returns a comparison that records the presented bytes and the expected value. */
function recordedComparisons() {
  const compared: { readonly presented: Buffer; readonly expected: string }[] = [];
  const compare: Compare = (a, b) => {
    compared.push({ presented: Buffer.from(a), expected: Buffer.from(b).toString() });
    return timingSafeEqual(a, b);
  };
  return { compared, compare };
}

describe('every call compares all accepted secrets over their whole length, if', () => {
  const pair = base64(`zoë:${OLD}`);
  const accepted = [bearer(NEW), apiKey(OLD), basic(OLD)];
  const secrets = [NEW, OLD, pair];

  test.each<[string, Headers]>([
    ['the first one matches', authorization(`Bearer ${NEW}`)],
    ['a later one matches', { 'x-gate-key': OLD }],
    ['the last one matches', authorization(`Basic ${pair}`)],
    ['two match', { ...authorization(`Bearer ${NEW}`), 'x-gate-key': OLD }],
    ['none matches', { ...authorization(`Bearer ${OLD}`), 'x-gate-key': NEW }],
    ['all but the last character match', authorization(`Bearer ${NEW.slice(0, -1)}`)],
    ['the token is empty', authorization('Bearer ')],
    ['the header has no token', authorization('Bearer')],
    ['the header is empty', authorization('')],
    ['the API key is empty', { 'x-gate-key': '' }],
    ['the API key is long', { 'x-gate-key': 'x'.repeat(10_000) }],
    ['the scheme is unknown', authorization(`Digest ${NEW}`)],
    ['the header is a list', authorization(`Bearer ${NEW}, Basic ${pair}`)],
    ['there is no header at all', {}],
  ])('%s', (_, headers) => {
    const { compared, compare } = recordedComparisons();

    createAuthenticator(accepted, compare).accepts(reader(headers));

    expect(compared.map(({ presented, expected }) => [presented.length, expected])).toEqual(
      secrets.map((secret) => [secret.length, secret]),
    );
  });

  test('a missing header is compared as one random string', () => {
    const { compared, compare } = recordedComparisons();

    createAuthenticator(accepted, compare).accepts(reader({}));

    const values = compared.map(({ presented }) => presented.toString());
    const longest = values.reduce((one, other) => (other.length > one.length ? other : one));
    for (const value of values) expect(longest.startsWith(value.replace(/\0+$/, ''))).toBe(true);
    for (const start of ['\0', 'undefined', NEW.slice(0, 4), OLD.slice(0, 4)]) {
      expect(longest.startsWith(start)).toBe(false);
    }
  });

  test('a call does not compare bytes of the previous one', () => {
    const { compared, compare } = recordedComparisons();
    const authenticator = createAuthenticator([apiKey(NEW)], compare);

    authenticator.accepts(reader({ 'x-gate-key': NEW }));
    authenticator.accepts(reader({ 'x-gate-key': NEW.slice(0, 4) }));

    expect(compared.map(({ presented }) => presented.toString())).toEqual([
      NEW,
      NEW.slice(0, 4).padEnd(NEW.length, '\0'),
    ]);
  });

  test('rejected and accepted calls do not affect each other', () => {
    const authenticator = createAuthenticator([apiKey(NEW)]);

    expect(authenticator.accepts(reader({ 'x-gate-key': NEW }))).toBe(true);
    expect(authenticator.accepts(reader({ 'x-gate-key': NEW.slice(0, -1) }))).toBe(false);
    expect(authenticator.accepts(reader({ 'x-gate-key': '' }))).toBe(false);
    expect(authenticator.accepts(reader({}))).toBe(false);
    // Truncated at the length of the secret, or with more bytes than characters.
    expect(authenticator.accepts(reader({ 'x-gate-key': `${NEW}ÿ` }))).toBe(false);
    expect(authenticator.accepts(reader({ 'x-gate-key': `${NEW.slice(0, -1)}ÿ` }))).toBe(false);
    expect(authenticator.accepts(reader({ 'x-gate-key': NEW }))).toBe(true);
  });
});

describe('the challenge of a 401', () => {
  test.each<[string, Credential[], string]>([
    ['API key', [apiKey(NEW)], 'ApiKey realm="risk-gate"'],
    ['bearer, twice', [bearer(NEW), bearer(OLD)], 'Bearer realm="risk-gate"'],
    ['basic', [basic(NEW)], 'Basic realm="risk-gate", charset="UTF-8"'],
    [
      'two schemes',
      [bearer(NEW), apiKey(OLD)],
      'Bearer realm="risk-gate", ApiKey realm="risk-gate"',
    ],
  ])('%s', (_, credentials, challenge) => {
    expect(createAuthenticator(credentials).challenge).toBe(challenge);
  });

  test('follows an update', () => {
    const authenticator = createAuthenticator([apiKey(OLD)]);

    authenticator.update([bearer(NEW)]);

    expect(authenticator.challenge).toBe('Bearer realm="risk-gate"');
  });
});

describe('access tokens', () => {
  const NOW_MS = 1_800_000_000_000;
  const oauth2 = (audience: string): OAuth2Credential => ({
    scheme: 'oauth2',
    issuer: 'https://issuer.example',
    audience,
  });
  const VALID: TokenVerdict = { kind: 'valid' };
  const INVALID: TokenVerdict = { kind: 'invalid', why: 'It is invalid.' };
  const UNVERIFIABLE: TokenVerdict = { kind: 'unverifiable', why: 'There are no keys.' };
  const later = async (verdict: TokenVerdict) => verdict;
  const CHALLENGE = 'Bearer realm="risk-gate", error="invalid_token"';
  const refused = (why: string) => ({ kind: 'refused', why, challenge: CHALLENGE });

  /** Creates an authenticator whose verifiers return verdicts by the audience of their credential. */
  function withVerdicts(
    credentials: readonly AcceptedCredential[],
    verdicts: Readonly<Record<string, TokenVerdict | Promise<TokenVerdict>>>,
  ) {
    const used: number[] = [];
    const authenticator = createAuthenticator(credentials, undefined, {
      now: () => NOW_MS,
      onPreviousUsed: (until) => used.push(until),
      getVerifier: ({ audience }) => ({ verify: () => verdicts[audience] ?? INVALID }),
    });
    return { authenticator, used };
  }

  const CURRENT = [oauth2('current')];
  const BOTH = [oauth2('current'), { ...oauth2('previous'), until: NOW_MS + 1 }];
  const EXPIRED = [oauth2('current'), { ...oauth2('previous'), until: NOW_MS }];

  test.each<
    [
      string,
      readonly AcceptedCredential[],
      Parameters<typeof withVerdicts>[1],
      expected: object,
      previousUsed: number,
    ]
  >([
    ['valid, synchronously', CURRENT, { current: VALID }, { kind: 'accepted' }, 0],
    ['valid', CURRENT, { current: later(VALID) }, { kind: 'accepted' }, 0],
    ['invalid', CURRENT, { current: later(INVALID) }, refused('It is invalid.'), 0],
    ['unverifiable', CURRENT, { current: later(UNVERIFIABLE) }, UNVERIFIABLE, 0],
    [
      'valid for the previous credential',
      BOTH,
      { previous: later(VALID) },
      { kind: 'accepted' },
      1,
    ],
    ['valid for both', BOTH, { current: VALID, previous: VALID }, { kind: 'accepted' }, 0],
    [
      'valid for the previous credential, while the current one has no keys',
      BOTH,
      { current: later(UNVERIFIABLE), previous: VALID },
      { kind: 'accepted' },
      1,
    ],
    [
      'invalid for one, unverifiable for the other',
      BOTH,
      { current: INVALID, previous: UNVERIFIABLE },
      UNVERIFIABLE,
      0,
    ],
    [
      'valid for the previous credential after its expiry',
      EXPIRED,
      { previous: VALID },
      refused(
        'The credential is the previous version, which is not accepted since 2027-01-15T08:00:00.000Z (CREDENTIAL_PREVIOUS_TTL): configure the current one in the identity server.',
      ),
      0,
    ],
  ])('%s', async (_, credentials, verdicts, expected, previousUsed) => {
    const { authenticator, used } = withVerdicts(credentials, verdicts);
    const read = reader(authorization('Bearer a-token'));

    expect(authenticator.accepts(read)).toBe(false);
    expect(await authenticator.checkToken?.(read)).toEqual(expected);
    expect(used).toHaveLength(previousUsed);
  });

  test.each<[string, Headers, expected: object | undefined]>([
    ['none', {}, undefined],
    ['another scheme', authorization('Basic a-token'), undefined],
    ['the scheme in capitals', authorization('BEARER a-token'), { kind: 'accepted' }],
    [
      'the scheme alone',
      authorization('Bearer'),
      refused('The Authorization header is not Bearer with one token.'),
    ],
    [
      'two headers',
      authorization('Bearer a-token, Bearer a-token'),
      refused('The Authorization header is not Bearer with one token.'),
    ],
  ])('in Authorization: %s', (_, headers, expected) => {
    const { authenticator } = withVerdicts(CURRENT, { current: VALID });

    expect(authenticator.checkToken?.(reader(headers))).toEqual(expected);
  });

  test('and a secret: both are accepted, and the challenge lists both', () => {
    const migrating = [oauth2('current'), { ...apiKey(OLD), until: NOW_MS + 1 }];
    const { authenticator, used } = withVerdicts(migrating, { current: VALID });

    expect(authenticator.accepts(reader({ 'x-gate-key': OLD }))).toBe(true);
    expect(used).toHaveLength(1);
    const token = reader(authorization('Bearer a-token'));
    expect(authenticator.accepts(token)).toBe(false);
    expect(authenticator.checkToken?.(token)).toEqual({ kind: 'accepted' });
    expect(authenticator.challenge).toBe('Bearer realm="risk-gate", ApiKey realm="risk-gate"');
  });

  test('and a bearer secret: the challenge is listed once, with the error', () => {
    const { authenticator } = withVerdicts(
      [oauth2('current'), { ...bearer(OLD), until: NOW_MS + 1 }],
      {},
    );

    expect(authenticator.checkToken?.(reader(authorization('Bearer a-token')))).toMatchObject({
      challenge: CHALLENGE,
    });
    expect(authenticator.challenge).toBe('Bearer realm="risk-gate"');
  });

  test('are not checked without an OAuth2 credential', () => {
    const { authenticator } = withVerdicts([bearer(NEW)], {});

    expect(authenticator.checkToken?.(reader(authorization('Bearer a-token')))).toBeUndefined();
  });
});
