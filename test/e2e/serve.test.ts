import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../app/dev/simulator/dynamodb.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { type BundledService, writeBundle } from '../support/bundle.ts';
import { describeWithMoto, sharedMoto } from '../support/moto.ts';
import { payloadFrom } from '../support/payloads.ts';
import { type RunningProcess, startNode, startScript } from '../support/process.ts';
import {
  ABUSEIPDB_KEY,
  CREDENTIAL,
  SECRET,
  settingsFor,
  TABLE,
} from '../support/running-service.ts';

const AWS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

let bundle: BundledService;
let simulator: Simulator;
let dynamoDb: LocalDynamoDb;
let environment: Record<string, string>;
let folder: string;

beforeAll(async () => {
  [bundle, simulator, dynamoDb] = await Promise.all([
    writeBundle(),
    startSimulator({ key: ABUSEIPDB_KEY }),
    startLocalDynamoDb(),
  ]);
  await dynamoDb.createTable(TABLE);
  const endpoint = { AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.clientConfig.endpoint };
  environment = { ...AWS, ...settingsFor(simulator), ...endpoint };
  folder = mkdtempSync(join(tmpdir(), 'risk-gate-'));
});

afterAll(async () => {
  await Promise.all([simulator.close(), dynamoDb.close()]);
  bundle.remove();
  rmSync(folder, { recursive: true });
});

type Environment = Record<string, string>;

const startBundle = (changes: Environment) =>
  startNode([bundle.main], { ...environment, ...changes });
const npmRunServe = (changes: Environment) =>
  startScript('app/src/main.ts', { ...environment, ...changes });

/** Starts the service, and resolves once it is ready. */
async function startService(
  changes: Environment,
  start: (changes: Environment) => RunningProcess = startBundle,
) {
  const service = start(changes);
  const [, port] = await service.waitForOutput(/"event":"ready","port":(\d+)/);
  const post = (address: string) =>
    fetch(`http://127.0.0.1:${port}/pre-issue-access-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': SECRET },
      body: payloadFrom(address),
    });
  return { service, post, port: Number(port) };
}

describe('npm run serve', () => {
  test('starts with the settings of the environment, and uses a record that an earlier process stored in the table', async () => {
    const checks = () => simulator.checks.filter(({ address }) => address === '103.159.198.178');
    for (const source of ['abuseipdb', 'dynamodb']) {
      const { service, post } = await startService({}, npmRunServe);
      expect(await (await post('103.159.198.178')).json()).toMatchObject({
        actionStatus: 'FAILED',
      });
      await service.waitForOutput(new RegExp(`"score":100,"source":"${source}"`));
      expect(await service.end()).toBe(0);
    }
    expect(checks()).toHaveLength(1);
  });
});

describe('The bundle', () => {
  test('responds to a pending request on SIGTERM, and exits', async () => {
    const { service, post } = await startService({});
    simulator.setFault({ kind: 'slow', ms: 400 }, '9.9.9.9');
    const before = simulator.checks.length;
    const pending = post('9.9.9.9');
    // The request is pending once its lookup has reached AbuseIPDB.
    while (simulator.checks.length === before) await new Promise(setImmediate);
    const end = service.end();
    const response = await pending;
    expect(response.status).toBe(200);
    expect(response.headers.get('connection')).toBe('close');
    expect(await end).toBe(0);
    expect(service.stdout()).toMatch(/"event":"stopped"/);
  });
});

describe('a connection without a complete request does not delay the exit on SIGTERM', () => {
  test.each([
    ['without a byte', ''],
    [
      'with part of a body',
      'POST /pre-issue-access-token HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{',
    ],
  ])('%s', async (_, text) => {
    const { service, port } = await startService({ DECISION_DEADLINE_MS: '100' });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    if (text !== '') socket.write(text);
    // The service has accepted the connection once it responds on a later one.
    await fetch(`http://127.0.0.1:${port}/healthz`);
    // With the connection open, it would exit with 1 after 25 s.
    expect(await service.end()).toBe(0);
    expect(service.stdout()).toMatch(/"event":"stopped"/);
    socket.destroy();
  });
});

