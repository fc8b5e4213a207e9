import { readFileSync } from 'node:fs';
import { CHECK_NAMES, type CheckName } from '../../../../app/src/policy/checks/names.ts';
import { checkPolicy } from '../../../../app/src/policy/compile.ts';
import { codeBlocks, PAGES, readPage, sectionOf } from '../../../docs/pages.ts';
import { policyText, rule } from '../../../support/policies.ts';

const DENY = '{ deny: No }';
const SHORT = '{ lifetime: 5m }';

/** Returns a policy with one rule. */
const one = (when: string, then = SHORT, rest = '') => policyText(rule('one', when, then), rest);

/** A policy for each check that it reports. */
const EXAMPLES: Readonly<Record<CheckName, readonly string[]>> = {
  'never-matches': [
    one('false'),
    one('request.grant == "password" && (request.grant == "refresh_token" || false)'),
  ],
  'always-matches': [one('abuse.score >= 0')],
  'shadowed-rule': [
    policyText(rule('a', 'abuse.score >= 75', DENY) + rule('b', 'abuse.score >= 90', DENY)),
  ],
  'redundant-rule': [
    policyText(
      rule('a', 'abuse.score >= 75', '{ lifetime: 15m }') + rule('b', 'abuse.score >= 25', SHORT),
    ),
  ],
  'unknown-name': [one('request.grant == "implicit"'), one('abuse.usage == "hosting"')],
  'never-empty': [
    one('geo.country == ""'),
    one('geo.city in ["", "Seoul"]'),
    one('"" != geo.timezone'),
  ],
  'later-claim': [one('token.claims["exp"] != null'), one('token.claims.scope == "a"')],
  'unreachable-absence': [
    policyText(
      rule('a', 'geo.country == "KP"', DENY) + rule('b', '!has(geo.country)', SHORT),
      'unknown: { address: { deny: No }, geo: { deny: No } }',
    ),
  ],
  'no-user': [
    one('request.grant == "client_credentials" && user.id != ""'),
    one('request.grant == "client_credentials" && user.store == "PRIMARY"'),
    one('!(request.grant != "client_credentials") && user.organization.depth > 0'),
  ],
  'no-refresh-token': [
    one('request.grant == "client_credentials"', '{ refresh_token: { lifetime: 8h } }'),
    one(
      'request.grant in ["client_credentials"] && abuse.tor',
      '{ refresh_token: { drop: true } }',
    ),
  ],
  'requested-scopes': [
    one('request.grant == "refresh_token" && "admin" in request.scopes'),
    one('request.grant in ["authorization_code"] && request.scopes.exists(s, s == "admin")'),
  ],
  'glob-in-regex': [
    one('request.client_id.matches("admin*")'),
    one('token.scopes.exists(s, s.matches("^admin:*$"))'),
  ],
  'regex-in-glob': [
    one('true', '{ scopes: { remove: [".*"] } }'),
    one('true', '{ scopes: { remove: ["admin.+"] } }'),
    one('true', '{ audience: { remove: ["(a)"] } }'),
  ],
  'pattern-in-comparison': [
    one('token.scopes.exists(s, s == "admin*")'),
    one('request.scopes.exists(s, s == "admin*")'),
    one('"write:*" in token.scopes'),
    one('request.client_id in ["app-*", "portal"]'),
    one('request.client_id.startsWith("^app")'),
    one('request.client_id == "app.*"'),
    one('request.client_id.contains("\\\\d")'),
  ],
  'broad-network': [
    one('address.within("nets")', '{ allow: true }', 'lists: { nets: [0.0.0.0/0] }'),
    one('address.within("nets")', '{ allow: true }', 'lists: { nets: ["::/0"] }'),
    one('address.within("nets")', '{ allow: true }', 'lists: { nets: [128.0.0.0/1] }'),
    one('address.within("nets")', '{ allow: true }', 'lists: { nets: ["2000::/3"] }'),
    one('abuse.tor && !address.within("nets")', DENY, 'lists: { nets: [64.0.0.0/2] }'),
  ],
  'expired-entry': [
    one('geo.country in lists.l', SHORT, 'lists: { l: [KP, { value: IR, until: 2025-12-31 }] }'),
  ],
  'duplicate-entry': [
    one('geo.country in lists.l', SHORT, 'lists: { l: [KP, IR, KP] }'),
    one('address.within("l")', SHORT, 'lists: { l: [10.1.0.0/16, 10.0.0.0/8] }'),
    one('address.within("l")', SHORT, 'lists: { l: ["2001:db8::/32", "2001:db8::1"] }'),
    one('geo.country in lists.l', SHORT, 'lists: { l: [{ value: KP, until: 2030-01-31 }, KP] }'),
  ],
  'unused-list': [one('abuse.tor', SHORT, 'lists: { l: [KP] }')],
  'unused-feed': [
    one('abuse.tor', SHORT, 'feeds: [tor-exits]'),
    one('abuse.tor', SHORT, 'feeds: [geolite2-city]'),
  ],
  'unused-unknown': [
    one('request.grant == "password"', SHORT, 'unknown: { reputation: { deny: No } }'),
    one(
      'abuse.tor',
      SHORT,
      'unknown: { address: { deny: No }, reputation: { default: { deny: No }, pending: { deny: No } } }',
    ),
  ],
  'missing-feed': [one('address.within("partners")', SHORT, 'feeds: [partners]')],
  'fails-open': [
    one('geo.country == "KP"', DENY, 'unknown: { address: ignore, geo: { deny: No } }'),
  ],
};

