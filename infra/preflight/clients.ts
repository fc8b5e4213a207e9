import { ACMClient } from '@aws-sdk/client-acm';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { clientOptions } from '../../app/tools/aws/stack.ts';
import { iamAction } from './actions.ts';

export interface ClientOptions {
  readonly region: string;
  /** A profile of `~/.aws/config`. @default the one of the environment */
  readonly profile?: string | undefined;
}

/** Creates a client of every service in a region. Clients of global services ignore the region. */
export function createClients({ region, profile }: ClientOptions) {
  const options = clientOptions(region, profile);
  const clients = {
    acm: new ACMClient(options),
    cloudFormation: new CloudFormationClient(options),
    cloudFront: new CloudFrontClient(options),
    cloudWatch: new CloudWatchClient(options),
    ec2: new EC2Client(options),
    ecr: new ECRClient(options),
    elb: new ElasticLoadBalancingV2Client(options),
    iam: new IAMClient(options),
    logs: new CloudWatchLogsClient(options),
    quotas: new ServiceQuotasClient(options),
    route53: new Route53Client(options),
    // A virtual host (`bucket.endpoint`) does not exist for an endpoint on this machine.
    s3: new S3Client({ ...options, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined }),
    scheduler: new SchedulerClient(options),
    secrets: new SecretsManagerClient(options),
    sns: new SNSClient(options),
    ssm: new SSMClient(options),
    sts: new STSClient(options),
  };
  for (const client of Object.values(clients)) nameActionsIn(client as unknown as AnyClient);
  return clients;
}

export type Clients = ReturnType<typeof createClients>;

/** The part of a client that adds middleware, which is the same for all of them. */
interface AnyClient {
  readonly middlewareStack: {
    add(middleware: Middleware, options: { readonly step: 'initialize' }): void;
  };
}

type Handler = (args: unknown) => Promise<unknown>;
type Middleware = (
  next: Handler,
  context: { readonly clientName?: string; readonly commandName?: string },
) => Handler;

/** Adds the required IAM action to the errors of a client, for a finding that names it. */
function nameActionsIn(client: AnyClient): void {
  client.middlewareStack.add(
    (next, { clientName = '', commandName = '' }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (error instanceof Error) {
            Object.assign(error, { action: iamAction(clientName, commandName) });
          }
          throw error;
        }
      },
    { step: 'initialize' },
  );
}
