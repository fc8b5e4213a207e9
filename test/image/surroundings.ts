import { startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { freePort } from '../support/free-port.ts';
import { ABUSEIPDB_KEY, settingsFor, TABLE } from '../support/running-service.ts';

/** What the service finds around it. */
export interface Surroundings {
  readonly simulator: Simulator;
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a simulated AbuseIPDB and a local DynamoDB, and gives the settings that lead to them. */
export async function startSurroundings(policyFile: string): Promise<Surroundings> {
  const [simulator, dynamoDb, port] = await Promise.all([
    startSimulator({ key: ABUSEIPDB_KEY }),
    startLocalDynamoDb(),
    // The health check needs one that is known before the service starts.
    freePort(),
  ]);
  await dynamoDb.createTable(TABLE);
  const { credentials, endpoint, region } = dynamoDb.clientConfig;
  // As in a task of ECS: the drain delay is the service's own.
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
