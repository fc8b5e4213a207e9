import {
  CreateSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { openActionCredential } from '../../../app/src/credential/action-credential.ts';
import { createSecretsClient } from '../../../app/src/secrets/client.ts';
import { describeWithMoto, type Moto, startMoto } from '../../support/moto.ts';

const secretOf = (n: number) => `the-secret-number-${n}`;
const json = (n: number) => JSON.stringify({ scheme: 'bearer', secret: secretOf(n) });

let moto: Moto;
let client: SecretsManagerClient;

/** The credential of a new secret that holds `first`, and hands to drive it. */
async function opened(name: string, first: string) {
  const { ARN: secretArn = '' } = await client.send(
    new CreateSecretCommand({ Name: name, SecretString: first }),
  );
  const errors: string[] = [];
  let refresh = async () => {};
  const { authenticator, stop } = await openActionCredential(
    { secretArn, client },
    {
      onError: ({ message }) => errors.push(message),
      schedule: (task) => {
        refresh = task;
        return () => undefined;
      },
    },
  );
  return {
    authenticator,
    stop,
    secretArn,
    errors,
    refresh: () => refresh(),
    put: async (value: string) => {
      await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: value }));
      await refresh();
    },
    /** Which of the secrets 1, 2 and 3 pass. */
    accepted: () => [1, 2, 3].filter((n) => authenticator.accepts(() => `Bearer ${secretOf(n)}`)),
  };
}

describeWithMoto("the caller's credential in Secrets Manager", () => {
  beforeAll(async () => {
    moto = await startMoto();
    client = createSecretsClient({
      region: 'us-east-1',
      endpoint: moto.endpoint,
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
      maxAttempts: 1,
    });
  }, 30_000);

  afterAll(async () => {
    client.destroy();
    await moto.stop();
  });

  test('a rotation: the old one and the new one pass, and the next one ends the oldest', async () => {
    const credential = await opened('rotated', json(1));
    expect(credential.accepted()).toEqual([1]);

    await credential.put(json(2));
    expect(credential.accepted()).toEqual([1, 2]);

    await credential.put(json(3));
    expect(credential.accepted()).toEqual([2, 3]);
    expect(credential.errors).toEqual([]);
  });

  test('a malformed new value: the last good ones stay, it is told, and a correction gets in', async () => {
    const credential = await opened('spoilt', json(1));

    await credential.put('{ "scheme": "bearer", "secret": "leaked');
    expect(credential.accepted()).toEqual([1]);
    expect(credential.errors).toEqual([expect.stringContaining(credential.secretArn)]);
    expect(credential.errors.join()).not.toContain('leaked');

    await credential.put(json(2));
    expect(credential.accepted()).toEqual([2]);
  });

  test('another scheme: the challenge names both while both pass', async () => {
    const credential = await opened('scheme', json(1));

    await credential.put(
      JSON.stringify({ scheme: 'api-key', header: 'x-api-key', secret: secretOf(2) }),
    );

    expect(credential.authenticator.challenge).toBe(
      'ApiKey realm="risk-gate", Bearer realm="risk-gate"',
    );
    expect(
      credential.authenticator.accepts((name) => (name === 'x-api-key' ? secretOf(2) : undefined)),
    ).toBe(true);
    expect(credential.accepted()).toEqual([1]);
  });

  test('a stop ends the refreshing and leaves what is accepted', async () => {
    const credential = await opened('stopped', json(1));
    credential.stop();

    await credential.put(json(2));

    expect(credential.accepted()).toEqual([1]);
  });

  test.each([
    ['malformed', 'leaked', 'The current version of the secret'],
    ['placeholder', '{ "scheme": "bearer", "secret": "leaked" }', 'too short'],
  ])('a value that is no credential stops the start: %s', async (name, value, says) => {
    const opening = opened(name, value);

    await expect(opening).rejects.toThrow(says);
    await expect(opening).rejects.not.toThrow('leaked');
  });

  // Last, as it ends the server of this file.
  test('Secrets Manager goes down: the last good ones stay, and it is told', async () => {
    const credential = await opened('down', json(1));
    await credential.put(json(2));

    await moto.stop();
    await credential.refresh();

    expect(credential.accepted()).toEqual([1, 2]);
    expect(credential.errors).toEqual([
      expect.stringContaining(`The secret ${credential.secretArn} could not be read`),
    ]);
  });
});

describe('a credential from the settings', () => {
  const hooks = { onError: () => undefined };

  test('is accepted', async () => {
    const { authenticator } = await openActionCredential({ json: json(1) }, hooks);

    expect(authenticator.accepts(() => `Bearer ${secretOf(1)}`)).toBe(true);
  });

  test('stops the start when it is none, and names its setting', async () => {
    await expect(openActionCredential({ json: '{}' }, hooks)).rejects.toThrow('ACTION_CREDENTIAL');
  });
});
