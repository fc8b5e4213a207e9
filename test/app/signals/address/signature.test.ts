import { createHmac, createSecretKey } from 'node:crypto';
import type { NamedValues } from '../../../../app/src/action/request.ts';
import { readAddress } from '../../../../app/src/signals/address/read.ts';
import {
  createAddressSignature,
  parseSignatureSecret,
  signAddress,
} from '../../../../app/src/signals/address/signature.ts';

const SECRET = 'the-secret-of-the-edge';
const PREVIOUS = 'the-secret-before-it';
const key = (secret: string) => createSecretKey(secret, 'utf8');

/** Not a whole second. */
const NOW = Date.UTC(2026, 0, 5, 10, 30) + 500;
const SECONDS = Math.floor(NOW / 1000);

/** Computes v1 independently of the code. */
const v1 = (value: string, { seconds = String(SECONDS), secret = SECRET } = {}) =>
  createHmac('sha256', secret).update(`${seconds}.${value}`, 'utf8').digest('hex');

const sign = (value: string, { seconds = String(SECONDS), secret = SECRET } = {}) =>
  `t=${seconds},v1=${v1(value, { seconds, secret })}`;

const header = (name: string, ...values: string[]): NamedValues => ({ name, values });
const A = 'x-client-source-ip';
const B = 'x-real-ip';

interface Circumstances {
  readonly hops?: number;
  readonly names?: readonly string[];
  readonly secrets?: readonly string[];
}

/** Reads a signed address, and returns it or the cause. */
function read(headers: readonly NamedValues[], circumstances: Circumstances = {}): string {
  const { hops = 0, names = [A], secrets = [SECRET] } = circumstances;
  const keys = secrets.map((secret) => ({ key: key(secret) }));
  const signature = createAddressSignature({ keys: () => keys, now: () => NOW });
  const signal = readAddress(headers, { headerNames: names, trustedProxyHops: hops, signature });
  if (!signal.known) return signal.cause;
  return signal.value.signed === true ? signal.value.value : 'known, but not signed';
}

/** Returns an address header and its signature header. */
const signedBy = (...signatures: string[]) => [
  header(A, '8.8.8.8'),
  header(`${A}-signature`, ...signatures),
];

test('verifies a signature of openssl', () => {
  // printf %s '1767609000.8.8.8.8' | openssl dgst -sha256 -hmac the-secret-of-the-edge
  expect(signAddress(key(SECRET), '8.8.8.8', 1_767_609_000_999)).toBe(
    't=1767609000,v1=07cf9967162db0b612f1da3bbf51c99e77bdb29e88bd139ed755e75fc933ae16',
  );
});

