import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  type ActionCredentialOptions,
  openActionCredential,
} from '../../../app/src/credential/action-credential.ts';
import { createSecretsClient } from '../../../app/src/secrets/client.ts';
import { sign, signingKey, startIssuer } from '../../support/issuer.ts';
import { describeWithMoto, PATIENT_CLIENT, sharedMoto } from '../../support/moto.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

const secretOf = (n: number) => `the-secret-number-${n}`;
const json = (n: number) => JSON.stringify({ scheme: 'bearer', secret: secretOf(n) });

let proxy: TcpProxy;
let client: SecretsManagerClient;

/** Creates a secret with the value `first`. */
async function create(name: string, first: string): Promise<string> {
  const { ARN = '' } = await client.send(
    new CreateSecretCommand({ Name: `action-credential/${name}`, SecretString: first }),
  );
  return ARN;
}

/** Opens the credential in a task with a clock that only changes through `wait`. */
async function openTask(secretArn: string, options: Partial<ActionCredentialOptions> = {}) {
  const errors: string[] = [];
  const uses: number[] = [];
  let time = Date.now();
  let refresh = async () => {};
  const { authenticator, stop } = await openActionCredential(
    { secretArn, client },
    {
      onError: ({ message }) => errors.push(message),
      onPreviousUsed: (until) => uses.push(until),
      now: () => time,
      schedule: (task) => {
        refresh = task;
        return () => undefined;
      },
      ...options,
    },
  );
  const headersWith = (n: number) => () => `Bearer ${secretOf(n)}`;
  return {
    authenticator,
    stop,
    errors,
    /** Expiry of the previous version, for each of its uses. */
    uses,
    now: () => time,
    refresh: () => refresh(),
    wait: (milliseconds: number) => {
      time += milliseconds;
    },
    /** Returns which of the secrets 1, 2 and 3 are accepted. */
    accepted: () => [1, 2, 3].filter((n) => authenticator.accepts(headersWith(n))),
    rejectionReason: (n: number) => authenticator.rejectionReason?.(headersWith(n)),
  };
}

/** Opens the credential of a new secret with the value `first`. */
async function openNew(
  name: string,
  first: string,
  options: Partial<ActionCredentialOptions> = {},
) {
  const secretArn = await create(name, first);
  const task = await openTask(secretArn, options);
  return {
    ...task,
    secretArn,
    put: async (value: string) => {
      await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: value }));
      await task.refresh();
    },
    /** Moves AWSCURRENT to the previous version; Secrets Manager then moves AWSPREVIOUS, too. */
    rollBack: async () => {
      await rollBack(secretArn);
      await task.refresh();
    },
  };
}

async function rollBack(secretArn: string): Promise<void> {
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: secretArn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: await idOf(secretArn, 'AWSPREVIOUS'),
      RemoveFromVersionId: await idOf(secretArn, 'AWSCURRENT'),
    }),
  );
}

async function removePrevious(secretArn: string): Promise<void> {
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: secretArn,
      VersionStage: 'AWSPREVIOUS',
      RemoveFromVersionId: await idOf(secretArn, 'AWSPREVIOUS'),
    }),
  );
}

