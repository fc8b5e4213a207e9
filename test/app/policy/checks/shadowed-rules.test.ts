import { policyText, rule } from '../../../support/policies.ts';
import { warnedRules, warningsIn } from '../../../support/warnings.ts';

const LISTS = `lists:
  blocked: [KP, IR, { value: RU, until: 2027-01-31 }]
  apps: [portal, mobile]
  networks: [10.0.0.0/8]
feeds: [tor-exits]`;

const DENY = '{ deny: No }';

/** Returns what is reported about a second rule, below one that refuses. */
const below = (first: string, second: string, then = '{ lifetime: 5m }', more = '') =>
  warnedRules(policyText(rule('one', first, DENY, more) + rule('two', second, then), LISTS)).filter(
    (warning) => warning.endsWith('two'),
  );

describe('a rule below one that refuses all its requests is reported', () => {
  test.each([
    ['true', 'abuse.score >= 75'],
    ['abuse.score >= 75', 'abuse.score >= 75'],
    ['abuse.score >= 75', 'abuse.score >= 90'],
    ['75 <= abuse.score', 'abuse.score > 89'],
    ['!(abuse.score < 75)', 'abuse.score in [80, 90]'],
    ['abuse.score >= 75', 'abuse.score >= 90 && request.grant == "password"'],
    ['geo.country in lists.blocked', 'geo.country in ["KP"]'],
    ['geo.country in lists.blocked + ["CN"]', 'geo.country == "CN" && token.lifetime > 600'],
    ['geo.country in ["KP", "IR"]', 'geo.country == "IR"'],
    ['geo.country != "KP"', 'geo.country in ["IR", "RU"]'],
    ['request.client_id in lists.apps', '"portal" == request.client_id'],
    ['now.hour < 6 || now.hour >= 22', 'now.hour == 23'],
    ['now.weekday in [0, 6]', 'now.weekday == 6 && now.hour >= 20'],
    ['now.weekday < 5', 'now.weekday == 0 ? true : now.weekday == 1'],
    [
      'request.grant == "password" && geo.country == "KP"',
      'geo.country == "KP" && request.grant == "password"',
    ],
    ['anonymizer.vpn || anonymizer.tor', 'anonymizer.vpn'],
    ['abuse.tor', 'abuse.tor == true && request.grant == "password"'],
    ['address.within("networks")', 'address.within("networks") && now.hour > 8'],
    ['address.within("tor-exits")', 'address.within("tor-exits")'],
    ['"admin" in token.scopes', '"admin" in token.scopes && "orders" in token.scopes'],
    ['token.claims["level"] == 1', 'token.claims["level"] == 1'],
    ['request.headers["x-a"] == "1"', 'request.headers["x-a"] == "1" && user.id != ""'],
    ['anonymizer.vpn || anonymizer.tor', 'anonymizer.vpn || anonymizer.tor'],
  ])('%s, then %s', (first, second) => {
    expect(below(first, second)).toEqual(['shadowed-rule two']);
  });
});

describe('a rule that may decide something is not reported', () => {
  test.each([
    ['abuse.score >= 90', 'abuse.score >= 75'],
    ['abuse.score >= 75', 'geo.country == "KP"'],
    // A CHECK that `abuse.tor` needs may contradict the list that decided the first rule.
    ['abuse.score >= 75', 'abuse.score >= 90 && abuse.tor'],
    // A list proves 80 to 100, which decides the second rule only, and the CHECK for the first one fails.
    ['abuse.score >= 75 || abuse.score >= 90', 'abuse.score >= 75'],
    ['abuse.tor || abuse.score >= 75', 'abuse.score >= 75'],
    ['has(abuse.score)', 'abuse.score >= 75'],
    ['abuse.score >= 75 ? abuse.tor : false', 'abuse.score >= 90 ? abuse.tor : false'],
    ['abuse.score >= 75 ? now.hour < 6 : false', 'abuse.score >= 90 ? now.hour < 6 : false'],
    // The entry may have expired.
    ['geo.country in lists.blocked', 'geo.country == "RU"'],
    // While geo is unknown, its entry applies at the second rule for more requests.
    ['request.grant == "password" && geo.country == "KP"', 'geo.country == "KP" && now.hour < 24'],
    // A claim of another type makes the condition fail, and the rule refuses.
    ['abuse.score >= 75', 'abuse.score >= 90 && token.claims["level"] == 1'],
    // Matches while geo is unknown.
    ['has(geo.country) && geo.country == "KP"', '!has(geo.country) || geo.country == "KP"'],
    ['anonymizer.vpn', 'anonymizer.vpn || anonymizer.tor'],
  ])('%s, then %s', (first, second) => {
    expect(below(first, second)).toEqual([]);
  });

  test('below a rule whose CHECK may contradict the list that decided the first one', () => {
    const text = policyText(
      rule('one', 'abuse.score < 75', DENY) +
        rule('between', 'abuse.score >= 90', '{ lifetime: 5m }') +
        rule('two', 'abuse.score < 75', DENY),
    );
    expect(warnedRules(text)).toEqual([]);
  });

  test('below a monitored rule, which does not end the evaluation', () => {
    expect(below('abuse.score >= 75', 'abuse.score >= 90', DENY, 'mode: monitor')).toEqual([]);
  });

  test('an enforced rule in a monitored policy, below one that is monitored with the policy', () => {
    const rules =
      rule('one', 'abuse.score >= 75', DENY) +
      rule('two', 'abuse.score >= 90', DENY, 'mode: enforce');
    expect(warnedRules(policyText(rules, 'mode: monitor'))).toEqual([]);
    const both = rules.replace('then: { deny: No }\n', 'then: { deny: No }\n    mode: enforce\n');
    expect(warnedRules(policyText(both, 'mode: monitor'))).toEqual(['shadowed-rule two']);
  });
});

test('several rules together can end the evaluation', () => {
  const rules =
    rule('kp', 'geo.country == "KP"', DENY) +
    rule('ir', 'geo.country == "IR"', '{ allow: true }') +
    rule('both', 'geo.country in ["KP", "IR"]', '{ lifetime: 5m }');
  expect(warningsIn(policyText(rules)).map(({ text }) => text)).toEqual([
    'policy.yaml:11: rule "both", when: never decides anything: the rules "kp", "ir" above it together end the evaluation of every request that it matches; move it above them, change the condition or remove it.',
  ]);
});

test('the message names the rule above and what it does', () => {
  const rules = rule('all', true, '{ allow: true }') + rule('late', 'now.hour < 6', DENY);
  expect(warningsIn(policyText(rules), 'shadowed-rule').map(({ text }) => text)).toEqual([
    'policy.yaml:8: rule "late", when: is never reached: rule "all" above it allows every request; move it above that rule, or remove it.',
  ]);
});

test('200 rules that have nothing in common are not reported', () => {
  const rules = Array.from({ length: 200 }, (_, index) =>
    rule(
      `rule-${index}`,
      `abuse.score >= ${index % 100} && request.client_id == "app-${index}" && geo.country in lists.blocked`,
      index % 2 === 0 ? DENY : '{ lifetime: 5m }',
    ),
  ).join('');
  expect(warnedRules(policyText(rules, LISTS))).toEqual([]);
});
