import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { describeWithMoto, type Moto, startMoto } from '../support/moto.ts';
import { ABUSEIPDB_KEY, CREDENTIAL, SECRET } from '../support/running-service.ts';
import { type Line, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { testEachState } from './matrix.ts';
import { startBuilt } from './service.ts';
import { FROM_ABUSEIPDB, FROM_MEMORY, prepareAddresses, waitUntil } from './states.ts';
import { startWorld, type World } from './world.ts';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

const credentialWith = (secret: string) => JSON.stringify({ ...JSON.parse(CREDENTIAL), secret });

/** Every secret of this run; none of them may be logged. */
const SECRETS = new Set([SECRET, ABUSEIPDB_KEY]);
const secret = (text: string) => {
  SECRETS.add(text);
  return text;
};

describeWithMoto('Secrets Manager', () => {
  let moto: Moto;
  let proxy: TcpProxy;
  let client: SecretsManagerClient;
  let arns: { readonly credential: string; readonly key: string };

  const put = (arn: string, text: string) =>
    client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }));
  const create = async (name: string, text: string) => {
    const command = new CreateSecretCommand({ Name: name, SecretString: text });
    return (await client.send(command)).ARN ?? '';
  };
  const settings = () => ({
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${proxy.port}`,
    ACTION_CREDENTIAL: '',
    ACTION_CREDENTIAL_SECRET_ARN: arns.credential,
    ABUSEIPDB_API_KEY: '',
    ABUSEIPDB_SECRET_ARN: arns.key,
    SECRETS_REFRESH_INTERVAL: '1s',
  });

  beforeAll(async () => {
    moto = await startMoto();
    proxy = await startTcpProxy(Number(new URL(moto.endpoint).port));
    const { endpoint } = moto;
    client = new SecretsManagerClient({ endpoint, region: 'eu-west-1', credentials: CREDENTIALS });
    arns = {
      credential: await create('credential', CREDENTIAL),
      key: await create('key', ABUSEIPDB_KEY),
    };
  });

  afterAll(async () => {
    client.destroy();
    await proxy.close();
    await moto.stop();
  });

  describe('unavailable at start-up: the service exits with error messages, and starts later', () => {
    test.each<[string, Line]>([
      ['it refuses connections', { kind: 'refuse' }],
      ['it hangs', { kind: 'black-hole' }],
      ['it resets', { kind: 'reset' }],
    ])('%s', async (_, change) => {
      await proxy.set(change);
      const service = startBuilt({ ...settings(), REPUTATION_TABLE: 'reputation' });
      expect(await service.exited).toBe(1);
      expect(service.stderr()).toContain(`The secret ${arns.credential} could not be read`);
      expect(service.stderr()).toContain(`The secret ${arns.key} could not be read`);
      expect(service.stderr().trim().split('\n')).toHaveLength(2);
      await proxy.set({ kind: 'pass' });
      const world = await startWorld(settings());
      expect(await world.service.requestDecision(world.newAddress())).toMatchObject(FROM_ABUSEIPDB);
      await world.stop();
    });
  });

  test('malformed at start-up: the service exits with an error message that names the secret', async () => {
    const broken = secret('{"scheme":"api-key","secret":"never-to-be-logged');
    const arn = await create('broken', broken);
    const changes = { ACTION_CREDENTIAL_SECRET_ARN: arn, REPUTATION_TABLE: 'reputation' };
    const service = startBuilt({ ...settings(), ...changes });
    expect(await service.exited).toBe(1);
    expect(service.stderr()).toContain(`The current version of the secret ${arn} is not JSON`);
    expect(service.stderr()).not.toContain('never-to-be-logged');
  });

  describe('while the service runs', () => {
    let world: World;
    /** The credential that the service should accept. */
    let current = SECRET;

    beforeAll(async () => {
      world = await startWorld(settings());
    });

    afterAll(() => world.stop());

    const rotate = async (name: string) => {
      current = secret(`${name}-credential-of-the-caller`);
      await put(arns.credential, credentialWith(current));
      await put(arns.key, secret(`${name}-key-of-abuseipdb`));
    };
    const accepts = async (text: string) => (await world.service.statusWith(text)) === 200;
    const usesKey = async (key: string) => {
      await world.service.requestDecision(world.newAddress(), current);
      return world.simulator.checks.at(-1)?.key === key;
    };
    const expectInUse = async (name: string) => {
      await waitUntil(() => accepts(current), 'the new credential is accepted');
      await waitUntil(() => usesKey(`${name}-key-of-abuseipdb`), 'the new key is used');
    };

    const malformed = async () => {
      await put(arns.credential, secret('{"scheme":"api-key","secret":"half-a-secret'));
      await put(arns.key, secret('{"apiKey":"half-a-key'));
    };
    const cases: readonly (readonly [string, string, () => Promise<unknown>])[] = [
      ['down', 'refused', () => proxy.set({ kind: 'refuse' })],
      ['hanging', 'hung', () => proxy.set({ kind: 'black-hole' })],
      ['resetting', 'reset', () => proxy.set({ kind: 'reset' })],
      ['malformed', 'corrected', malformed],
    ];

    describe.each(cases)('%s', (_, name, begin) => {
      // The last values that were read remain in use.
      let lastCredential = '';
      beforeAll(() => {
        lastCredential = current;
      });
      testEachState(() => world, {
        async begin({ service }) {
          const start = service.process.stdout().length;
          await begin();
          const haveFailed = async () => {
            const output = service.process.stdout().slice(start);
            return ['ACTION_CREDENTIAL', 'ABUSEIPDB'].every((setting) =>
              output.includes(`"event":"secret-refresh-failed","secret":"${setting}_SECRET_ARN"`),
            );
          };
          await waitUntil(haveFailed, 'both refreshes have failed');
        },
        expected: {
          cold: FROM_ABUSEIPDB,
          'cached fresh': FROM_MEMORY,
          'cached stale': FROM_ABUSEIPDB,
        },
        secret: () => lastCredential,
      });
      afterAll(() => proxy.set({ kind: 'pass' }));

      test('other credentials are rejected', async () => {
        expect(await world.service.statusWith('half-a-secret')).toBe(401);
      });

      test('after the fault, new secrets are used without a restart', async () => {
        await proxy.set({ kind: 'pass' });
        await rotate(name);
        await expectInUse(name);
      });
    });

    test('rotated: the previous credential is accepted until the next rotation', async () => {
      await rotate('first');
      await expectInUse('first');
      const first = current;
      await rotate('second');
      await expectInUse('second');
      expect(await accepts(first)).toBe(true);
      await rotate('third');
      await expectInUse('third');
      expect(await accepts(first)).toBe(false);
    });

    test('rotated: the reputation cache is kept', async () => {
      const addresses = await prepareAddresses(world, current);
      await rotate('fourth');
      await expectInUse('fourth');
      const [fresh = ''] = addresses['cached fresh'];
      expect(await world.service.requestDecision(fresh, current)).toMatchObject(FROM_MEMORY);
      const [stale = ''] = addresses['cached stale'];
      expect(await world.service.requestDecision(stale, current)).toMatchObject(FROM_ABUSEIPDB);
    });

    test('no secret of this run has been logged', () => {
      const output = world.service.process.stdout() + world.service.process.stderr();
      for (const text of SECRETS) expect(output).not.toContain(text);
      for (const part of ['half-a-secret', 'half-a-key']) expect(output).not.toContain(part);
    });
  });
});
