import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { buildSync } from 'esbuild';

export interface SmallFunctionProps
  extends Pick<
    lambda.FunctionOptions,
    'vpc' | 'vpcSubnets' | 'securityGroups' | 'retryAttempts' | 'maxEventAge'
  > {
  /** The source file in `infra/functions`. It exports `handler`. */
  readonly source: string;
  /** What the function does, in a few words: shown in the console of Lambda. */
  readonly description: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  readonly logRetention: RetentionDays;
  readonly permissions: readonly PolicyStatement[];
}

/** A Lambda function of this project: a few lines of TypeScript, and AWS's own clients, which Lambda provides. */
export class SmallFunction extends Construct {
  readonly function: lambda.Function;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: SmallFunctionProps) {
    super(scope, id);
    const { source, logRetention, permissions, environment = {}, ...others } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Without AWS's managed policy, whose permission to create log groups would create this one again after its
    // removal.
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.function = new lambda.Function(this, 'Function', {
      ...others,
      environment: { ...environment },
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      memorySize: 256,
      code: lambda.Code.fromAsset(bundle(source)),
      handler: 'index.handler',
      logGroup,
      role: this.role,
    });
    this.function.node.addDependency(this.role);
    for (const statement of [
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      ...permissions,
    ]) {
      this.role.addToPolicy(statement);
    }
  }
}

const FUNCTIONS = fileURLToPath(new URL('functions/', import.meta.url));

/** Folders with the bundles of this process, by source. */
const bundles = new Map<string, string>();

/** Bundles a source with what it imports, and returns the folder with `index.js`, which is removed at exit. */
function bundle(source: string): string {
  const known = bundles.get(source);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-function-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  buildSync({
    entryPoints: [join(FUNCTIONS, source)],
    outfile: join(folder, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Paths in comments would change the hash of the asset with the folder of the checkout.
    minifyWhitespace: true,
    external: ['@aws-sdk/*'],
    // As `require`: Node looks for imported modules beside the code only, and Lambda's clients are elsewhere (NODE_PATH).
    supported: { 'dynamic-import': false },
  });
  bundles.set(source, folder);
  return folder;
}
