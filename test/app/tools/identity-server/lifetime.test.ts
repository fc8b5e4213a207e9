import { payload, REFRESH, tokenAfter, USER } from './harness.ts';

const replace = (value: string, token = 'accessToken') =>
  `{"op":"replace","path":"/${token}/claims/expires_in","value":${value}}`;

describe('expires_in', () => {
  test.each(['900', '"900"', '"+900"', '"0900"'])('%s sets 900 seconds', (value) => {
    const token = tokenAfter(payload(USER), replace(value));
    expect(token.expiresIn).toBe(900);
    expect(token.claims.expires_in).toBe(900);
  });

  test.each([
    '900.0',
    '9e2',
    '"900.0"',
    '" 900"',
    '"900 "',
    '"900s"',
    '"0x384"',
    '"1_000"',
    '"+"',
    '""',
    'true',
    '[900]',
    '[]',
    '{}',
    '0',
    '-0',
    '"0"',
    '-1',
    '"-900"',
    '9223372036854775808',
    '"9223372036854775808"',
    '1e400',
  ])('%s is ignored', (value) => {
    expect(tokenAfter(payload(USER), replace(value)).expiresIn).toBe(3600);
  });

  test('can become longer', () => {
    expect(tokenAfter(payload(USER), replace('315360000')).expiresIn).toBe(315360000);
  });

  test.each([
    ['9223372036854775', '9223372036854775'],
    ['9223372036854776', '-9223372036854775'],
    ['9223372036854775807', '-1'],
  ])('%s overflows 64-bit milliseconds to %s', (value, seconds) => {
    expect(tokenAfter(payload(USER), replace(value)).expiresIn).toBe(Number(seconds));
  });

  test('is that of the last valid replacement', () => {
    const operations = [replace('60'), replace('120'), replace('900.0')];
    expect(tokenAfter(payload(USER), ...operations).expiresIn).toBe(120);
  });

  test('of a refreshed token is the shortened one of the first token', () => {
    expect(tokenAfter(payload(REFRESH)).expiresIn).toBe(300);
  });
});

describe('The refresh token', () => {
  test('has a separate lifetime, with the same rules', () => {
    const token = tokenAfter(payload(USER), replace('"600"', 'refreshToken'));
    expect(token.refreshToken).toEqual({ expiresIn: 600 });
    expect(token.expiresIn).toBe(3600);
    const ignored = tokenAfter(payload(USER), replace('600.0', 'refreshToken'));
    expect(ignored.refreshToken).toEqual({ expiresIn: 86400 });
  });

  test('is not issued if it is removed from the response', () => {
    const removal = '{"op":"remove","path":"/response/parameters/refresh_token"}';
    const token = tokenAfter(payload(USER), removal, replace('600', 'refreshToken'));
    expect(token.refreshToken).toBeUndefined();
    expect(token.removedParameters).toEqual(['refresh_token']);
  });
});
