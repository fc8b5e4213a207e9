import { Duration, Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { S3Object } from '../../app/src/store/location.ts';
import type { Config } from '../config/config.ts';
import { serviceImage } from '../image.ts';
import { acknowledgeAsterisk } from '../nag.ts';
import type { FeedSecret } from './feed-secrets.ts';
import { feedStoreUrl, writeStatements } from './feed-store.ts';

/** The name of the container, which `aws ecs run-task --overrides` refers to. */
const REFRESHER_CONTAINER = 'Refresher';

export interface RefresherTaskProps {
  readonly config: Config;
  readonly bucket: Bucket;
  readonly secrets: readonly FeedSecret[];
  /** The log group of the service, so that its alarms and queries include the refresher. */
  readonly logGroup: ILogGroup;
}

/** The refresher's task: the image of the service with another command, as protected as the service's. */
export class RefresherTask extends Construct {
  readonly definition: ecs.FargateTaskDefinition;

  constructor(scope: Construct, id: string, props: RefresherTaskProps) {
    super(scope, id);
    const { config, bucket, secrets, logGroup } = props;
    this.definition = new ecs.FargateTaskDefinition(this, 'Definition', {
      family: `${Stack.of(this).stackName}-refresher`,
      cpu: 512,
      // AbuseIPDB's largest blacklist is 60 MB of JSON, and needs several times as much when it is parsed.
      memoryLimitMiB: 2048,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.ARM64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    });
    for (const statement of [
      ...writeStatements(bucket),
      ...readSecrets(secrets),
      ...this.#readLists(config.feeds.objects),
    ]) {
      this.definition.addToTaskRolePolicy(statement);
    }
    this.definition.addContainer(REFRESHER_CONTAINER, {
      containerName: REFRESHER_CONTAINER,
      image: serviceImage(this, config),
      command: ['node', 'refresh.mjs'],
      environment: {
        AWS_REGION: Stack.of(this).region,
        SERVICE_NAME: Stack.of(this).stackName,
        // Instead of the image's, which limit the heap for the service. Downloads are outside of the heap.
        NODE_OPTIONS: '--enable-source-maps --max-old-space-size=1280',
        FEEDS: config.feeds.text,
        FEED_STORE: feedStoreUrl(bucket),
        LOG_LEVEL: config.logLevel,
        ...Object.fromEntries(secrets.map(({ variable, secret }) => [variable, secret.secretArn])),
      },
      readonlyRootFilesystem: true,
      user: '1000:1000',
      linuxParameters: this.#linuxParameters(),
      stopTimeout: Duration.seconds(30),
      logging: ecs.LogDrivers.awsLogs({
        logGroup,
        streamPrefix: 'refresher',
        // No login waits for the refresher, and its last lines say how the run ended.
        mode: ecs.AwsLogDriverMode.BLOCKING,
      }),
    });
  }

  #linuxParameters(): ecs.LinuxParameters {
    const parameters = new ecs.LinuxParameters(this, 'Linux', { initProcessEnabled: true });
    parameters.dropCapabilities(ecs.Capability.ALL);
    return parameters;
  }

  /** Lists of the operator's own, in buckets that the stack does not know. */
  #readLists(objects: readonly S3Object[]): PolicyStatement[] {
    if (objects.length === 0) return [];
    const { partition } = Stack.of(this);
    const names = objects.map(({ bucket, key }) => `${bucket}/${escapeWildcards(key)}`);
    for (const name of names) acknowledgeAsterisk(this, name);
    return [
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: names.map((name) => `arn:${partition}:s3:::${name}`),
      }),
    ];
  }
}

/** IAM reads `*` and `?` as wildcards, and `$` as the start of a variable. */
function escapeWildcards(key: string): string {
  return key.replaceAll(/[*?$]/g, (character) => `\${${character}}`);
}

function readSecrets(secrets: readonly FeedSecret[]): PolicyStatement[] {
  if (secrets.length === 0) return [];
  return [
    new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: secrets.map(({ secret }) => secret.secretArn),
    }),
  ];
}
