import { homedir } from 'node:os';
import { join } from 'node:path';
import { Annotations, App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ConfigError } from '../app/src/config/options.ts';
import { PolicyError } from '../app/src/policy/file/issues.ts';
import { openGeoDatabase } from '../app/src/signals/geo/database.ts';
import { readConfig } from './config/config.ts';
import { RiskGateStack } from './stack.ts';
import { warnOfStackTags } from './tags.ts';

/** Creates the CDK app. */
async function main(): Promise<void> {
  const app = new App();
  const config = readConfig(app.node.getAllContext());
  await checkGeoDatabases(config.geoDatabases);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  // Without an account: otherwise CDK would look up availability zones, and synth would need credentials.
  const stack = new RiskGateStack(app, 'RiskGate', {
    config,
    env: { region: process.env.CDK_DEFAULT_REGION ?? 'us-east-1' },
  });
  if (config.endpoint.kind === 'cloudfront') {
    // Both are read by the CDK command line.
    warnOfStackTags(stack, [join(homedir(), '.cdk.json'), 'cdk.json']);
  }
  for (const name of config.foreignContext) {
    Annotations.of(stack).addWarningV2(
      `risk-gate:context-${name}`,
      `The context value ${name} is not an option of Risk Gate and is ignored. If it belongs to another tool, acknowledge this warning.`,
    );
  }
}

/**
 * Opens the databases as the service does, so that an invalid one fails at synth and not at the start of the tasks.
 *
 * @throws ConfigError with the error message of the service.
 */
async function checkGeoDatabases(files: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  try {
    await openGeoDatabase(files);
  } catch (error) {
    throw new ConfigError(`geoDatabase: ${error instanceof Error ? error.message : String(error)}`);
  }
}

try {
  await main();
} catch (error) {
  // The operator can fix these, and needs no stack trace.
  const isExpected = error instanceof ConfigError || error instanceof PolicyError;
  if (!isExpected) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
