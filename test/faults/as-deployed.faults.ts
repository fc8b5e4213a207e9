import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describeWithMoto, type Moto, startMoto } from '../support/moto.ts';
import { ABUSEIPDB_KEY, CREDENTIAL } from '../support/running-service.ts';
import { startBuilt } from './service.ts';
import { FROM_ABUSEIPDB, waitUntil } from './states.ts';
import { startWorld } from './world.ts';

const ACCESS = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const BUCKET = 'assets';

interface Role {
  readonly url: string;
  readonly requestCount: () => number;
  close(): void;
}

/**
 * Starts a server for the credentials of the task's role. ECS configures a path on 169.254.170.2, where a test
 * cannot listen; the SDK treats a full URL in the same way.
 */
async function startRole(): Promise<Role> {
  const credentials = {
    AccessKeyId: 'ROLE',
    SecretAccessKey: 'secret',
    Token: 'token',
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  };
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.end(JSON.stringify(credentials));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/role`,
    requestCount: () => requests,
    close: () => server.close(),
  };
}

describeWithMoto('started as by ECS, with a role and a policy in S3', () => {
  let moto: Moto;
  let role: Role;
  let settings: Readonly<Record<string, string>>;

  beforeAll(async () => {
    [moto, role] = await Promise.all([startMoto(), startRole()]);
    const { endpoint } = moto;
    const s3 = new S3Client({ ...ACCESS, endpoint, forcePathStyle: true });
    const Body = readFileSync(new URL('policy.yaml', import.meta.url));
    await s3.send(
      new CreateBucketCommand({
        Bucket: BUCKET,
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    );
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'policy.yaml', Body }));
    s3.destroy();
    const secrets = new SecretsManagerClient({ ...ACCESS, endpoint });
    const create = async (Name: string, SecretString: string) =>
      (await secrets.send(new CreateSecretCommand({ Name, SecretString }))).ARN ?? '';
    settings = {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: role.url,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      POLICY_FILE: `s3://${BUCKET}/policy.yaml`,
      ACTION_CREDENTIAL: '',
      ACTION_CREDENTIAL_SECRET_ARN: await create('credential', CREDENTIAL),
      ABUSEIPDB_API_KEY: '',
      ABUSEIPDB_SECRET_ARN: await create('key', ABUSEIPDB_KEY),
    };
    secrets.destroy();
  });

  afterAll(async () => {
    role.close();
    await moto.stop();
  });

  test('decides by that policy and stores records in the table', async () => {
    const world = await startWorld(settings);
    try {
      const address = world.newAddress();
      expect(await world.service.requestDecision(address)).toMatchObject(FROM_ABUSEIPDB);
      await waitUntil(
        async () => (await world.itemOf(address)) !== undefined,
        'a record is stored',
      );
    } finally {
      await world.stop();
    }
    expect(role.requestCount()).toBeGreaterThan(0);
  });

  test('exits with an error message if the policy does not exist', async () => {
    const POLICY_FILE = `s3://${BUCKET}/other.yaml`;
    const service = startBuilt({ ...settings, POLICY_FILE, REPUTATION_TABLE: 'reputation' });
    expect(await service.exited).toBe(1);
    expect(service.stderr()).toBe(
      `The policy ${POLICY_FILE} does not exist: correct POLICY_FILE.\n`,
    );
  });
});
