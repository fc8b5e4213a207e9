import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { type App, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ACKNOWLEDGED_FINDINGS } from '../../infra/nag.ts';
import { type Configuration, contextOf, createApp, MODES, NETWORKS } from '../support/stack.ts';

interface Finding {
  readonly ruleName: string;
  readonly acknowledgedId?: string;
  readonly reason?: string;
}

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly Finding[];
    readonly suppressedViolations?: readonly Finding[];
  }[];
}

/** Runs the checks as `cdk synth` does. @throws Error if a finding is not acknowledged. */
function check(app: App) {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { directory } = app.synth();
  const report: Report = JSON.parse(
    readFileSync(join(directory, 'validation-report.json'), 'utf8'),
  );
  const nag = report.pluginReports.find(({ pluginName }) => pluginName === 'AwsSolutions');
  if (nag === undefined) throw new Error('cdk-nag has not run.');
  return { open: nag.violations, acknowledged: nag.suppressedViolations ?? [] };
}

const checked: Finding[] = [];

test.each<Configuration>([...MODES, ...NETWORKS, 'CloudFront logs', 'feeds', 'everything at once'])(
  'With %s every finding is acknowledged',
  async (configuration) => {
    const result = check((await createApp(contextOf(configuration))).app);
    checked.push(...result.acknowledged);
    expect(result.open).toEqual([]);
  },
);

test('A finding that is not acknowledged stops synth', async () => {
  const { app, stack } = await createApp({});
  new Bucket(stack, 'OpenToPlainHttp', { serverAccessLogsPrefix: 'itself' });
  // Hides the expected report.
  const output = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    expect(() => check(app)).toThrow(/validation/i);
  } finally {
    output.mockRestore();
  }
});

describe('Every acknowledged finding', () => {
  test.each(Object.entries(ACKNOWLEDGED_FINDINGS))('%s exists and has a reason', (rule, reason) => {
    const found = checked.filter(
      (each) => each.acknowledgedId === `AwsSolutions::AwsSolutions-${rule}`,
    );
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map((each) => each.reason))).toEqual(new Set([reason]));
    expect(reason).toMatch(/^\S.{20,}\.$/);
  });

  test('is acknowledged in one file', () => {
    const folder = new URL('../../infra/', import.meta.url);
    const files = readdirSync(folder, { encoding: 'utf8', recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) =>
        /\.acknowledge\(|NagSuppressions|cdk_nag/.test(readFileSync(new URL(name, folder), 'utf8')),
      );
    expect(files).toEqual(['nag.ts']);
  });
});