async function idOf(secretArn: string, VersionStage: string): Promise<string | undefined> {
  const command = new GetSecretValueCommand({ SecretId: secretArn, VersionStage });
  return (await client.send(command)).VersionId;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describeWithMoto("the caller's credential in Secrets Manager", () => {
  beforeAll(async () => {
    proxy = await startTcpProxy(Number(new URL(await sharedMoto()).port));
    client = createSecretsClient({
      ...PATIENT_CLIENT,
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${proxy.port}`,
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
      maxAttempts: 1,
    });
  });

  afterAll(async () => {
    client.destroy();
    await proxy.close();
  });

  test('a rotation: the new and the previous version are accepted, and an older one is not', async () => {
    const credential = await openNew('rotated', json(1));
    expect(credential.accepted()).toEqual([1]);

    await credential.put(json(2));
    expect(credential.accepted()).toEqual([1, 2]);

    await credential.put(json(3));
    expect(credential.accepted()).toEqual([2, 3]);
    expect(credential.errors).toEqual([]);
  });

  test('an invalid new value: it is reported, and the last valid one stays until it is corrected', async () => {
    const credential = await openNew('spoilt', json(1));

    await credential.put('{ "scheme": "bearer", "secret": "leaked');
    expect(credential.accepted()).toEqual([1]);
    expect(credential.errors).toEqual([expect.stringContaining(credential.secretArn)]);
    expect(credential.errors.join()).not.toContain('leaked');

    await credential.put(json(2));
    expect(credential.accepted()).toEqual([2]);
  });

  describe('the previous version expires', () => {
    test.each<[string, number | undefined, number, boolean]>([
      ['by default not after 23 h 59 min', undefined, 24 * HOUR - MINUTE, true],
      ['by default after 24 h', undefined, 24 * HOUR, false],
      ['not before a TTL of an hour', HOUR, HOUR - MINUTE, true],
      ['after a TTL of an hour', HOUR, HOUR, false],
      ['at once with a TTL of 0', 0, 0, false],
    ])('%s', async (name, previousTtl, elapsed, isAccepted) => {
      const credential = await openNew(`ends ${name}`.replace(/\W+/g, '-'), json(1), {
        ...(previousTtl !== undefined && { previousTtl }),
      });
      await credential.put(json(2));

      credential.wait(elapsed);

      expect(credential.accepted()).toEqual(isAccepted ? [1, 2] : [2]);
      await credential.refresh();
      expect(credential.accepted()).toEqual(isAccepted ? [1, 2] : [2]);
    });

    test('in a task that starts later', async () => {
      const credential = await openNew('ended-before-the-start', json(1));
      await credential.put(json(2));

      const task = await openTask(credential.secretArn, { now: () => Date.now() + 25 * HOUR });

      expect(task.accepted()).toEqual([2]);
      expect(task.authenticator.challenge).toBe('Bearer realm="risk-gate"');
    });

    test('when its label is removed, for example after a leak', async () => {
      const credential = await openNew('label-removed', json(1));
      await credential.put(json(2));
      expect(credential.accepted()).toEqual([1, 2]);

      await removePrevious(credential.secretArn);
      await credential.refresh();

      expect(credential.accepted()).toEqual([2]);
      expect(credential.errors).toEqual([]);
    });

    test('and a call that still uses it has its own reason in the log, without the secret', async () => {
      const credential = await openNew('still-shown', json(1));
      await credential.put(json(2));
      credential.wait(25 * HOUR);

      const why = credential.rejectionReason(1);

      expect(why).toMatch(/^The credential is the previous version, which is not accepted since 2/);
      expect(why).not.toContain(secretOf(1));
      expect(credential.rejectionReason(3)).toBe('The credential is missing or wrong.');
    });

    test('and until then each use is reported with its expiry, unlike uses of the current version', async () => {
      const credential = await openNew('uses', json(1), { previousTtl: HOUR });
      const rotatedAt = credential.now();
      await credential.put(json(2));
      expect(credential.uses).toEqual([]);

      credential.accepted();
      credential.accepted();
      credential.wait(HOUR);
      credential.accepted();

      expect(credential.uses).toHaveLength(2);
      for (const until of credential.uses) {
        // CreatedDate has whole seconds in the emulator.
        expect(until).toBeGreaterThan(rotatedAt + HOUR - 1000);
        expect(until).toBeLessThanOrEqual(rotatedAt + HOUR);
      }
    });

    test('but not if it has the same value as the current version', async () => {
      const credential = await openNew('same-value', json(1));
      await credential.put(` ${json(1)}`);

      credential.accepted();
      expect(credential.uses).toEqual([]);
      credential.wait(25 * HOUR);
      expect(credential.accepted()).toEqual([1]);
    });
  });

  describe('a rollback', () => {
    test('both versions are accepted from when the task saw it', async () => {
      const credential = await openNew('rolled-back', json(1));
      await credential.put(json(2));
      credential.wait(30 * HOUR);
      expect(credential.accepted()).toEqual([2]);

      await credential.rollBack();

      expect(credential.accepted()).toEqual([1, 2]);
      credential.wait(23 * HOUR);
      await credential.refresh();
      expect(credential.accepted()).toEqual([1, 2]);
      credential.wait(HOUR);
      expect(credential.accepted()).toEqual([1]);
    });

    test('both versions are accepted after moving forward again', async () => {
      const credential = await openNew('rolled-forward', json(1));
      await credential.put(json(2));
      await credential.rollBack();
      credential.wait(30 * HOUR);

      await credential.rollBack();

      expect(credential.accepted()).toEqual([1, 2]);
      credential.wait(24 * HOUR);
      expect(credential.accepted()).toEqual([2]);
    });

    test('only the current version is accepted with a TTL of 0', async () => {
      const credential = await openNew('rolled-back-at-once', json(1), { previousTtl: 0 });
      await credential.put(json(2));

      await credential.rollBack();

      expect(credential.accepted()).toEqual([1]);
    });
  });

  test('an invalid new version: the version before does not expire, because nothing has replaced it', async () => {
    const credential = await openNew('invalid-for-days', json(1));
    await credential.put(json(2));

    await credential.put('{ "scheme": "bearer" }');
    credential.wait(100 * HOUR);
    await credential.refresh();

    expect(credential.accepted()).toEqual([2]);
    expect(credential.errors).toHaveLength(2);
  });

  test('another scheme: the challenge names both while both are accepted', async () => {
    const credential = await openNew('scheme', json(1));

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

    credential.wait(24 * HOUR);
    expect(credential.authenticator.challenge).toBe('ApiKey realm="risk-gate"');
    expect(credential.accepted()).toEqual([]);
  });

  test('from a bearer secret to OAuth2: both are accepted, and a token of a wrong issuer is unverifiable', async () => {
    const rsa = await signingKey('rsa');
    const issuer = await startIssuer([rsa]);
    const credential = await openNew('oauth2', json(1));
    const { authenticator } = credential;
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await sign(rsa, { iss: issuer.issuer, aud: 'gate', exp });
    const check = () => authenticator.checkToken?.(() => `Bearer ${token}`);

    await credential.put(
      JSON.stringify({ scheme: 'oauth2', issuer: issuer.issuer, audience: 'gate' }),
    );
    expect(await check()).toEqual({ kind: 'accepted' });
    expect(credential.accepted()).toEqual([1]);

    await credential.put(
      JSON.stringify({ scheme: 'oauth2', issuer: `${issuer.issuer}/wrong`, audience: 'gate' }),
    );
    expect(await check()).toEqual({ kind: 'accepted' });
    expect(credential.accepted()).toEqual([]);

    await credential.put(json(2));
    expect(await check()).toMatchObject({ kind: 'unverifiable' });
    expect(credential.accepted()).toEqual([2]);
    credential.stop();
    await issuer.stop();
  });

  test('stop ends refreshing and keeps the accepted versions', async () => {
    const credential = await openNew('stopped', json(1));
    credential.stop();

    await credential.put(json(2));

    expect(credential.accepted()).toEqual([1]);
  });

  test.each([
    ['malformed', 'leaked', 'The current version of the secret'],
    ['placeholder', '{ "scheme": "bearer", "secret": "leaked" }', 'too short'],
  ])('an invalid value keeps the service from starting: %s', async (name, value, message) => {
    const opening = openNew(name, value);

    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.not.toThrow('leaked');
  });

  test('an outage of Secrets Manager: the last valid versions stay, and it is reported', async () => {
    const credential = await openNew('down', json(1));
    await credential.put(json(2));

    await proxy.set({ kind: 'refuse' });
    await credential.refresh();

    expect(credential.accepted()).toEqual([1, 2]);
    expect(credential.errors).toEqual([
      expect.stringContaining(`The secret ${credential.secretArn} could not be read`),
    ]);

    // The previous version expires without Secrets Manager.
    credential.wait(24 * HOUR);
    await credential.refresh();
    expect(credential.accepted()).toEqual([2]);
    await proxy.set({ kind: 'pass' });
  });
});

describe('a credential from the settings', () => {
  const hooks = { onError: () => undefined };

  test('is accepted', async () => {
    const { authenticator } = await openActionCredential({ json: json(1) }, hooks);

    expect(authenticator.accepts(() => `Bearer ${secretOf(1)}`)).toBe(true);
  });

  test('throws and names its setting if it is not valid', async () => {
    await expect(openActionCredential({ json: '{}' }, hooks)).rejects.toThrow('ACTION_CREDENTIAL');
  });
});
