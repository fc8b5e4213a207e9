import { policyText, rule } from '../../../support/policies.ts';
import { warnedRules, warningsIn } from '../../../support/warnings.ts';

const LISTS = `lists:
  blocked: [KP, IR]`;

const warned = (when: string | boolean) =>
  warnedRules(policyText(rule('one', when, '{ lifetime: 5m }'), LISTS));

test.each([
  false,
  '1 == 2',
  '"KP" in ["IR"]',
  'request.grant == "password" && (request.grant == "refresh_token" || request.grant == "client_credentials")',
  '(now.hour >= 22 ? true : false) && now.hour < 6',
  'abuse.tor && (abuse.tor ? false : true)',
  'geo.country in lists.blocked && geo.country == "LK"',
  '!(now.hour >= 6) && (now.hour >= 22 || now.hour == 12)',
  'has(geo.country) && !has(geo.country)',
  '!has(geo.country) && geo.country == "KP"',
  '!has(address.value) && geo.country == "KP"',
  '"admin" in token.scopes && !("admin" in token.scopes)',
])('%s is reported as never matching', (when) => {
  expect(warned(when)).toEqual(['never-matches one']);
});

test('a condition that an empty list makes constant names the list', () => {
  const text = policyText(
    rule('one', 'geo.country in lists.later', '{ lifetime: 5m }'),
    'lists: { later: [] }',
  );
  expect(warningsIn(text, 'never-matches').map(({ message }) => message)).toEqual([
    'never matches as long as lists.later is empty, so the rule does nothing; add entries to the list, or remove the rule.',
  ]);
});

test('a condition with hundreds of comparisons is analysed in moderate time', () => {
  const clients = Array.from({ length: 600 }, (_, index) => `request.client_id == "c${index}"`);
  expect(warned(`request.client_id == "x" && (${clients.join(' || ')})`)).toEqual([
    'never-matches one',
  ]);
});

test.each([
  '1 == 1',
  'abuse.score >= 0',
  'abuse.score <= 100',
  'now.hour < 24',
  'size(token.scopes) >= 0',
  'has(geo.country) || !has(geo.country)',
  'geo.country in lists.blocked || !(geo.country in lists.blocked)',
  'address.version in [4, 6]',
  'request.grant == "password" ? true : request.grant != "password"',
])('%s is reported as always matching', (when) => {
  expect(warned(when)).toEqual(['always-matches one']);
});

test.each([
  true,
  'now.hour >= 22 || now.hour < 6',
  '!has(geo.country)',
  '!has(geo.country) || geo.country == "KP"',
  'has(geo.country) && geo.country == "KP"',
  '!has(geo.country) && abuse.score >= 75',
  'geo.country == request.params["country"] && geo.country == "KP"',
  'token.claims["level"] == 1 && token.claims["level"] == 2',
  'geo.?country.orValue("none") in ["none", "KP"]',
])('%s is accepted', (when) => {
  expect(warned(when)).toEqual([]);
});

test('an alternative that is never true is marked', () => {
  const text = policyText(
    rule(
      'one',
      'request.client_id == "a" || abuse.tor && (abuse.tor ? false : true)',
      '{ lifetime: 5m }',
    ),
  );
  const [warning, ...others] = warningsIn(text);
  expect(others).toEqual([]);
  expect(warning?.excerpt.slice((warning?.caret.from ?? 0) - 1, (warning?.caret.to ?? 0) - 1)).toBe(
    'abuse.tor && (abuse.tor ? false : true',
  );
});
