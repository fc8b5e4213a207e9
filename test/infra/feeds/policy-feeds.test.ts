import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesizeNow } from '../../support/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'risk-gate-policy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const POLICY = readFileSync(new URL('../../../app/policy.yaml', import.meta.url), 'utf8');
const policyFile = join(folder, 'policy.yaml');
writeFileSync(policyFile, POLICY.replace(/^version: .*$/m, '$&\nfeeds: [tor-exits, partners]'));

test.each<[feeds: string, issues: RegExp]>([
  ['', /^The policy names the feed tor-exits, .*FEEDS.*\nThe policy names the feed partners, /],
  ['tor-exits', /^The policy names the feed partners, which FEEDS does not contain/],
])('A policy that names a feed fails at synth with the feeds "%s"', async (feeds, issues) => {
  await expect(synthesizeNow({ policyFile, feeds })).rejects.toThrow(issues);
});

test('A policy whose feeds are all configured does not', async () => {
  const feeds = 'tor-exits,partners=https://partners.example.com/list.txt';
  await expect(synthesizeNow({ policyFile, feeds })).resolves.toBeDefined();
});
