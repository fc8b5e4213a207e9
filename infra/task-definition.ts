import { Duration, Size, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { DEFAULT_PREVIOUS_TTL } from '../app/src/secrets/previous-ttl.ts';
import type { Config, LookupConfig } from './config/config.ts';
import { DataBucket } from './data-bucket.ts';
import { DataFile } from './data-file.ts';
import { feedStoreUrl, readStatements } from './feeds/feed-store.ts';
import { serviceImage } from './image.ts';
import type { Secrets } from './secrets.ts';

export const CONTAINER_PORT = 3000;

/** From SIGTERM to SIGKILL. Until then the service drains and completes pending requests (`http/shutdown.ts`). */
export const STOP_TIMEOUT = Duration.seconds(30);

export interface TaskDefinitionProps {
  readonly config: Config;
  readonly table: ITable;
  readonly secrets: Secrets;
  readonly logGroup: ILogGroup;
}

/** The task: one container with a read-only file system, without root and with least privilege. */
export class TaskDefinition extends Construct {
  readonly definition: ecs.FargateTaskDefinition;
  /** Files that must exist, with the permission to read them, before a task starts. */
  readonly files: readonly DataFile[];
  /** The bucket with the files, and with the feeds. */
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: TaskDefinitionProps) {
    super(scope, id);
    const { config, table, secrets, logGroup } = props;
    const { addressHashKey, addressSignature } = secrets;
    this.definition = new ecs.FargateTaskDefinition(this, 'Definition', {
      family: Stack.of(this).stackName,
      cpu: config.task.cpu,
      memoryLimitMiB: config.task.memory,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.ARM64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    });
    const dataBucket = new DataBucket(this, 'Data', config.logRetentionDays);
    this.bucket = dataBucket.bucket;
    const hasFeeds = config.feeds.feeds.length > 0;
    const file = (fileId: string, path: string, name: string) =>
      new DataFile(this, fileId, { path, name, dataBucket, reader: this.definition.taskRole });
    const policy = file('Policy', config.policyFile, 'policy.yaml');
    const geoDatabases = config.geoDatabases.map((path, index) => {
      // The first one has no number, so that adding a second one does not change its id.
      const number = index === 0 ? '' : index + 1;
      return file(`GeoDatabase${number}`, path, `geo-database${number}.mmdb`);
    });
    this.files = [policy, ...geoDatabases];
    this.#grant([
      [['dynamodb:GetItem', 'dynamodb:PutItem'], [table.tableArn]],
      [
        ['secretsmanager:GetSecretValue'],
        [secrets.actionCredential, secrets.abuseIpdbKey, addressSignature].flatMap(
          (secret) => secret?.secretArn ?? [],
        ),
      ],
    ]);
    for (const statement of hasFeeds ? readStatements(this.bucket) : []) {
      this.definition.addToTaskRolePolicy(statement);
    }
    this.definition.addContainer('RiskGate', {
      containerName: 'RiskGate',
      image: serviceImage(this, config),
      environment: {
        PORT: String(CONTAINER_PORT),
        // Otherwise the SDK would depend on what the platform injects.
        AWS_REGION: Stack.of(this).region,
        // The dimension `Service` of all metrics.
        SERVICE_NAME: Stack.of(this).stackName,
        POLICY_FILE: policy.location,
        ...(geoDatabases.length > 0 && {
          GEO_DATABASE: geoDatabases.map(({ location }) => location).join(','),
        }),
        ...(hasFeeds && {
          FEEDS: config.feeds.text,
          FEED_STORE: feedStoreUrl(this.bucket),
          ...(config.blacklistMaxAge !== undefined && {
            BLACKLIST_MAX_AGE: config.blacklistMaxAge,
          }),
        }),
        // By ARN and not by value: the service reads them with the task role, and again after a rotation.
        ACTION_CREDENTIAL_SECRET_ARN: secrets.actionCredential.secretArn,
        ABUSEIPDB_SECRET_ARN: secrets.abuseIpdbKey.secretArn,
        ...(config.checkBlock && { ABUSEIPDB_CHECK_BLOCK: 'true' }),
        ...(config.credentialPreviousTtl !== DEFAULT_PREVIOUS_TTL && {
          CREDENTIAL_PREVIOUS_TTL: config.credentialPreviousTtl,
        }),
        ...(addressSignature && { ADDRESS_SIGNATURE_SECRET_ARN: addressSignature.secretArn }),
        REPUTATION_TABLE: table.tableName,
        ...lookupSettings(config.lookups),
        ADDRESS_HEADERS: config.addressHeaders,
        TRUSTED_PROXY_HOPS: String(config.trustedProxyHops),
        DECISION_DEADLINE_MS: String(config.decisionDeadlineMs),
        LOG_LEVEL: config.logLevel,
        DECISION_LOG_ISSUED_PERCENT: String(config.decisionLogIssuedPercent),
        DECISION_LOG_ADDRESS: config.decisionLogAddress,
      },
      // By value, because it never changes: ECS injects it when a task starts, with the execution role.
      ...(addressHashKey && {
        secrets: { DECISION_LOG_HASH_KEY: ecs.Secret.fromSecretsManager(addressHashKey) },
      }),
      portMappings: [{ containerPort: CONTAINER_PORT }],
      readonlyRootFilesystem: true,
      user: '1000:1000',
      linuxParameters: this.#linuxParameters(),
      stopTimeout: STOP_TIMEOUT,
      healthCheck: {
        command: ['CMD', 'node', 'health-check.mjs'],
        // Each check starts a process; the load balancer checks three times as often.
        interval: Duration.seconds(30),
        timeout: Duration.seconds(3),
        retries: 3,
        startPeriod: Duration.seconds(15),
      },
      logging: ecs.LogDrivers.awsLogs({
        logGroup,
        streamPrefix: 'risk-gate',
        // Slow log delivery must not delay a login.
        mode: ecs.AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(25),
      }),
    });
  }

  #linuxParameters(): ecs.LinuxParameters {
    const parameters = new ecs.LinuxParameters(this, 'Linux', { initProcessEnabled: true });
    parameters.dropCapabilities(ecs.Capability.ALL);
    return parameters;
  }

  #grant(statements: readonly (readonly [actions: string[], resources: string[]])[]): void {
    for (const [actions, resources] of statements) {
      this.definition.addToTaskRolePolicy(new PolicyStatement({ actions, resources }));
    }
  }
}

/** Returns the settings of lookups that differ from the defaults of the service. */
function lookupSettings({ budgets, highScoreMemory }: LookupConfig): Record<string, string> {
  const budgetSettings = Object.entries(budgets).flatMap(([name, budget]) =>
    budget === undefined ? [] : [[`LOOKUP_BUDGET_${name.toUpperCase()}`, String(budget)]],
  );
  return {
    ...Object.fromEntries(budgetSettings),
    ...(highScoreMemory !== undefined && { REPUTATION_HIGH_SCORE_MEMORY: highScoreMemory }),
  };
}
