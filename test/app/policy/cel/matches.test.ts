import { RUNAWAY_MS, withCpuTime } from '../../../support/cpu-time.ts';
import { decideBy } from '../../../support/decide.ts';
import { requestWithClaims } from '../../../support/payloads.ts';
import { issuesIn, policyText, rule } from '../../../support/policies.ts';

const policyFor = (when: string) => policyText(rule('odd', when, '{ deny: No }'));

/** Returns whether a pattern matches the claim `text`; `'failed'` if the condition fails. */
async function evaluate(pattern: string, text: unknown): Promise<boolean | 'failed'> {
  const policy = policyFor(`token.claims.text.matches(${JSON.stringify(pattern)})`);
  const request = requestWithClaims({ text });
  const { failed, matched } = await decideBy(policy, { request });
  return failed.length > 0 ? 'failed' : matched.length > 0;
}

describe('matches() tests whether a string contains a match of an RE2 pattern', () => {
  test.each<[string, unknown, boolean | 'failed']>([
    ['^[a-z.]+@[a-z.]+$', 'kim@example.com', true],
    ['^[a-z.]+@[a-z.]+$', 'kim at example.com', false],
    ['dmi', 'admin', true],
    ['^dmi', 'admin', false],
    ['', '', true],
    ['(?i)ADMIN', 'admin', true],
    ['^.$', '\u{1f600}', true],
    ['^\\p{Lu}', '\u00c9t\u00e9', true],
    ['^a.b$', 'a\nb', false],
    ['(?s)^a.b$', 'a\nb', true],
    ['^a$', 'a\nb', false],
    ['(?m)^a$', 'a\nb', true],
    ['\\bbot\\b', 'a bot!', true],
    ['\\bbot\\b', 'robots', false],
    ['^(?P<name>a+)\\z', 'aaa', true],
    ['^[0-9a-f]{8}-[0-9a-f]{4}$', '0123abcd-ef01', true],
    ['^.$', '\ud800', true],
    ['x', 3, 'failed'],
    ['x', ['x'], true],
    ['x', ['y'], false],
    ['x', ['x', 'x'], 'failed'],
    ['x', null, 'failed'],
  ])('%j in %j: %s', async (pattern, text, outcome) => {
    expect(await evaluate(pattern, text)).toBe(outcome);
  });

  test('fetches the signal of its receiver', async () => {
    const geo = { organization: 'Lanka Net' };
    const decision = await decideBy(policyFor('geo.organization.matches("^L")'), { geo });
    expect(decision).toMatchObject({ matched: ['odd'], fetched: ['address', 'geo'] });
  });

  test.each([
    ['a string of the request', 'request.client_id.matches("(?i)^QTJ2")'],
    ['an element of a list', 'token.scopes.exists(scope, scope.matches("^(?P<name>(?i)OPENID)$"))'],
    ['a literal string', '"admin".matches("(?i)ADMIN")'],
    ['a string of a signal', 'geo.organization.matches("(?i)hosting|cloud")'],
  ])('uses RE2, not RegExp, for %s', async (_, when) => {
    const geo = { organization: 'My Cloud' };
    expect(await decideBy(policyFor(when), { request: '03', geo })).toMatchObject({
      matched: ['odd'],
    });
  });

  test('works on each element of a list', async () => {
    const request = requestWithClaims({ groups: ['a', 'app-7-admin'] });
    const when = 'token.claims.groups.exists(group, group.matches("^app-[0-9]+-admin$"))';
    expect(await decideBy(policyFor(when), { request })).toMatchObject({ matched: ['odd'] });
  });
});

describe('reports a pattern that cannot be used', () => {
  test.each<[string, string, string]>([
    [
      'a pattern that is not valid',
      'request.client_id.matches("a(")',
      '"a(" is not a valid RE2 regular expression: missing closing ): `a(`',
    ],
    [
      'a lookahead, which RE2 does not support',
      'request.client_id.matches("^(?!a)")',
      '"^(?!a)" is not a valid RE2 regular expression: invalid or unsupported Perl syntax: `(?!`',
    ],
    [
      'a backreference, which RE2 does not support',
      'request.client_id.matches(r"(a)\\1")',
      '"(a)\\1" is not a valid RE2 regular expression: invalid escape sequence: `\\1`',
    ],
    [
      'a pattern of the request',
      'request.client_id.matches(request.params["pattern"])',
      'matches expects a literal pattern, e.g. matches("^[a-z]+$")',
    ],
    [
      'a concatenated pattern',
      'request.client_id.matches("a" + "b")',
      'matches expects a literal pattern, e.g. matches("^[a-z]+$")',
    ],
    [
      'a pattern whose automaton is too large',
      'request.client_id.matches("(a|b)*a(a|b){15}$")',
      '"(a|b)*a(a|b){15}$" can take too much time; reduce its repetition counts {…}, replace them with * or +, or anchor it with ^',
    ],
    [
      'overlapping repetition counts',
      'request.client_id.matches("[^a]{0,300}b[^a]{0,300}c$")',
      '"[^a]{0,300}b[^a]{0,300}c$" can take too much time; reduce its repetition counts {…}, replace them with * or +, or anchor it with ^',
    ],
    [
      'a receiver that is a number',
      'abuse.score.matches("1")',
      "found no matching overload for 'int.matches(string)'",
    ],
  ])('%s', (_, when, reason) => {
    expect(issuesIn(policyFor(when))).toEqual([
      `policy.yaml:5: rule "odd", when: ${reason} (in: ${when}).`,
    ]);
  });

  test('also in a text', () => {
    const text = policyText(
      rule('odd', 'true', '{ claims: { set: { a: "${user.id.matches(\'[\')}" } } }'),
    );
    expect(issuesIn(text)).toEqual([
      expect.stringContaining(
        'then.claims.set.a: "[" is not a valid RE2 regular expression: missing closing ]',
      ),
    ]);
  });
});

/**
 * RegExp takes seconds for each of the short strings, and practically forever for 200,000 characters. RE2 takes
 * some 20 ms for 1 MiB, and reading the body takes more than half of that.
 */
describe('takes linear time for every string', () => {
  const MANY = 200_000;

  test.each<[string, string]>([
    ['^(a+)+$', `${'a'.repeat(30)}!`],
    ['^(a+)+$', `${'a'.repeat(MANY)}!`],
    ['^(a|aa)+$', `${'a'.repeat(MANY)}!`],
    ['a*a*a*a*b', `${'a'.repeat(MANY)}`],
    ['(x+x+)+y', `${'x'.repeat(MANY)}`],
    ['^(\\w+\\s?)*$', `${'ab '.repeat(MANY)}!`],
    ['(.*)(.*)(.*)[^a]$', 'a'.repeat(MANY)],
    ['\\s+$', `${' '.repeat(MANY)}x`],
    ['^[a-z.]+@[a-z.]+\\.[a-z]{2,}$', `a@${'a.'.repeat(MANY)}1`],
    ['(admin|root).{0,8}prod$', `${'admin root '.repeat(MANY / 4)}`],
    ['\\p{L}+\\d', '\u00e9'.repeat(MANY)],
  ])('%s', async (pattern, text) => {
    const { result, cpuMilliseconds } = await withCpuTime(() => evaluate(pattern, text));
    expect(result).toBe(false);
    expect(cpuMilliseconds).toBeLessThan(RUNAWAY_MS);
  });
});
