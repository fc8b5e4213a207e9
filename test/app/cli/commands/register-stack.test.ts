import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  API_ENVIRONMENT,
  closeWorlds,
  type RegistrationWorld,
  registrationWorld,
} from '../../../support/identity-server.ts';
import { describeWithMoto, PATIENT_CLIENT, sharedMoto } from '../../../support/moto.ts';

const REGION = 'eu-west-1';
const FIRST_SECRET = 'first-secret-0123456789';
/** Tasks read the secret every five minutes. */
const REFRESH_MS = 5 * 60_000;

describeWithMoto('with a stack', () => {
  let secrets: SecretsManagerClient;
  let stacks: CloudFormationClient;
  let count = 0;

  beforeAll(async () => {
    const endpoint = await sharedMoto();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    const options = { endpoint, region: REGION, requestHandler: PATIENT_CLIENT };
    secrets = new SecretsManagerClient(options);
    stacks = new CloudFormationClient(options);
  });
  afterAll(() => {
    secrets.destroy();
    stacks.destroy();
  });
  afterEach(closeWorlds);

  interface StackWorld extends RegistrationWorld {
    readonly arn: string;
    /** Runs a command with this stack. */
    readonly runWithStack: RegistrationWorld['run'];
    secretOf(stage: string): Promise<string>;
  }

  async function deploy(outputs: Record<string, string> = {}): Promise<StackWorld> {
    const world = await registrationWorld();
    count += 1;
    const stack = `RiskGateRegister${count}`;
    const value = { scheme: 'api-key', header: 'x-api-key', secret: FIRST_SECRET };
    const id = `${stack}/credential`;
    const create = new CreateSecretCommand({ Name: id, SecretString: JSON.stringify(value) });
    const { ARN } = await secrets.send(create);
    const all: Record<string, unknown> = {
      ActionEndpoint: world.gate.url,
      ActionCredentialSecretArn: ARN ?? '',
      ActionAllowedHeaders: 'x-client-source-ip,x-tier',
      ActionAllowedParameters: 'device',
      CredentialPreviousTtl: '24h',
      ...outputs,
    };
    const template = {
      // A template must have a resource.
      Resources: { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
      Outputs: Object.fromEntries(
        Object.entries(all)
          .filter(([, Value]) => Value !== '')
          .map(([name, Value]) => [name, { Value }]),
      ),
    };
    await stacks.send(
      new CreateStackCommand({ StackName: stack, TemplateBody: JSON.stringify(template) }),
    );
    const secretOf = async (stage: string) => {
      const command = new GetSecretValueCommand({ SecretId: id, VersionStage: stage });
      const { SecretString = '{}' } = await secrets.send(command);
      return JSON.parse(SecretString).secret as string;
    };
    world.gate.tasks = [() => [FIRST_SECRET]];
    return {
      ...world,
      arn: id,
      secretOf,
      runWithStack: (args, options) =>
        world.run(
          `${args} --organization acme --api-origin ${world.api.origin} --stack ${stack} --region ${REGION}`,
          {
            isBare: true,
            environment: { ...API_ENVIRONMENT, ACTION_CREDENTIAL: undefined },
            ...options,
          },
        ),
    };
  }

  const storedSecret = ({ api }: RegistrationWorld) => api.actions[0]?.authentication.secret.value;

  /**
   * Lets the tasks read the secret as the service does: every five minutes, each at another time, while the previous
   * version stays accepted. Counts, at each wait, the tasks that reject what the identity server sends.
   */
  function followSecret(world: StackWorld, offsets: readonly number[]): { rejected: number } {
    const { clock, gate, hooks } = world;
    const versions = [{ at: 0, secret: FIRST_SECRET }];
    const observed = { rejected: 0 };
    gate.tasks = offsets.map((offset) => () => {
      const readAt = Math.floor((clock.now - offset) / REFRESH_MS) * REFRESH_MS + offset;
      const known = versions.filter(({ at }) => at <= readAt);
      return known.slice(-2).map(({ secret }) => secret);
    });
    hooks.beforeSleep = async () => {
      const current = await world.secretOf('AWSCURRENT');
      if (versions.at(-1)?.secret !== current) versions.push({ at: clock.now, secret: current });
      const sent = storedSecret(world) ?? '';
      observed.rejected += gate.tasks.filter((task) => !task().includes(sent)).length;
    };
    return observed;
  }

  const put = (world: StackWorld, secret: string) =>
    secrets.send(
      new PutSecretValueCommand({
        SecretId: world.arn,
        SecretString: JSON.stringify({ scheme: 'api-key', header: 'x-api-key', secret }),
      }),
    );

  /** Returns the tags that note which version an action has, with `current` in place of its id. */
  async function notesOf(world: StackWorld): Promise<Record<string, string>> {
    const command = new DescribeSecretCommand({ SecretId: world.arn });
    const { VersionIdsToStages = {}, Tags = [] } = await secrets.send(command);
    const stageOf = (id = '') => VersionIdsToStages[id]?.[0] ?? 'another version';
    return Object.fromEntries(Tags.map(({ Key = '', Value }) => [Key, stageOf(Value)]));
  }

  async function registered(outputs: Record<string, string> = {}): Promise<StackWorld> {
    const world = await deploy(outputs);
    expect(await world.runWithStack('register')).toMatchObject({ exitCode: 0, errors: '' });
    return world;
  }

  test('endpoint, credential and names come from there', async () => {
    const world = await registered();
    expect(world.api.actions).toMatchObject([
      {
        uri: world.gate.url,
        status: 'ACTIVE',
        allowedHeaders: ['x-client-source-ip', 'x-tier'],
        allowedParameters: ['device'],
      },
    ]);
    expect(storedSecret(world)).toBe(FIRST_SECRET);
    expect((await world.runWithStack('register')).output).toMatch(/^Nothing to change/);
    const host = world.api.origin.slice('http://'.length);
    expect(await notesOf(world)).toEqual({ [`risk-gate:action:${host}/t/acme`]: 'AWSCURRENT' });
  });

  test('a secret that was changed without the action is sent', async () => {
    const world = await registered();
    await put(world, 'second-secret-0123456789');
    world.gate.tasks = [() => ['second-secret-0123456789']];
    const plan = await world.runWithStack('register --plan');
    expect([plan.exitCode, plan.output]).toEqual([1, expect.stringContaining('••• (sent again)')]);
    // The emulator has the clock of this machine, which is ahead.
    const early = await world.runWithStack('register');
    expect(early.errors).toContain('The secret was changed less than six minutes ago');
    expect(storedSecret(world)).toBe(FIRST_SECRET);
    world.clock.now = Date.parse('2100-01-01T00:00:00Z');
    expect((await world.runWithStack('register')).exitCode).toBe(0);
    expect(storedSecret(world)).toBe('second-secret-0123456789');
    expect((await world.runWithStack('register')).output).toMatch(/^Nothing to change/);
  });

  describe('rotate', () => {
    const OFFSETS = [0, 100_000, 299_000];

    test('gives the action a new secret, and rejects no call', async () => {
      const world = await registered();
      const observed = followSecret(world, OFFSETS);
      const started = world.clock.now;
      const rotated = await world.runWithStack('register --rotate', {
        isTTY: true,
        environment: { ...API_ENVIRONMENT, ACTION_CREDENTIAL: undefined, NO_COLOR: '1' },
      });
      expect(rotated.exitCode).toBe(0);
      expect(rotated.errors).toContain('Waiting until every task has read the secret');
      // Ctrl-C could not show the cursor again, or turn on line breaks.
      expect(rotated.errors).not.toMatch(/\[\?(?:25|7)l/);
      expect(rotated.output).toBe(
        'Rotated the credential of the action "Risk Gate" of the organization acme.\nThe tasks accept the previous secret for 24h, from when the new one was stored.\n',
      );
      const current = await world.secretOf('AWSCURRENT');
      expect(current).toMatch(/^[A-Za-z0-9]{48}$/);
      expect(storedSecret(world)).toBe(current);
      expect(await world.secretOf('AWSPREVIOUS')).toBe(FIRST_SECRET);
      expect(observed.rejected).toBe(0);
      expect(world.clock.now - started).toBeGreaterThanOrEqual(REFRESH_MS);
      expect(new Set(world.gate.tests)).toEqual(new Set(['verify']));
      expect(world.api.actions).toMatchObject([{ status: 'ACTIVE' }]);
      // All tasks accept what the action has now.
      expect(world.gate.tasks.every((task) => task().includes(current))).toBe(true);
      expect((await world.runWithStack('register')).output).toMatch(/^Nothing to change/);
    });

    test('a plan shows the steps', async () => {
      const world = await registered();
      const { exitCode, output } = await world.runWithStack('register --rotate --plan');
      expect(exitCode).toBe(1);
      expect(output).toContain(
        '  1. store a new version of the secret\n  2. wait 6 minutes, until every task has read it and 20 test requests in a row succeed\n  3. change the credential of the action\n',
      );
      expect(await world.secretOf('AWSCURRENT')).toBe(FIRST_SECRET);
    });

    test('of two runs at the same time, one stores a new version, and no call is rejected', async () => {
      const world = await registered();
      const observed = followSecret(world, OFFSETS);
      const runs = await Promise.all([1, 2].map(() => world.runWithStack('register --rotate')));
      expect(runs.some(({ exitCode }) => exitCode === 0)).toBe(true);
      for (const { exitCode, errors } of runs) {
        if (exitCode !== 0) expect(errors).toContain('Another run has just stored a new version');
      }
      expect(await world.secretOf('AWSPREVIOUS')).toBe(FIRST_SECRET);
      expect(storedSecret(world)).toBe(await world.secretOf('AWSCURRENT'));
      expect(observed.rejected).toBe(0);
    });

    test('is continued when the action could not be changed', async () => {
      const world = await registered();
      const observed = followSecret(world, OFFSETS);
      world.api.fail({ kind: 'status', status: 503 }, { method: 'PATCH', times: 3 });
      const failed = await world.runWithStack('register --rotate');
      expect([failed.exitCode, storedSecret(world)]).toEqual([1, FIRST_SECRET]);
      const begun = await world.secretOf('AWSCURRENT');
      const finished = await world.runWithStack('register --rotate');
      expect(finished.output).toMatch(/^Finished rotating/);
      expect([await world.secretOf('AWSCURRENT'), storedSecret(world)]).toEqual([begun, begun]);
      expect(observed.rejected).toBe(0);
    });

    test('is continued when a task did not accept the new version in time', async () => {
      const world = await registered();
      followSecret(world, OFFSETS);
      const stuck = () => [FIRST_SECRET];
      world.gate.tasks.push(stuck);
      const failed = await world.runWithStack('register --rotate');
      expect(failed.exitCode).toBe(1);
      expect(failed.errors).toContain(
        'The action keeps the previous secret, which the tasks accept as well, because a task still rejects the new version',
      );
      expect(storedSecret(world)).toBe(FIRST_SECRET);
      world.gate.tasks.pop();
      expect((await world.runWithStack('register --rotate')).output).toMatch(/^Finished rotating/);
      expect(storedSecret(world)).toBe(await world.secretOf('AWSCURRENT'));
    });

    test('first finishes one that was begun by hand, as a third version would reject the action', async () => {
      const world = await registered();
      const observed = followSecret(world, OFFSETS);
      await put(world, 'by-hand-secret-0123456789');
      expect((await world.runWithStack('register --rotate')).output).toMatch(/^Finished rotating/);
      expect(storedSecret(world)).toBe('by-hand-secret-0123456789');
      expect((await world.runWithStack('register --rotate')).output).toMatch(/^Rotated/);
      expect(await world.secretOf('AWSPREVIOUS')).toBe('by-hand-secret-0123456789');
      expect(observed.rejected).toBe(0);
    });

    test('of an action that was registered by hand first gives it the present version', async () => {
      const world = await deploy();
      const observed = followSecret(world, OFFSETS);
      const credential = JSON.stringify({
        scheme: 'api-key',
        header: 'x-api-key',
        secret: FIRST_SECRET,
      });
      const registration = await world.run('register', {
        environment: { ACTION_CREDENTIAL: credential },
      });
      expect(registration.exitCode).toBe(0);
      await put(world, 'by-hand-secret-0123456789');
      const plan = await world.runWithStack('register --rotate --plan');
      expect(plan.output).toContain('1. change the action to the present version of the secret');
      expect((await world.runWithStack('register --rotate')).output).toMatch(/^Rotated/);
      expect(await world.secretOf('AWSPREVIOUS')).toBe('by-hand-secret-0123456789');
      expect(storedSecret(world)).toBe(await world.secretOf('AWSCURRENT'));
      expect(observed.rejected).toBe(0);
    });

    test.each(['0', '10m'])(
      'is refused if the previous version is accepted for %s',
      async (ttl) => {
        const world = await registered({ CredentialPreviousTtl: ttl });
        const { exitCode, errors } = await world.runWithStack('register --rotate');
        expect(exitCode).toBe(1);
        expect(errors).toContain('set credentialPreviousTtl to 20m or more and deploy');
        expect(await world.secretOf('AWSCURRENT')).toBe(FIRST_SECRET);
      },
    );

    test('is refused while the action of another identity server has an earlier version', async () => {
      const world = await registered();
      followSecret(world, OFFSETS);
      const other = await registrationWorld();
      const line = world.arn.split('/')[0];
      const args = `register --organization acme --api-origin ${other.api.origin} --stack ${line} --region ${REGION}`;
      const options = {
        isBare: true,
        environment: { ...API_ENVIRONMENT, ACTION_CREDENTIAL: undefined },
      };
      expect((await other.run(args, options)).exitCode).toBe(0);
      expect((await world.runWithStack('register --rotate')).exitCode).toBe(0);
      const second = await world.runWithStack('register --rotate');
      expect(second.errors).toContain(
        `The action of ${other.api.origin.slice('http://'.length)}/t/acme still has an earlier version of the secret`,
      );
      other.gate.tasks = world.gate.tasks;
      const followed = await other.run(`${args} --rotate`, options);
      expect(followed.output).toMatch(/^Finished rotating/);
      expect((await world.runWithStack('register --rotate')).exitCode).toBe(0);
    });

    test('needs an action', async () => {
      const world = await deploy();
      const { errors } = await world.runWithStack('register --rotate');
      expect(errors).toContain(
        'There is no action of Risk Gate in the organization acme whose credential',
      );
    });
  });

  test.each([
    [
      'ActionAllowedHeaders',
      'has no output ActionAllowedHeaders: name the stack of Risk Gate with --stack, or deploy it again.',
    ],
    ['ActionEndpoint', 'has no output ActionEndpoint'],
  ])('a stack without the output %s', async (name, message) => {
    const world = await deploy({ [name]: '' });
    const { exitCode, errors } = await world.runWithStack('register');
    expect([exitCode, errors]).toEqual([1, expect.stringContaining(message)]);
    expect(world.api.actions).toEqual([]);
  });
});
