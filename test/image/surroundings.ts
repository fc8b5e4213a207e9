import { startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { freePort } from '../support/free-port.ts';
import { ABUSEIPDB_KEY, settingsFor, TABLE } from '../support/running-service.ts';

/** The dependencies of the service. */
export interface Surroundings {
  readonly simulator: Simulator;
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a simulated AbuseIPDB and a local DynamoDB, and returns the settings for them. */
export async function startSurroundings(policyFile: string): Promise<Surroundings> {
  const [simulator, dynamoDb, port] = await Promise.all([
    startSimulator({ key: ABUSEIPDB_KEY }),
    startLocalDynamoDb(),
    // The health check needs a port that is known before the service starts.
    freePort(),
  ]);
  await dynamoDb.createTable(TABLE);
  const { credentials, endpoint, region } = dynamoDb.clientConfig;
  // The drain delay is the default, as in an ECS task.
  const { DRAIN_DELAY_MS: _, ...settings } = settingsFor(simulator);
  return {
    simulator,
    port,
    environment: {
      ...settings,
      PORT: String(port),
      POLICY_FILE: policyFile,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    },
    async close() {
      await Promise.all([simulator.close(), dynamoDb.close()]);
    },
  };
}
