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
  'allowed addresses, cloudfront',
  'everything at once',
];

const directory = mkdtempSync(join(tmpdir(), 'risk-gate-lint-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Resources whose tags cfn-lint rejects, although AWS and cfn-lint's own schema define them as lists. */
const FALSE_POSITIVES = [
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::CloudWatch::Dashboard',
];

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
        const stack = synthesize(name);
        const file = join(directory, `${name}.json`);
        writeFileSync(file, stack.text);
        return [file, { name, stack }] as const;
      }),
    );
    const { stdout, stderr } = spawnSync(
      'cfn-lint',
      ['--regions', 'us-east-1', '--format', 'json', '--', ...files.keys()],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    if (!stdout.startsWith('[')) throw new Error(`cfn-lint failed: ${stderr || stdout}`);
    const errors = (JSON.parse(stdout) as Finding[]).flatMap((finding) => {
      const { name, stack } = files.get(finding.Filename) ?? {};
      const [, id, , property] = finding.Location.Path;
      const type = stack?.resources().find((each) => each.id === id)?.Type ?? '';
      const isFalse =
        finding.Rule.Id === 'E3002' && property === 'Tags' && FALSE_POSITIVES.includes(type);
      if (finding.Level !== 'Error' || isFalse) return [];
      return `${name}: ${finding.Rule.Id} ${finding.Location.Path.join('.')}: ${finding.Message}`;
    });
    expect(errors).toEqual([]);
  });
}