test('starts without an AbuseIPDB key, and logs an error', async () => {
  const { service, post } = await startService({ ABUSEIPDB_API_KEY: 'replace-me' });
  expect(service.stdout()).toMatch(/"level":"error".*"event":"abuseipdb-key-missing"/);
  expect(await (await post('9.9.9.10')).json()).toMatchObject({ actionStatus: 'SUCCESS' });
  await service.waitForOutput(/"reputation":\{"cause":"auth"\}/);
  expect(await service.end()).toBe(0);
});

describeWithMoto('with both secrets in Secrets Manager', () => {
  test('starts', async () => {
    const moto = await sharedMoto();
    const client = new SecretsManagerClient({
      endpoint: moto,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const create = async (name: string, value: string) => {
      const command = new CreateSecretCommand({ Name: name, SecretString: value });
      return (await client.send(command)).ARN ?? '';
    };
    const { service, post } = await startService({
      AWS_ENDPOINT_URL_SECRETS_MANAGER: moto,
      ACTION_CREDENTIAL: '',
      ACTION_CREDENTIAL_SECRET_ARN: await create('serve/action', CREDENTIAL),
      ABUSEIPDB_API_KEY: '',
      ABUSEIPDB_SECRET_ARN: await create('serve/abuseipdb', ABUSEIPDB_KEY),
    });
    client.destroy();
    expect(await (await post('14.102.69.58')).json()).toMatchObject({ actionStatus: 'SUCCESS' });
    expect(await service.end()).toBe(0);
  });
});

describe('a failed start prints one line that says what is wrong, where, and what to do', () => {
  const policy = (text: string) => () => {
    const file = join(folder, 'policy.yaml');
    writeFileSync(file, text);
    return { POLICY_FILE: file };
  };
  const database = (content: string) => () => {
    const file = join(folder, 'geo.mmdb');
    writeFileSync(file, content);
    return { GEO_DATABASE: file };
  };

  test.each<[string, () => Record<string, string>, RegExp]>([
    [
      'no credential',
      () => ({ ACTION_CREDENTIAL: '' }),
      /^Neither ACTION_CREDENTIAL nor .* set one/,
    ],
    [
      'a credential that is not JSON',
      () => ({ ACTION_CREDENTIAL: 'x' }),
      /^ACTION_CREDENTIAL is not JSON/,
    ],
    [
      'a setting out of range',
      () => ({ PORT: '99999' }),
      /^PORT must be a whole number from 0 to 65535, got "99999"/,
    ],
    [
      'a policy file that does not exist',
      () => ({ POLICY_FILE: 'no.yaml' }),
      /^The policy no\.yaml does not exist/,
    ],
    [
      'a policy with a typo in a condition',
      policy(
        'version: 1\nrules:\n  - id: typo\n    when: abuse.scor > 1\n    then: { lifetime: 5m }\nunknown: { address: ignore, reputation: ignore }\n',
      ),
      /policy\.yaml:4: rule "typo", when: .*scor/,
    ],
    [
      'a file that is not a database',
      database('none'),
      /^The geo database .*geo\.mmdb is not an mmdb file/,
    ],
    [
      'a database file that does not exist',
      () => ({ GEO_DATABASE: 'no.mmdb' }),
      /^The geo database no\.mmdb does not exist/,
    ],
  ])('%s', async (_, changes, message) => {
    const service = startBundle(changes());
    expect(await service.exited).toBe(1);
    expect(service.stderr()).toMatch(message);
    expect(service.stderr().trim().split('\n')).toHaveLength(1);
    expect(service.stdout()).toBe('');
  });

  test('every issue of the files at once', async () => {
    const files = { POLICY_FILE: 'no.yaml', GEO_DATABASE: 'no.mmdb' };
    const service = startBundle(files);
    expect(await service.exited).toBe(1);
    expect(service.stderr().trim().split('\n')).toEqual([
      expect.stringMatching(/^The policy no\.yaml does not exist/),
      expect.stringMatching(/^The geo database no\.mmdb does not exist/),
    ]);
  });
});
