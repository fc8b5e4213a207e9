import { readFileSync } from 'node:fs';
import { parseCredential } from '../../app/src/credential/credential.ts';
import { parseApiKey } from '../../app/src/secrets/api-key.ts';
import { parseSignatureSecret } from '../../app/src/signals/address/signature.ts';
import { containerOf, variableOf } from '../support/container.ts';
import {
  type Configuration,
  CREDENTIAL_ARN,
  KEY_ARN,
  MODES,
  SIGNATURE_ARN,
  synthesize,
  synthesizeNow,
  target,
} from '../support/stack.ts';

interface Secret {
  readonly SecretString?: string;
  readonly GenerateSecretString?: {
    readonly SecretStringTemplate?: string;
    readonly GenerateStringKey?: string;
    readonly PasswordLength: number;
    readonly ExcludePunctuation: boolean;
  };
}

const SECRET = 'AWS::SecretsManager::Secret';

test('An upgrade from 0.1.0 keeps every value: CloudFormation generates another when these properties change', () => {
  const file = new URL('../deploy/data/0.1.0/cloudfront.json', import.meta.url);
  const { Resources } = JSON.parse(readFileSync(file, 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: Secret }>;
  };
  const before = Object.entries(Resources)
    .filter(([, { Type }]) => Type === SECRET)
    .map(([id, { Properties }]) => [id, sourceOf(Properties)]);
  expect(before).toHaveLength(2);
  const now = synthesize().resources<Secret>(SECRET);
  expect(now.map(({ id, Properties }) => [id, sourceOf(Properties)])).toEqual(before);
});

/** The properties from which CloudFormation makes the value of a secret. */
const sourceOf = ({ SecretString, GenerateSecretString }: Secret) => ({
  SecretString,
  GenerateSecretString,
});

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesize(mode);

  test('generates a credential that the service accepts', () => {
    const [generated, ...others] = stack()
      .resources<Secret>(SECRET)
      .flatMap(({ Properties }) => Properties.GenerateSecretString ?? []);
    expect(others).toEqual([]);
    const { SecretStringTemplate: template, GenerateStringKey: name } = generated ?? {};
    if (generated === undefined || template === undefined || name === undefined) {
      throw new Error('No secret is generated from a template.');
    }
    expect(generated.PasswordLength).toBeGreaterThanOrEqual(32);
    // Letters and digits need no escaping in forms and shells.
    expect(generated.ExcludePunctuation).toBe(true);
    const json = JSON.stringify({
      ...JSON.parse(template),
      [name]: 'k'.repeat(generated.PasswordLength),
    });
    expect(parseCredential(json, 'The test')).toMatchObject({
      scheme: 'api-key',
      header: 'x-api-key',
    });
  });

  test('the only secret value in the template is a placeholder, with which the service starts', () => {
    const texts = stack()
      .resources<Secret>(SECRET)
      .flatMap(({ Properties }) => Properties.SecretString ?? []);
    expect(texts).toHaveLength(1);
    expect(parseApiKey(texts[0] ?? '', 'The test')).toBeUndefined();
  });

  test('no secret is in an environment variable or resolved in the template', () => {
    expect(stack().text).not.toContain('{{resolve:');
    expect(containerOf(stack())).not.toHaveProperty('Secrets');
    expect(stack().text).not.toMatch(/"(ACTION_CREDENTIAL|ABUSEIPDB_API_KEY)"/);
  });
});

test('The template of the generated credential is unchanged: another one would replace the credential', () => {
  const texts = synthesize()
    .resources<Secret>(SECRET)
    .flatMap(({ Properties }) => Properties.GenerateSecretString?.SecretStringTemplate ?? []);
  expect(texts).toEqual(['{"scheme":"api-key","header":"x-api-key"}']);
});

