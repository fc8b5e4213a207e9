import { toAllowedText } from '../../app/src/action/characters.ts';
import { isAddressableClaim, isReservedClaim } from '../../app/src/action/claims.ts';
import { hasTooManyValues } from '../../app/src/action/json-size.ts';
import { compilePatterns } from '../../app/src/action/pattern.ts';
import { lifetimeOf } from '../../app/src/action/token.ts';
import { createAuthenticator } from '../../app/src/credential/authenticator.ts';
import { readAddress } from '../../app/src/signals/address/read.ts';
import { RUNAWAY_MS, withCpuTime } from '../support/cpu-time.ts';

/*
 * Code that processes a string from the client must take linear time. Each string here takes less than 20 ms
 * then, and minutes in quadratic time.
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
  ['a glob of adjacent stars', () => matches('**********b', a), false],
  ['a glob that almost matches everywhere', () => matches('*aaaaaaab*', a), false],
  ['a glob that ends as it begins', () => matches('aa*aa*aa', a), true],
  ['a claim of digits', () => isAddressableClaim(`${'1'.repeat(LONG)}x`), true],
  ['a claim of non-ASCII digits', () => isAddressableClaim('\u0661'.repeat(LONG)), false],
  ['a claim that begins like a reserved one', () => isReservedClaim(`scope${a}`), false],
  ['a lifetime', () => lifetimeOf([{ name: 'expires_in', value: '9'.repeat(LONG) }]), 'unknown'],
  ['a refusal text', () => toAllowedText(spaces + a, 100).length, 100],
  ['a refusal of combining marks', () => toAllowedText('\u0301'.repeat(LONG), 100), ''],
  [
    'a refusal that grows when decomposed',
    () => toAllowedText('\ufdfa'.repeat(LONG), 100).length,
    100,
  ],
  ['an address of spaces', () => addressOf(`${spaces}x${spaces}`), false],
  ['an address of digits', () => addressOf('1'.repeat(LONG)), false],
  ['an address of colons', () => addressOf(':'.repeat(LONG)), false],
  ['a list of commas', () => addressOf(','.repeat(LONG), 3), false],
  ['a credential without a scheme', () => accepts('a'.repeat(LONG)), false],
  ['a credential after spaces', () => accepts(`basic${spaces}a `), false],
  ['a credential of many words', () => accepts('basic a '.repeat(LONG / 8)), false],
  ['a string of backslashes', () => hasTooManyValues(`"${'\\\\'.repeat(LONG)}"`), false],
])('%s', async (_, run, expected) => {
  const { result, cpuMilliseconds } = await withCpuTime(run);
  expect(result).toBe(expected);
  expect(cpuMilliseconds).toBeLessThan(RUNAWAY_MS);
});