describe('a signature', () => {
  const good = sign('8.8.8.8');
  const other = 'ab'.repeat(32);

  test.each<[string, string[], string]>([
    ['of the value', [good], '8.8.8.8'],
    ['in capitals', [`t=${SECONDS},v1=${v1('8.8.8.8').toUpperCase()}`], '8.8.8.8'],
    ['with surrounding spaces', [` ${good}\t`], '8.8.8.8'],
    ['first of two', [`${good},v1=${other}`], '8.8.8.8'],
    ['last of two', [`t=${SECONDS},v1=${other},v1=${v1('8.8.8.8')}`], '8.8.8.8'],
    [
      'last of the maximum number',
      [`t=${SECONDS}${`,v1=${other}`.repeat(7)},v1=${v1('8.8.8.8')}`],
      '8.8.8.8',
    ],
    [
      'after more than the maximum number',
      [`t=${SECONDS}${`,v1=${other}`.repeat(8)},v1=${v1('8.8.8.8')}`],
      'unsigned',
    ],
    ['that is missing', [], 'unsigned'],
    ['that is blank', [''], 'unsigned'],
    ['twice in one header', [good, good], 'unsigned'],
    ['with another one', [`t=${SECONDS},v1=${other}`, good], 'unsigned'],
    ['with a blank one', ['', good], 'unsigned'],
    ['joined with another, as proxies join headers', [`${good}, ${good}`], 'unsigned'],
    ['of a different address', [sign('8.8.4.4')], 'unsigned'],
    ['of the same address in another form', [sign('::ffff:8.8.8.8')], 'unsigned'],
    ['of the value with a space', [sign('8.8.8.8 ')], 'unsigned'],
    ['of nothing', [sign('')], 'unsigned'],
    ['with a different secret', [sign('8.8.8.8', { secret: 'another-secret-of-16' })], 'unsigned'],
    ['with an empty secret', [sign('8.8.8.8', { secret: '' })], 'unsigned'],
    ['of another time', [`t=${SECONDS - 1},v1=${v1('8.8.8.8')}`], 'unsigned'],
    ['without a time', [`v1=${v1('8.8.8.8')}`], 'unsigned'],
    ['with the time at the end', [`v1=${v1('8.8.8.8')},t=${SECONDS}`], 'unsigned'],
    ['with two times', [`t=${SECONDS},t=${SECONDS},v1=${v1('8.8.8.8')}`], 'unsigned'],
    ['with a time alone', [`t=${SECONDS}`], 'unsigned'],
    ['with an empty v1', [`t=${SECONDS},v1=`], 'unsigned'],
    ['that is truncated', [good.slice(0, -2)], 'unsigned'],
    ['that is too long', [`${good}00`], 'unsigned'],
    ['that is not hexadecimal', [`t=${SECONDS},v1=${'g'.repeat(64)}`], 'unsigned'],
    [
      'in base64',
      [`t=${SECONDS},v1=${Buffer.from(v1('8.8.8.8'), 'hex').toString('base64')}`],
      'unsigned',
    ],
    ['of another version', [good.replace('v1', 'v0')], 'unsigned'],
    ['with one of another version', [`${good},v0=${other}`], 'unsigned'],
    ['with a space after the comma', [good.replace(',', ', ')], 'unsigned'],
    ['of 1 MiB', [`${good}${`,v1=${other}`.repeat(15_000)}`], 'unsigned'],
  ])('%s', (_name, signatures, expected) => {
    expect(read(signedBy(...signatures))).toBe(expected);
  });
});

describe('the time of a signature', () => {
  test.each<[string, string, string]>([
    ['300 s ago', String(Math.ceil((NOW - 300_000) / 1000)), '8.8.8.8'],
    ['300 s ahead', String(Math.floor((NOW + 300_000) / 1000)), '8.8.8.8'],
    ['more than 300 s ago', String(Math.floor((NOW - 300_000) / 1000)), 'unsigned'],
    ['more than 300 s ahead', String(Math.ceil((NOW + 300_000) / 1000)), 'unsigned'],
    ['in milliseconds', String(NOW), 'unsigned'],
    ['with a fraction', `${SECONDS}.5`, 'unsigned'],
    ['in hexadecimal', `0x${SECONDS.toString(16)}`, 'unsigned'],
    ['with an exponent', '1e9', 'unsigned'],
    ['with a sign', `+${SECONDS}`, 'unsigned'],
    ['of 400 digits', '9'.repeat(400), 'unsigned'],
    ['that is not a number', 'NaN', 'unsigned'],
  ])('%s', (_name, seconds, expected) => {
    expect(read(signedBy(sign('8.8.8.8', { seconds })))).toBe(expected);
  });
});

describe('during a rotation', () => {
  const secrets = [SECRET, PREVIOUS];
  test.each<[string, string, string]>([
    ['the current secret is accepted', sign('8.8.8.8'), '8.8.8.8'],
    ['the previous secret is accepted', sign('8.8.8.8', { secret: PREVIOUS }), '8.8.8.8'],
    [
      'an edge may sign with both',
      `${sign('8.8.8.8')},v1=${v1('8.8.8.8', { secret: PREVIOUS })}`,
      '8.8.8.8',
    ],
    [
      'a third secret is not accepted',
      sign('8.8.8.8', { secret: 'a-third-secret-16' }),
      'unsigned',
    ],
  ])('%s', (_name, signature, expected) => {
    expect(read(signedBy(signature), { secrets })).toBe(expected);
  });

  test('the previous secret is accepted until its expiry, and each use of it alone is reported', () => {
    const until = NOW + 1;
    const uses: number[] = [];
    let now = NOW;
    const { verify } = createAddressSignature({
      keys: () => [{ key: key(SECRET) }, { key: key(PREVIOUS), until }],
      now: () => now,
      onPreviousUsed: (end) => uses.push(end),
    });
    const old = sign('8.8.8.8', { secret: PREVIOUS });
    expect(verify('8.8.8.8', sign('8.8.8.8'))).toBe(true);
    expect(verify('8.8.8.8', `${old},v1=${v1('8.8.8.8')}`)).toBe(true);
    expect(verify('8.8.4.4', old)).toBe(false);
    expect(uses).toEqual([]);
    expect(verify('8.8.8.8', old)).toBe(true);
    expect(uses).toEqual([until]);
    now = until;
    expect(verify('8.8.8.8', old)).toBe(false);
    expect(verify('8.8.8.8', sign('8.8.8.8'))).toBe(true);
    expect(uses).toEqual([until]);
  });
});

