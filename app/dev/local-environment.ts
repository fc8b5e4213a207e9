import { randomBytes } from 'node:crypto';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The table in the simulated DynamoDB. */
export const TABLE_NAME = 'risk-gate-local';

/** Returns the environment of the service: whatever is not configured is simulated. */
export function localEnvironment(
  environment: Environment,
  simulatorUrl: string | undefined,
): Environment {
  return {
    ...environment,
    ACTION_CREDENTIAL: environment.ACTION_CREDENTIAL || newCredential(),
    ACTION_CREDENTIAL_SECRET_ARN: undefined,
    ABUSEIPDB_SECRET_ARN: undefined,
    ADDRESS_SIGNATURE_SECRET_ARN: undefined,
    ...(simulatorUrl && { ABUSEIPDB_API_KEY: 'simulated', ABUSEIPDB_BASE_URL: simulatorUrl }),
    REPUTATION_TABLE: TABLE_NAME,
    DRAIN_DELAY_MS: '0',
    // A proxy cannot reach the simulated services, which are on this machine.
    NO_PROXY: `127.0.0.1,${environment.no_proxy || environment.NO_PROXY || ''}`,
    no_proxy: undefined,
  };
}

function newCredential(): string {
  const secret = randomBytes(24).toString('base64url');
  return JSON.stringify({ scheme: 'api-key', header: 'x-api-key', secret });
}
