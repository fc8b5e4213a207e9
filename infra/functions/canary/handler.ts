import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createCanary } from './canary.ts';
import { CLOUDFRONT_REGION } from './cloudfront-errors.ts';

/** Milliseconds. A run also waits for up to three responses of the endpoint. */
const CLIENT_OPTIONS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
};

/** Runs the canary once. Lambda keeps this module between runs. */
export const handler = createCanary({
  endpoint: variable('ENDPOINT'),
  secretArn: variable('SECRET_ARN'),
  addressHeader: variable('ADDRESS_HEADER'),
  service: variable('SERVICE_NAME'),
  distributionId: process.env.DISTRIBUTION_ID,
  secrets: new SecretsManagerClient(CLIENT_OPTIONS),
  cloudWatch: new CloudWatchClient(CLIENT_OPTIONS),
  cloudWatchOfCloudFront: new CloudWatchClient({ ...CLIENT_OPTIONS, region: CLOUDFRONT_REGION }),
  // console.log would add a prefix, and CloudWatch would find no metrics.
  write: (line) => void process.stdout.write(line),
});

/** Returns a variable that the stack sets. */
function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is not set.`);
  return value;
}
