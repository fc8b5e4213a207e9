import { parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { compilePolicy } from '../../app/src/policy/compile.ts';
import { readCases } from '../../app/tools/policy/cases/read.ts';
import { runCases } from '../../app/tools/policy/cases/run.ts';
import { codeBlocks, readPage, sectionOf } from './pages.ts';

/** Returns the default policy in monitor mode, with the lists and rules of a block before its own. */
function monitoredPolicy(block: string): string {
  const policy = parseDocument(readPage('app/policy.yaml').text);
  const added = parseDocument(block);
  policy.set('mode', 'monitor');
  for (const { key, value } of (added.get('lists') as YAMLMap).items) {
    policy.setIn(['lists', String(key)], value);
  }
  (policy.get('rules') as YAMLSeq).items.unshift(...(added.get('rules') as YAMLSeq).items);
  return policy.toString();
}

test('the copied rules are enforced for one client, and all others are monitored', async () => {
  const section = sectionOf(readPage('docs/rollout.md'), 'Monitor the others meanwhile');
  const [block = ''] = codeBlocks(section, 'yaml');
  const { cases } = readCases(
    `
lists: { trusted_networks: [198.51.100.0/24] }
defaults: { given: { address: 205.210.31.51, country: KP, score: 0 } }
cases:
  - name: the client
    given: { client: client-of-shop }
    each:
      - { expect: { outcome: refuse, refused_by: restricted-country-enforced } }
      - { address: 198.51.100.7, expect: { outcome: issue, rules: [trusted-network-enforced] } }
      - { country: LK, score: 80, expect: { outcome: issue, dry_run_refused_by: high-ip-risk } }
      - { unknown: { address: any }, expect: { outcome: refuse, refused_by: unknown.address } }
  - name: another client
    given: { client: client-of-office }
    each:
      - { expect: { outcome: issue, dry_run_outcome: refuse, dry_run_refused_by: restricted-country } }
      - { address: 198.51.100.7, expect: { outcome: issue, dry_run_outcome: issue } }
      - { unknown: { address: any }, expect: { outcome: issue, dry_run_refused_by: unknown.address } }
`,
    'rollout.cases.yaml',
  );
  const { results } = await runCases(compilePolicy(monitoredPolicy(block), 'policy.yaml'), cases);
  expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
  expect(results.length).toBeGreaterThan(6);
});
