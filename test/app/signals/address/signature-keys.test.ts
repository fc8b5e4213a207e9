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
import { describeWithMoto, type Moto, startMoto } from '../../../support/moto.ts';

const HOUR = 3_600_000;
const secretOf = (n: number) => `the-secret-number-${n}`;
const json = (n: number) => JSON.stringify({ secret: secretOf(n) });

describeWithMoto('The signature secret in Secrets Manager', () => {
  let moto: Moto;
  let client: SecretsManagerClient;

  beforeAll(async () => {
    moto = await startMoto();
    client = createSecretsClient({
      region: 'us-east-1',
      endpoint: moto.endpoint,
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    });
  });

  afterAll(async () => {
    client?.destroy();
    await moto?.stop();
  });

  /** A task that checks signatures with a new secret, and hands to drive it. */
  async function opened(name: string, first: string) {
    const { ARN: secretArn = '' } = await client.send(
      new CreateSecretCommand({ Name: name, SecretString: first }),
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
      /** Which of the secrets 1, 2 and 3 sign. */
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
  ])('is %s', async (form, text) => {
    const task = await opened(`signature-as-${form.replace(' ', '-')}`, text);
    expect(task.accepted()).toEqual([1]);
    task.stop();
  });

  test('is rotated: both versions count, and the previous one ends by the clock alone', async () => {
    const task = await opened('signature-rotated', json(1));
    await task.put(json(2));
    expect(task.accepted()).toEqual([1, 2]);
    task.wait(HOUR + 1000);
    expect(task.accepted()).toEqual([2]);
    await task.put(secretOf(3));
    expect(task.accepted()).toContain(3);
    expect(task.accepted()).not.toContain(1);
    task.stop();
  });

  test('has a mistake in its new version: the last good one stays, and the error repeats nothing', async () => {
    const task = await opened('signature-mistaken', json(1));
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
  ])('%s at start: the service ends with a sentence', async (name, text, sentence) => {
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

test('A secret given as text has one key, without an end', async () => {
  const { keys, stop } = await openSignatureKeys(
    { secret: secretOf(1) },
    { onError: () => undefined },
  );
  expect(keys()).toEqual([{ key: parseSignatureSecret(secretOf(1), 'The test') }]);
  stop();
});