const NOW = Date.UTC(2026, 6, 1);

const checksOf = (text: string) => {
  const { policy, issues } = checkPolicy(text, 'policy.yaml', undefined, [], NOW);
  if (policy === undefined) throw new Error(issues.map((issue) => issue.text).join('\n'));
  return issues.map(({ check }) => check);
};

describe.each(CHECK_NAMES)('%s', (check) => {
  test.each(EXAMPLES[check].map((text) => [text]))('%s', (text) => {
    expect(checksOf(text)).toContain(check);
  });
});

test('docs/policy-checks.md lists the checks', () => {
  const section = sectionOf(readPage('docs/policy-checks.md'), 'The checks');
  const documented = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, check]) => check);
  expect(documented).toEqual(CHECK_NAMES);
});

describe('nothing but entries that fail open is reported', () => {
  const policies = PAGES.flatMap((page) =>
    codeBlocks(page.text, 'yaml')
      .filter((text) => text.includes('version: 1\n') && text.includes('unknown:'))
      .map((text, index): [string, string] => [`${page.path}, policy ${index + 1}`, text]),
  );

  test.each([
    ...policies,
    ['app/policy.yaml', readFileSync('app/policy.yaml', 'utf8')] as [string, string],
  ])('in %s', (_, text) => {
    const { issues } = checkPolicy(text, 'policy.yaml', undefined, undefined, NOW);
    expect(
      issues.flatMap(({ check, text: sentence }) => (check === 'fails-open' ? [] : sentence)),
    ).toEqual([]);
  });

  const LISTS = `lists:
  nets: [10.0.0.0/8, "fc00::/7", 192.0.2.0/24]
  kept: [{ value: KP, until: 2026-07-01 }, { value: IR, until: 2027-01-31 }]
  apps: [portal, mobile]`;

  test.each([
    'address.within("nets") || geo.country in lists.kept || request.client_id in lists.apps',
    'request.client_id.matches("^admin[a-z]*$")',
    'request.client_id.matches("^admin.*$") || request.client_id.matches("(ab)*")',
    'request.client_id == "app-1.2" && token.scopes.exists(s, s.startsWith("write:"))',
    'request.grant == "client_credentials" && user.id == ""',
    'request.grant == "client_credentials" && user.id != "x"',
    'request.grant == "client_credentials" && "admin" in request.scopes',
    'has(geo.city) && geo.city == "Seoul"',
    'abuse.usage == "" || abuse.domain == ""',
    'token.claims["email"] == null',
    'geo.?country.orValue("") == ""',
  ])('for %s', (when) => {
    const more = rule(
      'use',
      'address.within("nets") && geo.country in lists.kept && request.client_id in lists.apps',
      '{ scopes: { remove: ["admin.*", "write:*"] } }',
    );
    const text = policyText(rule('one', when, DENY) + more, LISTS);
    const { issues } = checkPolicy(text, 'policy.yaml', undefined, undefined, NOW);
    const kinds = issues.map(({ check, message }) => check ?? message);
    expect(
      kinds.filter((kind) => !['fails-open', 'unused-unknown', 'shadowed-rule'].includes(kind)),
    ).toEqual([]);
  });
});

test('of 100,000 entries, the first 20 are reported, and how many follow', () => {
  const entries = Array.from(
    { length: 100_000 },
    (_, index) => `10.${(index >> 8) & 255}.${index & 255}.0/24`,
  );
  const text = one(
    'address.within("l")',
    SHORT,
    `lists: { l: [10.0.0.0/8, ${entries.join(', ')}] }`,
  );
  const { issues } = checkPolicy(text, 'policy.yaml', undefined, undefined, NOW);
  const duplicates = issues.filter(({ check }) => check === 'duplicate-entry');
  expect(duplicates).toHaveLength(21);
  expect(duplicates.map(({ message }) => message)).toContain(
    '99980 more entries of the list have the same issue.',
  );
});

test.each([
  ['request.client_id == "app-*"', 'write startsWith("app-").'],
  ['request.client_id.startsWith("app-*")', 'write startsWith("app-").'],
  ['request.client_id.contains("app-*")', 'write contains("app-").'],
  ['request.client_id == "*-app"', 'write matches("^.*-app$").'],
  ['request.client_id == "app.*"', 'write matches("app.*").'],
])('a pattern in a comparison becomes a test that works: %s', (when, remedy) => {
  const { issues } = checkPolicy(one(when), 'policy.yaml', undefined, undefined, NOW);
  const [issue] = issues.filter(({ check }) => check === 'pattern-in-comparison');
  expect(issue?.message).toContain(`; ${remedy}`);
});
