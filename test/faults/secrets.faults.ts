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
import { FROM_MEMORY, KNOWN_NOW, prepare, until } from './states.ts';
import { startWorld, type World } from './world.ts';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

const credentialWith = (secret: string) => JSON.stringify({ ...JSON.parse(CREDENTIAL), secret });

/** All that is put into secrets in this run; none of it may be logged. */
const SECRETS = new Set([SECRET, ABUSEIPDB_KEY]);
const secret = (text: string) => {
  SECRETS.add(text);
  return text;
};

describeWithMoto('Secrets Manager', () => {
  let moto: Moto;
  let line: TcpProxy;
  let client: SecretsManagerClient;
  let arns: { readonly credential: string; readonly key: string };

  const put = (arn: string, text: string) =>
    client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }));
  const create = async (name: string, text: string) => {
    const command = new CreateSecretCommand({ Name: name, SecretString: text });
    return (await client.send(command)).ARN ?? '';
  };
  const settings = () => ({
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${line.port}`,
    ACTION_CREDENTIAL: '',
    ACTION_CREDENTIAL_SECRET_ARN: arns.credential,
    ABUSEIPDB_API_KEY: '',
    ABUSEIPDB_SECRET_ARN: arns.key,
    SECRETS_REFRESH_INTERVAL: '1s',
  });

  beforeAll(async () => {
    moto = await startMoto();
    line = await startTcpProxy(Number(new URL(moto.endpoint).port));
    const { endpoint } = moto;
    client = new SecretsManagerClient({ endpoint, region: 'eu-west-1', credentials: CREDENTIALS });
    arns = {
      credential: await create('credential', CREDENTIAL),
      key: await create('key', ABUSEIPDB_KEY),
    };
  });

  afterAll(async () => {
    client.destroy();
    await line.close();
    await moto.stop();
  });

  describe('down at start: the service ends with a sentence, and starts once it is up', () => {
    test.each<[string, Line]>([
      ['it refuses connections', { kind: 'refuse' }],
      ['it hangs', { kind: 'black-hole' }],
      ['it resets', { kind: 'reset' }],
    ])('%s', async (_, change) => {
      await line.set(change);
      const start = performance.now();
      const service = startBuilt({ ...settings(), REPUTATION_TABLE: 'reputation' });
      expect(await service.exited).toBe(1);
      expect(performance.now() - start).toBeLessThan(15_000);
      expect(service.stderr()).toContain(`The secret ${arns.credential} could not be read`);
      expect(service.stderr()).toContain(`The secret ${arns.key} could not be read`);
      expect(service.stderr().trim().split('\n')).toHaveLength(2);
      await line.set({ kind: 'pass' });
      const world = await startWorld(settings());
      expect(await world.service.ask(world.newAddress())).toMatchObject(KNOWN_NOW);
      await world.stop();
    });
  });

  test('malformed at start: the service ends with a sentence that says which', async () => {
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
    /** The credential that is in force. */
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
      await world.service.ask(world.newAddress(), current);
      return world.simulator.checks.at(-1)?.key === key;
    };
    const comesInForce = async (name: string) => {
      await until(() => accepts(current), 'the new credential passes');
      await until(() => usesKey(`${name}-key-of-abuseipdb`), 'the new key is used');
    };

    const malformed = async () => {
      await put(arns.credential, secret('{"scheme":"api-key","secret":"half-a-secret'));
      await put(arns.key, secret('{"apiKey":"half-a-key'));
    };
    const cases: readonly (readonly [string, string, () => Promise<unknown>])[] = [
      ['down', 'refused', () => line.set({ kind: 'refuse' })],
      ['hanging', 'hung', () => line.set({ kind: 'black-hole' })],
      ['resetting', 'reset', () => line.set({ kind: 'reset' })],
      ['malformed', 'mended', malformed],
    ];

    describe.each(cases)('%s', (_, name, begin) => {
      // What was read last goes on to count.
      let inForce = '';
      beforeAll(() => {
        inForce = current;
      });
      testEachState(() => world, {
        async begin({ service }) {
          const saidBefore = service.process.stdout().length;
          await begin();
          const failed = async () => {
            const said = service.process.stdout().slice(saidBefore);
            return ['ACTION_CREDENTIAL', 'ABUSEIPDB'].every((setting) =>
              said.includes(`"event":"secret-refresh-failed","secret":"${setting}_SECRET_ARN"`),
            );
          };
          await until(failed, 'the log says that both refreshes failed');
        },
        expected: { cold: KNOWN_NOW, 'cached fresh': FROM_MEMORY, 'cached stale': KNOWN_NOW },
        secret: () => inForce,
      });
      afterAll(() => line.set({ kind: 'pass' }));

      test('nobody else gets in', async () => {
        expect(await world.service.statusWith('half-a-secret')).toBe(401);
      });

      test('once it ends, new secrets come into force without a restart', async () => {
        await line.set({ kind: 'pass' });
        await rotate(name);
        await comesInForce(name);
      });
    });

    test('rotated: the old one passes beside the new one, until it is rotated again', async () => {
      await rotate('first');
      await comesInForce('first');
      const first = current;
      await rotate('second');
      await comesInForce('second');
      expect(await accepts(first)).toBe(true);
      await rotate('third');
      await comesInForce('third');
      expect(await accepts(first)).toBe(false);
    });

    test('rotated: what was known of addresses is still known', async () => {
      const addresses = await prepare(world, current);
      await rotate('fourth');
      await comesInForce('fourth');
      const [fresh = ''] = addresses['cached fresh'];
      expect(await world.service.ask(fresh, current)).toMatchObject(FROM_MEMORY);
      const [stale = ''] = addresses['cached stale'];
      expect(await world.service.ask(stale, current)).toMatchObject(KNOWN_NOW);
    });

    test('no secret of this run has been logged', () => {
      const said = world.service.process.stdout() + world.service.process.stderr();
      for (const text of SECRETS) expect(said).not.toContain(text);
      for (const part of ['half-a-secret', 'half-a-key']) expect(said).not.toContain(part);
    });
  });
});
