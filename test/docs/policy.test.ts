import { compilePolicy } from '../../app/src/policy/compile.ts';
import type { Policy } from '../../app/src/policy/policy.ts';
import { decideBy, type Scenario } from '../support/decide.ts';
import { requestWith } from '../support/payloads.ts';
import { startTestService } from '../support/running-service.ts';
import { codeBlocks, readPage, sectionOf } from './pages.ts';

test('the policy in README.md compiles', () => {
  const [text = ''] = codeBlocks(readPage('README.md').text, 'yaml');
  expect(compilePolicy(text, 'README.md').rules).toHaveLength(3);
});

test('the tutorial in docs/policy.md has the results that it shows', async () => {
  const section = sectionOf(readPage('docs/policy.md'), 'Tutorial: from a test case to a rule');
  const [request = '', ...shown] = codeBlocks(section, 'json');
  const [withoutRules = '', withRule = ''] = codeBlocks(section, 'yaml');
  const [unchanged, restricted, record] = shown.map((json) => JSON.parse(json));

  const respond = async (policy: string, body: string) => {
    const service = await startTestService({ policy });
    const response = await (await service.post(body)).json();
    const [decision] = service.decisions();
    await service.stop();
    return { response, decision };
  };

  expect((await respond(withoutRules, request)).response).toEqual(unchanged);
  const { response, decision } = await respond(withRule, request);
  expect(response).toEqual(restricted);
  expect(decision).toMatchObject(record);
  const other = request.replace('14.102.69.58', '205.210.31.51');
  expect((await respond(withRule, other)).response).toEqual(unchanged);
});

test('the shared values in docs/policy.md compile', () => {
  const [text = ''] = codeBlocks(sectionOf(readPage('docs/policy.md'), 'The file'), 'yaml');
  const complete = `${text}unknown: { address: { deny: No. }, reputation: { deny: No. } }\n`;
  expect(compilePolicy(complete, 'docs/policy.md').rules).toHaveLength(1);
});

/** Returns the policy in a section of docs/policy.md. */
function policyIn(section: string): Policy {
  const [text = ''] = codeBlocks(sectionOf(readPage('docs/policy.md'), section), 'yaml');
  return compilePolicy(text, 'docs/policy.md');
}

test.each<[string, Scenario, object]>([
  ['a list of criminals', { feeds: { 'spamhaus-drop-v4': true } }, { refusedBy: 'criminals' }],
  ['Tor', { feeds: { 'tor-exits': true } }, { refusedBy: 'tor' }],
  ['a partner on Tor', { feeds: { 'tor-exits': true, partners: true } }, { outcome: 'issue' }],
  ['a list that is absent', { feeds: { 'tor-exits': 'absent' } }, { matched: ['unknown.feeds'] }],
  ['an expired list', { feeds: { 'tor-exits': 'expired' } }, { matched: ['unknown.feeds'] }],
  ['another address', {}, { outcome: 'issue' }],
])('the example of feeds in docs/policy.md: %s', async (_, given, expected) => {
  expect(await decideBy(policyIn('Feeds'), given)).toMatchObject(expected);
});

test.each<[string, Scenario, object]>([
  ['Tor', { feeds: { 'tor-exits': true } }, { refusedBy: 'tor' }],
  ['a VPN', { request: '03', anonymizer: { vpn: true } }, { matched: ['vpn-or-hosting'] }],
  [
    'Private Relay',
    { request: '03', anonymizer: { relay: true, hosting: true } },
    { outcome: 'issue' },
  ],
  ['a machine', { request: '01', anonymizer: { hosting: true } }, { outcome: 'issue' }],
  [
    'an expired list',
    { request: '03', anonymizer: { vpn: 'expired' } },
    { matched: ['unknown.anonymizer'] },
  ],
  ['an internal address', { request: '03', anonymizer: 'private' }, { outcome: 'issue' }],
])('the example of anonymizers in docs/policy.md: %s', async (_, given, expected) => {
  expect(await decideBy(policyIn('Networks and anonymizers'), given)).toMatchObject(expected);
});

describe('the example of a wait in docs/policy.md', () => {
  const section = 'Waiting for the reputation';

  test.each<[string, Scenario, object]>([
    [
      'a first login',
      { reputation: 'pending' },
      { outcome: 'restrict', matched: ['unknown.reputation'], operations: [{ value: 300 }] },
    ],
    [
      'the refresh from an address with score 96',
      { reputation: 96 },
      { refusedBy: 'high-ip-risk' },
    ],
    ['the refresh from one with score 12', { reputation: 12 }, { outcome: 'issue' }],
    [
      'a stale record of score 96',
      { reputation: { score: 96, stale: true } },
      { refusedBy: 'high-ip-risk' },
    ],
    ['an outage', { reputation: 'upstream' }, { refusedBy: 'unknown.reputation' }],
    ['a deadline that ends first', { reputation: 'timeout' }, { refusedBy: 'unknown.reputation' }],
  ])('%s', async (_, given, expected) => {
    const policy = policyIn(section);
    expect(policy.reputationWait).toBe(150);
    expect(await decideBy(policy, { request: '03', ...given })).toMatchObject(expected);
  });

  test.each<[string, string, Scenario, object]>([
    ['a first login', 'admin', { reputation: 'pending' }, { refusedBy: 'admin-needs-reputation' }],
    [
      'a first login without the scope',
      'orders',
      { reputation: 'pending' },
      { outcome: 'restrict' },
    ],
    ['the next login', 'admin', { reputation: 12 }, { outcome: 'issue' }],
  ])('with the rule for one scope: %s', async (_, scope, given, expected) => {
    const [text = '', rule = ''] = codeBlocks(
      sectionOf(readPage('docs/policy.md'), section),
      'yaml',
    );
    const policy = compilePolicy(text.replace('rules:\n', `rules:\n${rule}`), 'docs/policy.md');
    const request = requestWith('03', { 'event.accessToken.scopes': [scope] });
    expect(await decideBy(policy, { request, ...given })).toMatchObject(expected);
  });
});
