/** Runs a local DynamoDB with its tables in memory. */
import { startLocalDynamoDb } from '../../../app/dev/simulator/dynamodb.ts';

const dynamoDb = await startLocalDynamoDb();
process.stdout.write(`{"event":"ready","port":${new URL(dynamoDb.clientConfig.endpoint).port}}\n`);
