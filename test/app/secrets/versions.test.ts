import {
  CreateSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { openApiKey } from '../../../app/src/secrets/api-key.ts';
import { createSecretsClient } from '../../../app/src/secrets/client.ts';
import { readCurrentSecret, readSecretVersions } from '../../../app/src/secrets/versions.ts';
import { describeWithMoto, PATIENT_CLIENT, sharedMoto } from '../../support/moto.ts';

let moto: string;
let client: SecretsManagerClient;

const newClient = () =>
  createSecretsClient({
    ...PATIENT_CLIENT,
    region: 'us-east-1',
    endpoint: moto,
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
  });

/** Creates a secret with these successive values. */
async function createSecret(name: string, ...values: string[]): Promise<string> {
  const [first, ...later] = values;
  const { ARN = '' } = await client.send(
    new CreateSecretCommand({ Name: `versions/${name}`, SecretString: first }),
  );
  for (const value of later) await put(ARN, value);
  return ARN;
}

async function put(arn: string, value: string): Promise<void> {
  await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: value }));
}

describeWithMoto('Secrets Manager', () => {
  beforeAll(async () => {
    moto = await sharedMoto();
    client = newClient();
  });

  afterAll(() => client.destroy());

  describe('the versions of a secret', () => {
    test.each([
      ['one value has no previous one', ['v1'], { current: 'v1' }],
      ['two values', ['v1', 'v2'], { current: 'v2', previous: 'v1' }],
      [
        'the oldest of three values is not returned',
        ['v1', 'v2', 'v3'],
        { current: 'v3', previous: 'v2' },
      ],
    ])('%s', async (name, values, versions) => {
      const arn = await createSecret(name.replaceAll(' ', '-'), ...values);

      const { current, previous } = await readSecretVersions(client, arn);
      expect({ current: current.text, previous: previous?.text }).toEqual(versions);
      expect(await readCurrentSecret(client, arn)).toBe(versions.current);
    });

    test('each version has a unique id and its creation time', async () => {
      const before = Date.now();

      const versions = await readSecretVersions(client, await createSecret('dated', 'v1', 'v2'));

      const all = [versions.current, versions.previous];
      expect(new Set(all.map((version) => version?.id)).size).toBe(2);
      for (const version of all) {
        // The emulator has whole seconds.
        expect(version?.createdAt).toBeGreaterThan(before - 1000);
        expect(version?.createdAt).toBeLessThanOrEqual(Date.now());
      }
    });

    test('a rotation between the two reads does not lose the version that callers still use', async () => {
      const arn = await createSecret('changed-while-read', 'v1', 'v2');
      const slow = newClient();
      let changed = false;
      slow.middlewareStack.add((next) => async (args) => {
        const response = await next(args);
        if (!changed) await put(arn, 'v3');
        changed = true;
        return response;
      });

      const versions = await readSecretVersions(slow, arn);
      slow.destroy();

      expect(Object.values(versions).map(({ text }) => text)).toContain('v2');
    });

    test('a secret that does not exist is an error that names it', async () => {
      const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:nowhere-AbCdEf';

      await expect(readSecretVersions(client, arn)).rejects.toThrow(`The secret ${arn} could not`);
    });
  });

  test("AbuseIPDB's key: set after the deployment, changed, invalid, corrected", async () => {
    const arn = await createSecret('abuseipdb', 'REPLACE_WITH_YOUR_KEY');
    let refresh = async () => {};
    const errors: string[] = [];
    const changes: (string | undefined)[] = [];
    const apiKey = await openApiKey(
      { secretArn: arn, client },
      {
        onError: ({ message }) => errors.push(message),
        schedule: (task) => {
          refresh = task;
          return () => undefined;
        },
      },
    );
    apiKey.onChange((key) => changes.push(key));
    const keyAfter = async (value: string) => {
      await put(arn, value);
      await refresh();
      return apiKey.current();
    };

    expect(apiKey.current()).toBeUndefined();
    expect(await keyAfter('first-key\n')).toBe('first-key');
    expect(await keyAfter('{ "apiKey": "first-key" }')).toBe('first-key');
    expect(await keyAfter('{ "apiKey": "lea')).toBe('first-key');
    expect(await keyAfter('second-key')).toBe('second-key');
    expect(changes).toEqual(['first-key', 'second-key']);
    expect(errors).toEqual([expect.stringContaining(arn)]);
    apiKey.stop();
  });

  test('an invalid AbuseIPDB key keeps the service from starting', async () => {
    const arn = await createSecret('abuseipdb-malformed', 'two words');

    const opening = openApiKey({ secretArn: arn, client }, { onError: () => undefined });

    await expect(opening).rejects.toThrow(`The secret ${arn} does not fit into an HTTP header`);
  });
});
