import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Configuration, MODES, NETWORKS, synthesize } from '../support/stack.ts';

interface Finding {
  readonly Filename: string;
  readonly Level: string;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path: readonly (string | number)[] };
}

const CONFIGURATIONS: readonly Configuration[] = [
  ...MODES,
  ...NETWORKS,
  'tags',
  'allowed addresses, cloudfront',
  'CloudFront logs',
  'feeds',
  'feeds, existing secrets, egress public',
  'everything at once',
];

const directory = mkdtempSync(join(tmpdir(), 'risk-gate-lint-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const isInstalled = spawnSync('cfn-lint', ['--version']).status === 0;

if (!isInstalled && process.env.REQUIRE_MOTO !== '1') {
  process.stderr.write('Skipped: cfn-lint is not installed (pip install cfn-lint)\n');
  test.skip('cfn-lint reports no error', () => undefined);
} else {
  test('cfn-lint reports no error in the template of any configuration', () => {
    if (!isInstalled)
      throw new Error('REQUIRE_MOTO=1, but cfn-lint is not installed (pip install cfn-lint).');
    const files = new Map(
      CONFIGURATIONS.map((name) => {
        const file = join(directory, `${name}.json`);
        writeFileSync(file, synthesize(name).text);
        return [file, name] as const;
      }),
    );
    const { stdout, stderr } = spawnSync(
      'cfn-lint',
      ['--regions', 'us-east-1', '--format', 'json', '--', ...files.keys()],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    if (!stdout.startsWith('[')) throw new Error(`cfn-lint failed: ${stderr || stdout}`);
    const errors = (JSON.parse(stdout) as Finding[]).flatMap((finding) => {
      if (finding.Level !== 'Error') return [];
      const name = files.get(finding.Filename);
      return `${name}: ${finding.Rule.Id} ${finding.Location.Path.join('.')}: ${finding.Message}`;
    });
    expect(errors).toEqual([]);
  });
}
