import {
  CreateSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { createSecretsClient } from '../../../../app/src/secrets/client.ts';
import {
  createAddressSignature,
  parseSignatureSecret,
  signAddress,
} from '../../../../app/src/signals/address/signature.ts';
import { openSignatureKeys } from '../../../../app/src/signals/address/signature-keys.ts';
import { describeWithMoto, PATIENT_CLIENT, sharedMoto } from '../../../support/moto.ts';

const HOUR = 3_600_000;
const secretOf = (n: number) => `the-secret-number-${n}`;
const json = (n: number) => JSON.stringify({ secret: secretOf(n) });

describeWithMoto('a signature secret in Secrets Manager', () => {
  let client: SecretsManagerClient;

  beforeAll(async () => {
    client = createSecretsClient({
      ...PATIENT_CLIENT,
      region: 'us-east-1',
      endpoint: await sharedMoto(),
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    });
  });

  afterAll(() => client?.destroy());

  /** Starts a task that verifies signatures with a new secret. */
  async function startTask(name: string, first: string) {
    const { ARN: secretArn = '' } = await client.send(
      new CreateSecretCommand({ Name: `signature-keys/${name}`, SecretString: first }),
    );
    const errors: string[] = [];
    let time = Date.now();
    let refresh = async () => {};
    const { keys, stop } = await openSignatureKeys(
      { secretArn, client },
      {
        onError: ({ message }) => errors.push(message),
        now: () => time,
        previousTtl: HOUR,
        schedule: (task) => {
          refresh = task;
          return () => undefined;
        },
      },
    );
    const { verify } = createAddressSignature({ keys, now: () => time });
    const signatureOf = (n: number) =>
      signAddress(parseSignatureSecret(secretOf(n), 'The test'), '8.8.8.8', time);
    return {
      stop,
      errors,
      /** Returns which of the secrets 1, 2 and 3 are accepted. */
      accepted: () => [1, 2, 3].filter((n) => verify('8.8.8.8', signatureOf(n))),
      wait: (milliseconds: number) => {
        time += milliseconds;
      },
      async put(text: string) {
        await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: text }));
        await refresh();
      },
    };
  }

  test.each([
    ['plain text', secretOf(1)],
    ['JSON', json(1)],
  ])('can be %s', async (form, text) => {
    const task = await startTask(`signature-as-${form.replace(' ', '-')}`, text);
    expect(task.accepted()).toEqual([1]);
    task.stop();
  });

  test('after a rotation: both versions are accepted, and the previous one expires by the clock', async () => {
    const task = await startTask('signature-rotated', json(1));
    await task.put(json(2));
    expect(task.accepted()).toEqual([1, 2]);
    task.wait(HOUR + 1000);
    expect(task.accepted()).toEqual([2]);
    await task.put(secretOf(3));
    expect(task.accepted()).toContain(3);
    expect(task.accepted()).not.toContain(1);
    task.stop();
  });

  test('with an invalid new version: the last valid one stays, and the error does not repeat it', async () => {
    const task = await startTask('signature-invalid', json(1));
    await task.put('hush');
    expect(task.accepted()).toEqual([1]);
    expect(task.errors).toEqual([expect.stringMatching(/is too short: use 16 characters/)]);
    expect(task.errors.join()).not.toContain('hush');
    await task.put(json(2));
    expect(task.accepted()).toContain(2);
    task.stop();
  });

  test.each([
    ['is too short', 'hush', /^The current version of the secret arn:.* is too short: use 16/],
    ['has no value', undefined, /^The secret arn:.* could not be read/],
  ])('%s at startup: the service does not start', async (name, text, sentence) => {
    const { ARN: secretArn = '' } = await client.send(
      new CreateSecretCommand({
        Name: `signature-${name.replaceAll(' ', '-')}`,
        ...(text !== undefined && { SecretString: text }),
      }),
    );
    const opening = openSignatureKeys({ secretArn, client }, { onError: () => undefined });
    await expect(opening).rejects.toThrow(sentence);
    await expect(opening).rejects.not.toThrow(/hush/);
  });
});

test('a secret in the settings has one key that does not expire', async () => {
  const { keys, stop } = await openSignatureKeys(
    { secret: secretOf(1) },
    { onError: () => undefined },
  );
  expect(keys()).toEqual([{ key: parseSignatureSecret(secretOf(1), 'The test') }]);
  stop();
});
