import {
  CreateSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { createSecretsClient } from '../../app/src/secrets/client.ts';
import { parseSignatureSecret, signAddress } from '../../app/src/signals/address/signature.ts';
import { sumOf } from '../support/emf.ts';
import { describeWithMoto, PATIENT_CLIENT, sharedMoto } from '../support/moto.ts';
import { payloadFrom } from '../support/payloads.ts';
import { type RunningService, startTestService } from '../support/running-service.ts';

const HOUR = 3_600_000;
const OLD = 'the-old-credential-0123456789';
const NEW = 'the-new-credential-0123456789';
const json = (secret: string) => JSON.stringify({ scheme: 'api-key', header: 'x-api-key', secret });

/** Environment variables with which the SDK finds the emulator. */
const AWS = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const ENDPOINT = 'AWS_ENDPOINT_URL_SECRETS_MANAGER';

let moto: string;
let client: SecretsManagerClient;
let time: number;
let service: RunningService | undefined;
const environment = { ...process.env };

/** Starts a service after a rotation from OLD to NEW. */
async function startAfterRotation(name: string, settings: Record<string, string> = {}) {
  const { ARN = '' } = await client.send(
    new CreateSecretCommand({ Name: `rotation/${name}`, SecretString: json(OLD) }),
  );
  await client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: json(NEW) }));
  time = Date.now();
  service = await startTestService({
    now: () => time,
    settings: { ACTION_CREDENTIAL: '', ACTION_CREDENTIAL_SECRET_ARN: ARN, ...settings },
  });
  return service;
}

/** Calls the action with a credential, and returns status and body. */
async function call(running: RunningService, secret: string): Promise<[number, string]> {
  const response = await running.post(payloadFrom('9.9.9.9'), { 'x-api-key': secret });
  return [response.status, await response.text()];
}

/** Returns a request with an address that an edge has signed. */
function signedPayload(address: string, secret: string, at: number): string {
  const request = JSON.parse(payloadFrom(address));
  const signature = signAddress(parseSignatureSecret(secret, 'The test'), address, at);
  request.event.request.additionalHeaders.push({
    name: 'x-client-source-ip-signature',
    value: [signature],
  });
  return JSON.stringify(request);
}

/** Returns the log lines of an event. */
function logged({ lines }: RunningService, event: string): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);
}

describeWithMoto('after a rotation', () => {
  beforeAll(async () => {
    moto = await sharedMoto();
    for (const name of AWS) process.env[name] = name === 'AWS_REGION' ? 'us-east-1' : 'testing';
    process.env[ENDPOINT] = moto;
    client = createSecretsClient(PATIENT_CLIENT);
  });

  afterEach(async () => {
    await service?.stop();
    service = undefined;
  });

  afterAll(() => {
    client.destroy();
    for (const name of [...AWS, ENDPOINT]) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
  });

  test('the previous credential is accepted, and the log says until when', async () => {
    const running = await startAfterRotation('used', { CREDENTIAL_PREVIOUS_TTL: '1h' });

    expect((await call(running, OLD))[0]).toBe(200);
    expect((await call(running, OLD))[0]).toBe(200);
    expect((await call(running, NEW))[0]).toBe(200);

    const [line, ...more] = logged(running, 'previous-credential-used');
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      level: 'warn',
      secret: 'ACTION_CREDENTIAL_SECRET_ARN',
      count: 1,
    });
    const endsAt = Date.parse(String(line?.ends_at));
    // CreatedDate has whole seconds in the emulator, and the secret may have been created a second earlier.
    expect(endsAt).toBeLessThanOrEqual(time + HOUR);
    expect(endsAt).toBeGreaterThan(time + HOUR / 2);
    await running.stop();
    service = undefined;
    expect(sumOf(running.lines, 'PreviousCredentialUsed')).toBe(2);
    expect(sumOf(running.lines, 'AuthenticationFailures')).toBe(0);
  });

  test('the previous secret of signed addresses is accepted likewise', async () => {
    const { ARN = '' } = await client.send(
      new CreateSecretCommand({ Name: 'rotation/signature', SecretString: OLD }),
    );
    await client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: NEW }));
    time = Date.now();
    const running = await startTestService({
      now: () => time,
      settings: { ADDRESS_SIGNATURE_SECRET_ARN: ARN, CREDENTIAL_PREVIOUS_TTL: '1h' },
    });
    service = running;
    const refusedBy = async (secret: string) => {
      await running.post(signedPayload('9.9.9.9', secret, time));
      return running.decisions().at(-1)?.refused_by;
    };

    expect(await refusedBy(NEW)).toBeUndefined();
    expect(logged(running, 'previous-credential-used')).toEqual([]);
    expect(await refusedBy(OLD)).toBeUndefined();
    expect(logged(running, 'previous-credential-used')).toMatchObject([
      { secret: 'ADDRESS_SIGNATURE_SECRET_ARN' },
    ]);
    time += HOUR + 1000;
    expect(await refusedBy(OLD)).toBe('unknown.address');
    expect(await refusedBy(NEW)).toBeUndefined();

    await running.stop();
    service = undefined;
    expect(sumOf(running.lines, 'PreviousCredentialUsed')).toBe(1);
  });

  test('the previous credential is rejected after its expiry, with its own reason in the log', async () => {
    const running = await startAfterRotation('ended');
    const wrong = await call(running, 'no-credential-0123456789');

    time += 24 * HOUR;

    expect(await call(running, OLD)).toEqual(wrong);
    expect(wrong[0]).toBe(401);
    expect((await call(running, NEW))[0]).toBe(200);
    const whys = logged(running, 'rejected').map(({ why }) => why);
    expect(whys).toEqual([
      'The credential is missing or wrong.',
      expect.stringMatching(
        /^The credential is the previous version, which is not accepted since /,
      ),
    ]);
    await running.stop();
    service = undefined;
    expect(sumOf(running.lines, 'PreviousCredentialUsed')).toBe(0);
    expect(sumOf(running.lines, 'AuthenticationFailures')).toBe(2);
    expect(running.lines.join()).not.toContain(OLD);
  });

  test.each([
    ['0', [401, 200]],
    ['24h', [200, 200]],
  ])('CREDENTIAL_PREVIOUS_TTL=%s applies', async (ttl, statuses) => {
    const running = await startAfterRotation(`ttl-${ttl}`, { CREDENTIAL_PREVIOUS_TTL: ttl });

    const [old] = await call(running, OLD);
    const [current] = await call(running, NEW);

    expect([old, current]).toEqual(statuses);
  });

  test.each([
    ['4m', 1],
    ['10m', 0],
    ['0', 0],
  ])(
    'with CREDENTIAL_PREVIOUS_TTL=%s and a refresh every 5m the service logs %d warnings at startup',
    async (ttl, warnings) => {
      const running = await startAfterRotation(`warned-${ttl}`, { CREDENTIAL_PREVIOUS_TTL: ttl });

      expect(logged(running, 'previous-credential-ends-early')).toHaveLength(warnings);
    },
  );
});
