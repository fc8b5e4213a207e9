import { toAllowedText } from '../../app/src/action/characters.ts';
import { isAddressableClaim, isReservedClaim } from '../../app/src/action/claims.ts';
import { hasTooManyValues } from '../../app/src/action/json-size.ts';
import { compilePatterns } from '../../app/src/action/pattern.ts';
import { lifetimeOf } from '../../app/src/action/token.ts';
import { createAuthenticator } from '../../app/src/credential/authenticator.ts';
import { readAddress } from '../../app/src/signals/address/read.ts';
import { RUNAWAY_MS, withCpuTime } from '../support/cpu-time.ts';

/*
 * Whatever looks at a text of the client must do it in one go. Each text here takes less than 20 ms so;
 * in quadratic time it would take minutes.
 */

const LONG = 500_000;
const ADDRESS = { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 };
const BASIC = [{ scheme: 'basic', username: 'is', secret: 'a-secret-of-the-caller' }] as const;
const matches = (glob: string, name: string) => compilePatterns([glob]).matches(name);

function addressOf(text: string, trustedProxyHops = 0) {
  const headers = [{ name: 'X-Client-Source-IP', values: [text] }];
  return readAddress(headers, { ...ADDRESS, trustedProxyHops }).known;
}

function accepts(authorization: string): boolean {
  return createAuthenticator(BASIC).accepts(() => authorization);
}

const a = 'a'.repeat(LONG);
const spaces = ' '.repeat(LONG);

test.each<[string, () => unknown, unknown]>([
  ['a glob of many stars', () => matches('*a*a*a*a*a*a*a*a*b', a), false],
  ['a glob of stars beside each other', () => matches('**********b', a), false],
  ['a glob that nearly fits everywhere', () => matches('*aaaaaaab*', a), false],
  ['a glob that ends as it begins', () => matches('aa*aa*aa', a), true],
  ['a claim of digits', () => isAddressableClaim(`${'1'.repeat(LONG)}x`), true],
  ['a claim of digits of another script', () => isAddressableClaim('\u0661'.repeat(LONG)), false],
  ['a claim that looks like one of the token', () => isReservedClaim(`scope${a}`), false],
  ['a lifetime', () => lifetimeOf([{ name: 'expires_in', value: '9'.repeat(LONG) }]), 'unknown'],
  ['a text of a refusal', () => toAllowedText(spaces + a, 100).length, 100],
  ['marks of a refusal', () => toAllowedText('\u0301'.repeat(LONG), 100), ''],
  [
    'one that grows as it is taken apart',
    () => toAllowedText('\ufdfa'.repeat(LONG), 100).length,
    100,
  ],
  ['an address of blanks', () => addressOf(`${spaces}x${spaces}`), false],
  ['an address of digits', () => addressOf('1'.repeat(LONG)), false],
  ['an address of colons', () => addressOf(':'.repeat(LONG)), false],
  ['a list of commas', () => addressOf(','.repeat(LONG), 3), false],
  ['a credential of one word', () => accepts('a'.repeat(LONG)), false],
  ['a credential behind blanks', () => accepts(`basic${spaces}a `), false],
  ['a credential of words', () => accepts('basic a '.repeat(LONG / 8)), false],
  ['texts that end in backslashes', () => hasTooManyValues(`"${'\\\\'.repeat(LONG)}"`), false],
])('%s', async (_, look, expected) => {
  const { result, cpuMilliseconds } = await withCpuTime(look);
  expect(result).toBe(expected);
  expect(cpuMilliseconds).toBeLessThan(RUNAWAY_MS);
});
