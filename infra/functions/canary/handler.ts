import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createCanary } from './canary.ts';
import { CLOUDFRONT_REGION } from './cloudfront-errors.ts';
import { type CanaryEvent, STATUS_RUN } from './event.ts';

/** Milliseconds. A run also waits for up to three responses of the endpoint. */
const CLIENT_OPTIONS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
};

const endpoint = variable('ENDPOINT');
const service = variable('SERVICE_NAME');
const logGroup = variable('LOG_GROUP');
// console.log would add a prefix, and CloudWatch would find no metrics.
const write = (line: string) => void process.stdout.write(line);

const runCanary = createCanary({
  endpoint,
  secretArn: variable('SECRET_ARN'),
  addressHeader: variable('ADDRESS_HEADER'),
  service,
  distributionId: process.env.DISTRIBUTION_ID,
  secrets: new SecretsManagerClient(CLIENT_OPTIONS),
  cloudWatch: new CloudWatchClient(CLIENT_OPTIONS),
  cloudWatchOfCloudFront: new CloudWatchClient({ ...CLIENT_OPTIONS, region: CLOUDFRONT_REGION }),
  write,
});

/** Runs the daily status. Its clients are loaded only now: most instances of the function never need them. */
async function runStatus(): Promise<void> {
  const [{ CloudWatchLogsClient }, { createStatus }] = await Promise.all([
    import('@aws-sdk/client-cloudwatch-logs'),
    import('./status.ts'),
  ]);
  const isSampled = Number(variable('DECISION_LOG_ISSUED_PERCENT')) < 100;
  const dimensions = { service, endpoint: new URL(endpoint).hostname };
  const logs = new CloudWatchLogsClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 5000,
      requestTimeout: 15_000,
      throwOnRequestTimeout: true,
    },
  });
  await createStatus({ logGroup, isSampled, dimensions, logs, write })();
}

/** Runs the canary once, or the daily status. Lambda keeps this module between runs. */
export function handler(event: CanaryEvent): Promise<void> {
  return event.run === STATUS_RUN ? runStatus() : runCanary();
}

/** Returns a variable that the stack sets. */
function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is not set.`);
  return value;
}