describe('The key of hashed addresses', () => {
  /** Secrets that are generated without a template. */
  const keysOf = (configuration?: Configuration) =>
    synthesize(configuration)
      .resources<Secret>(SECRET)
      .filter(({ Properties: { GenerateSecretString: generated } }) => {
        return generated !== undefined && generated.SecretStringTemplate === undefined;
      });

  test.each<[Configuration, number]>([
    ['cloudfront, egress nat', 0],
    ['settings of the service', 0],
    ['hashed addresses', 1],
    ['everything at once', 1],
  ])('with %s: %i', (configuration, count) => {
    expect(keysOf(configuration)).toHaveLength(count);
  });

  test('has an output with its ARN', () => {
    const [key] = keysOf('hashed addresses');
    expect(synthesize('hashed addresses').outputs.AddressHashKeySecretArn).toEqual({
      Ref: key?.id,
    });
    expect(synthesize().outputs).not.toHaveProperty('AddressHashKeySecretArn');
  });

  test('has unchanged generator settings: others would replace the key', () => {
    expect(keysOf('hashed addresses').map(({ Properties }) => Properties)).toEqual([
      {
        Description: expect.any(String),
        GenerateSecretString: { ExcludePunctuation: true, PasswordLength: 48 },
      },
    ]);
  });

  test('is not rotated: older and newer records could not be compared', () => {
    expect(
      synthesize('hashed addresses').resources('AWS::SecretsManager::RotationSchedule'),
    ).toEqual([]);
  });
});

describe('The secret of signed addresses', () => {
  const signatureIn = (configuration: Configuration) => {
    const { outputs } = synthesize(configuration);
    const setting = variableOf(synthesize(configuration), 'ADDRESS_SIGNATURE_SECRET_ARN');
    return { output: outputs.AddressSignatureSecretArn, setting };
  };

  test('does not exist by default', () => {
    expect(signatureIn('cloudfront, egress nat')).toEqual({
      output: undefined,
      setting: undefined,
    });
  });

  test('is generated, has an output, and is accepted by the service', () => {
    const stack = synthesize('signed addresses');
    const { output, setting } = signatureIn('signed addresses');
    const secret = stack.resources<Secret>(SECRET).find(({ id }) => id === target(output));
    expect(setting).toEqual(output);
    expect(secret?.Properties.GenerateSecretString).toEqual({
      ExcludePunctuation: true,
      PasswordLength: 48,
    });
    expect(() => parseSignatureSecret('k'.repeat(48), 'The test')).not.toThrow();
  });

  test('may be an existing secret', () => {
    expect(signatureIn('signed addresses, existing secret')).toEqual({
      output: SIGNATURE_ARN,
      setting: SIGNATURE_ARN,
    });
    expect(synthesize('signed addresses, existing secret').resources(SECRET)).toHaveLength(2);
  });
});

test('The template contains no secret from the environment of cdk deploy', async () => {
  const secrets = { ACTION_CREDENTIAL: 'leaked-credential', ABUSEIPDB_API_KEY: 'leaked-key' };
  Object.assign(process.env, secrets);
  try {
    expect((await synthesizeNow({})).text).not.toContain('leaked');
  } finally {
    for (const name of Object.keys(secrets)) delete process.env[name];
  }
});

describe('Existing secrets', () => {
  const stack = () => synthesize('existing secrets');

  test('replace the generated ones', () => {
    expect(stack().resources(SECRET)).toEqual([]);
  });

  test('are passed to the service and to the outputs', () => {
    expect(containerOf(stack()).Environment).toEqual(
      expect.arrayContaining([
        { Name: 'ACTION_CREDENTIAL_SECRET_ARN', Value: CREDENTIAL_ARN },
        { Name: 'ABUSEIPDB_SECRET_ARN', Value: KEY_ARN },
      ]),
    );
    expect(stack().outputs.ActionCredentialSecretArn).toBe(CREDENTIAL_ARN);
    expect(stack().outputs.AbuseIpdbSecretArn).toBe(KEY_ARN);
  });

  test('can be configured independently', () => {
    const one = synthesize('an existing API key');
    const secret = one.only<Secret>(SECRET);
    expect(secret.Properties.GenerateSecretString).toBeDefined();
    expect(one.outputs.ActionCredentialSecretArn).toEqual({ Ref: secret.id });
  });
});