describe('the signature covers the value as received', () => {
  test.each<[string, string, string]>([
    ['a leading space', ' 8.8.8.8', '8.8.8.8'],
    ['a port', '8.8.8.8:4711', '8.8.8.8'],
    ['a mapped form', '::FFFF:8.8.8.8', '8.8.8.8'],
    ['IPv6 in another form', '2600:0300::0009', '2600:300::9'],
  ])('with %s', (_name, value, expected) => {
    const signature = (signed: string) => header(`${A}-signature`, sign(signed));
    expect(read([header(A, value), signature(value)])).toBe(expected);
    expect(read([header(A, value), signature(expected)])).toBe('unsigned');
  });

  test.each<[string, string, number, string[], string, string]>([
    [
      'CloudFront-Viewer-Address',
      'cloudfront-viewer-address',
      0,
      ['2600::9:443'],
      '2600::9:443',
      '2600::9',
    ],
    ['Forwarded', 'forwarded', 0, ['for="[2600::9]:443"'], 'for="[2600::9]:443"', '2600::9'],
    ['a whole list', 'x-forwarded-for', 1, ['6.6.6.6, 8.8.8.8'], '6.6.6.6, 8.8.8.8', '8.8.8.8'],
    ['not one entry of a list', 'x-forwarded-for', 1, ['6.6.6.6, 8.8.8.8'], '8.8.8.8', 'unsigned'],
    [
      'not a list in two headers',
      'x-forwarded-for',
      1,
      ['6.6.6.6', '8.8.8.8'],
      '8.8.8.8',
      'unsigned',
    ],
    [
      'not two headers as one',
      'x-forwarded-for',
      1,
      ['6.6.6.6', '8.8.8.8'],
      '6.6.6.6, 8.8.8.8',
      'unsigned',
    ],
    [
      'not a list with a blank header',
      'x-forwarded-for',
      2,
      ['8.8.8.8, 10.0.0.1', ''],
      '8.8.8.8, 10.0.0.1',
      'unsigned',
    ],
    [
      'not a list of more than 8 KiB',
      'x-forwarded-for',
      1,
      [`${'6.6.6.6,'.repeat(1024)}8.8.8.8`],
      `${'6.6.6.6,'.repeat(1024)}8.8.8.8`,
      'unsigned',
    ],
  ])('%s', (_name, name, hops, values, signed, expected) => {
    const headers = [header(name, ...values), header(`${name}-signature`, sign(signed))];
    expect(read(headers, { names: [name], hops })).toBe(expected);
  });
});

