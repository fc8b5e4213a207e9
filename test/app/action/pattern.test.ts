import fc from 'fast-check';
import { compilePatterns } from '../../../app/src/action/pattern.ts';
import { RUNAWAY_MS, withCpuTime } from '../../support/cpu-time.ts';

describe('a name matches itself, and a star matches any run of characters', () => {
  test.each<[string, string, boolean]>([
    ['read', 'read', true],
    ['read', 'Read', false],
    ['read', 'read:all', false],
    ['read', 'bread', false],
    ['*', 'anything', true],
    ['*', '', true],
    ['write:*', 'write:', true],
    ['write:*', 'write:config', true],
    ['write:*', 'overwrite:config', false],
    ['*:admin', 'users:admin', true],
    ['*:admin', 'users:admins', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*ba', 'aba', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'acb', false],
    ['*b*', 'abc', true],
    ['*bb*bb*', 'abbb', false],
    ['*bb*bb*', 'abbbb', true],
    ['a*bc*c', 'abc', false],
    ['a**b', 'ab', true],
    ['a.b', 'axb', false],
    ['a.*', 'a.b', true],
    ['a.*', 'axb', false],
    ['[a-z]*', 'b', false],
    ['(a|b)?*', '(a|b)?c', true],
    ['$^*', '$^', true],
    ['http://wso2.org/claims/*', 'http://wso2.org/claims/role', true],
    ['*\n*', 'a\nb', true],
    ['a*c', 'a\nc', true],
  ])('%j against %j: %p', (pattern, name, expected) => {
    expect(compilePatterns([pattern]).matches(name)).toBe(expected);
  });

  test('several patterns match what any of them matches', () => {
    const patterns = compilePatterns(['openid', 'read:*', '*:write']);
    const names = ['openid', 'openid2', 'read:x', 'x:write', 'x:read'];
    expect(names.filter((name) => patterns.matches(name))).toEqual(['openid', 'read:x', 'x:write']);
    expect(patterns.empty).toBe(false);
  });

  test('no patterns match nothing', () => {
    const none = compilePatterns([]);
    expect(none.empty).toBe(true);
    expect(none.matches('')).toBe(false);
  });

  test('a glob matches what the equivalent regular expression matches', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (glob, name) => {
        const source = glob.replaceAll('.', '\\.').replaceAll('*', '[^]*');
        expect(compilePatterns([glob]).matches(name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
      { numRuns: 3000 },
    );
  });

  test('many stars do not take exponential time on a long name', async () => {
    const patterns = compilePatterns([`${'a*'.repeat(60)}b`]);
    const match = () => patterns.matches('a'.repeat(200_000));
    const { result, cpuMilliseconds } = await withCpuTime(match);
    expect(result).toBe(false);
    expect(cpuMilliseconds).toBeLessThan(RUNAWAY_MS);
  });
});
