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
import { describeWithMoto, type Moto, startMoto } from '../../support/moto.ts';

const secretOf = (n: number) => `the-secret-number-${n}`;
const json = (n: number) => JSON.stringify({ scheme: 'bearer', secret: secretOf(n) });

let moto: Moto;
let client: SecretsManagerClient;

/** A new secret that holds `first`. */
async function create(name: string, first: string): Promise<string> {
  const { ARN = '' } = await client.send(
    new CreateSecretCommand({ Name: name, SecretString: first }),
  );
  return ARN;
}

/** A task that has the secret, with a clock that stands still until it is moved. */
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
  const shows = (n: number) => () => `Bearer ${secretOf(n)}`;
  return {
    authenticator,
    stop,
    errors,
    /** When the previous version that was used ends, by use. */
    uses,
    now: () => time,
    refresh: () => refresh(),
    wait: (milliseconds: number) => {
      time += milliseconds;
    },
    /** Which of the secrets 1, 2 and 3 pass. */
    accepted: () => [1, 2, 3].filter((n) => authenticator.accepts(shows(n))),
    whyRefused: (n: number) => authenticator.rejectionReason?.(shows(n)),
  };
}

/** The credential of a new secret that holds `first`, and hands to drive it. */
async function opened(name: string, first: string, options: Partial<ActionCredentialOptions> = {}) {
  const secretArn = await create(name, first);
  const task = await openTask(secretArn, options);
  return {
    ...task,
    secretArn,
    put: async (value: string) => {
      await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: value }));
      await task.refresh();
    },
    /** Moves AWSCURRENT to AWSPREVIOUS; Secrets Manager then moves that one too. */
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
    moto = await startMoto();
    client = createSecretsClient({
      region: 'us-east-1',
      endpoint: moto.endpoint,
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
      maxAttempts: 1,
    });
  });

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

  describe('the previous version ends', () => {
    test.each<[string, number | undefined, number, boolean]>([
      ['by default: after 23 h 59 min it passes', undefined, 24 * HOUR - MINUTE, true],
      ['by default: after 24 h it does not', undefined, 24 * HOUR, false],
      ['an hour: it passes before', HOUR, HOUR - MINUTE, true],
      ['an hour: it does not pass after', HOUR, HOUR, false],
      ['0: at once', 0, 0, false],
    ])('%s', async (name, previousTtl, later, passes) => {
      const credential = await opened(`ends ${name}`.replace(/\W+/g, '-'), json(1), {
        ...(previousTtl !== undefined && { previousTtl }),
      });
      await credential.put(json(2));

      credential.wait(later);

      expect(credential.accepted()).toEqual(passes ? [1, 2] : [2]);
      await credential.refresh();
      expect(credential.accepted()).toEqual(passes ? [1, 2] : [2]);
    });

    test('in a task that starts after it', async () => {
      const credential = await opened('ended-before-the-start', json(1));
      await credential.put(json(2));

      const late = await openTask(credential.secretArn, { now: () => Date.now() + 25 * HOUR });

      expect(late.accepted()).toEqual([2]);
      expect(late.authenticator.challenge).toBe('Bearer realm="risk-gate"');
    });

    test('when its label is removed, as after a leak', async () => {
      const credential = await opened('label-removed', json(1));
      await credential.put(json(2));
      expect(credential.accepted()).toEqual([1, 2]);

      await removePrevious(credential.secretArn);
      await credential.refresh();

      expect(credential.accepted()).toEqual([2]);
      expect(credential.errors).toEqual([]);
    });

    test('and a call that still shows it is told apart in the log, without its secret', async () => {
      const credential = await opened('still-shown', json(1));
      await credential.put(json(2));
      credential.wait(25 * HOUR);

      const why = credential.whyRefused(1);

      expect(why).toMatch(/^The credential is the previous version, which is not accepted since 2/);
      expect(why).not.toContain(secretOf(1));
      expect(credential.whyRefused(3)).toBe('The credential is missing or wrong.');
    });

    test('each use before is counted, with the time when it ends; a use of the current one is not', async () => {
      const credential = await opened('uses', json(1), { previousTtl: HOUR });
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

    test('the same value put again is the current one, and stays', async () => {
      const credential = await opened('same-value', json(1));
      await credential.put(` ${json(1)}`);

      credential.accepted();
      expect(credential.uses).toEqual([]);
      credential.wait(25 * HOUR);
      expect(credential.accepted()).toEqual([1]);
    });
  });

  describe('a rollback', () => {
    test('both pass from when the task saw it', async () => {
      const credential = await opened('rolled-back', json(1));
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

    test('and forward again: both pass from then', async () => {
      const credential = await opened('rolled-forward', json(1));
      await credential.put(json(2));
      await credential.rollBack();
      credential.wait(30 * HOUR);

      await credential.rollBack();

      expect(credential.accepted()).toEqual([1, 2]);
      credential.wait(24 * HOUR);
      expect(credential.accepted()).toEqual([2]);
    });

    test('with 0, only the one that is current passes', async () => {
      const credential = await opened('rolled-back-at-once', json(1), { previousTtl: 0 });
      await credential.put(json(2));

      await credential.rollBack();

      expect(credential.accepted()).toEqual([1]);
    });
  });

  test('a new version with a mistake: the one before has no end, as nothing has replaced it', async () => {
    const credential = await opened('mistake-for-days', json(1));
    await credential.put(json(2));

    await credential.put('{ "scheme": "bearer" }');
    credential.wait(100 * HOUR);
    await credential.refresh();

    expect(credential.accepted()).toEqual([2]);
    expect(credential.errors).toHaveLength(2);
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

    credential.wait(24 * HOUR);
    expect(credential.authenticator.challenge).toBe('ApiKey realm="risk-gate"');
    expect(credential.accepted()).toEqual([]);
  });

  test('from an API key to OAuth2: both are accepted, and a mistake in the issuer is reported', async () => {
    const rsa = await signingKey('rsa');
    const issuer = await startIssuer([rsa]);
    const credential = await opened('oauth2', json(1));
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

    // The end of the previous one comes without a word of Secrets Manager.
    credential.wait(24 * HOUR);
    await credential.refresh();
    expect(credential.accepted()).toEqual([2]);
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