describe('additional headers', () => {
  const signed = signedBy(sign('8.8.8.8'));
  const names = [A, B];
  const withB = (value: string, ...signatures: string[]) => [
    header(B, value),
    ...signatures.map((signature) => header(`${B}-signature`, signature)),
  ];

  test.each<[string, NamedValues[], string]>([
    ['the signed header alone', signed, '8.8.8.8'],
    ['the second of two headers, signed', withB('8.8.8.8', sign('8.8.8.8')), '8.8.8.8'],
    [
      'two headers that agree, both signed',
      [...signed, ...withB('8.8.8.8', sign('8.8.8.8'))],
      '8.8.8.8',
    ],
    [
      'two headers that agree in two forms, both signed',
      [...signed, ...withB('8.8.8.8:80', sign('8.8.8.8:80'))],
      '8.8.8.8',
    ],
    [
      'a signature of a missing header',
      [...signed, header(`${B}-signature`, sign('6.6.6.6'))],
      '8.8.8.8',
    ],
    ['a blank header without a signature', [...signed, ...withB(' ')], '8.8.8.8'],
    ['the same value again', [...signed, header('X-Client-Source-IP', '8.8.8.8')], '8.8.8.8'],
    ['the same address in another form', [...signed, header(A, '8.8.8.8:80')], 'unsigned'],
    ['a different address in the same header', [...signed, header(A, '6.6.6.6')], 'ambiguous'],
    ['a second header that agrees, not signed', [...signed, ...withB('8.8.8.8')], 'unsigned'],
    ['a second header that differs, not signed', [...signed, ...withB('6.6.6.6')], 'ambiguous'],
    [
      'a second header that differs, signed',
      [...signed, ...withB('6.6.6.6', sign('6.6.6.6'))],
      'ambiguous',
    ],
    ['a second header that is malformed', [...signed, ...withB('x')], 'ambiguous'],
    [
      "the other header's signature",
      [header(A, '8.8.8.8'), header(`${B}-signature`, sign('8.8.8.8'))],
      'unsigned',
    ],
    [
      'a second signature header',
      [...signed, header('X-Client-Source-IP-Signature', sign('8.8.8.8'))],
      'unsigned',
    ],
    [
      'a reused signature with a different address',
      [header(A, '6.6.6.6'), ...signed.slice(1)],
      'unsigned',
    ],
    ['a signature and no address', signed.slice(1), 'missing'],
    [
      'a signature of a value that is not an address',
      [header(A, 'x'), header(`${A}-signature`, sign('x'))],
      'malformed',
    ],
    [
      'a signature header with a longer name',
      [header(A, '8.8.8.8'), header(`${A}-signature-2`, sign('8.8.8.8'))],
      'unsigned',
    ],
    ['nothing', [], 'missing'],
  ])('%s', (_name, headers, expected) => {
    expect(read(headers, { names })).toBe(expected);
    expect(read(headers.toReversed(), { names })).toBe(expected);
  });
});

test('header names are case-insensitive', () => {
  const headers = [
    header('X-Client-Source-IP', '8.8.8.8'),
    header('X-Client-Source-IP-Signature', sign('8.8.8.8')),
  ];
  expect(read(headers)).toBe('8.8.8.8');
});

test('without the setting, an address is known and not signed', () => {
  const signal = readAddress(signedBy('x'), { headerNames: [A], trustedProxyHops: 0 });
  expect(signal).toMatchObject({ known: true, value: { value: '8.8.8.8' } });
  expect(signal).not.toHaveProperty('value.signed');
});

describe('the secret', () => {
  const parse = (text: string) => parseSignatureSecret(text, 'The secret');

  test.each([
    ['plain text', SECRET, SECRET],
    ['plain text with a trailing line feed', `${SECRET}\n`, SECRET],
    ['JSON', JSON.stringify({ secret: SECRET }), SECRET],
    ['16 characters', '0123456789abcdef', '0123456789abcdef'],
    ['characters beyond ASCII', 'äöüß'.repeat(4), 'äöüß'.repeat(4)],
    ['spaces inside', 'correct horse battery', 'correct horse battery'],
  ])('as %s', (_name, text, secret) => {
    expect(parse(text).equals(key(secret))).toBe(true);
  });

  test.each([
    ['15 characters', 'hush-hush-hush!', /^The secret is too short: use 16 characters or more\.$/],
    ['15 characters of four bytes', '🔑'.repeat(15), /^The secret is too short/],
    ['15 characters and spaces', ' hush-hush-hush! ', /^The secret is too short/],
    ['a short string in JSON', '{"secret":"hush"}', /^The secret is too short/],
    ['an empty string', '', /^The secret is too short/],
    ['a line feed inside', 'hush-hush-hush\nhush-hush', /^The secret contains a control character/],
    ['broken JSON', '{"secret":"hush-hush-hush-hush"', /^The secret begins like JSON but is not/],
    [
      'JSON without it',
      '{"key":"hush-hush-hush-hush"}',
      /^The secret must have one field, "secret"/,
    ],
    ['JSON with a number', '{"secret":12345678901234567890}', /^The secret must have one field/],
    [
      'JSON with an additional field',
      '{"secret":"hush-hush-hush-hush","x":1}',
      /^The secret must have one/,
    ],
  ])('is rejected as %s, and not repeated', (_name, text, sentence) => {
    expect(() => parse(text)).toThrow(sentence);
    expect(() => parse(text)).not.toThrow(/hush/);
  });
});
