import { parseCredential } from '../../app/src/credential/credential.ts';
import { parseApiKey } from '../../app/src/secrets/api-key.ts';
import { parseSignatureSecret } from '../../app/src/signals/address/signature.ts';
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
describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesize(mode);

  test('the credential is generated, and one that the service takes', () => {
    const [generated, ...others] = stack()
      .resources<Secret>(SECRET)
      .flatMap(({ Properties }) => Properties.GenerateSecretString ?? []);
    expect(others).toEqual([]);
    const { SecretStringTemplate: template, GenerateStringKey: name } = generated ?? {};
    if (generated === undefined || template === undefined || name === undefined) {
      throw new Error('No secret is generated into a template.');
    }
    expect(generated.PasswordLength).toBeGreaterThanOrEqual(32);
    // Letters and digits alone go through every form and shell as they are.
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

  test('a text in the template is nothing but a placeholder, with which the service starts', () => {
    const texts = stack()
      .resources<Secret>(SECRET)
      .flatMap(({ Properties }) => Properties.SecretString ?? []);
    expect(texts).toHaveLength(1);
    expect(parseApiKey(texts[0] ?? '', 'The test')).toBeUndefined();
  });

  test('no secret is put into a variable of the task, or resolved in the template', () => {
    expect(stack().text).not.toContain('{{resolve:');
    const { ContainerDefinitions } = stack().only<{ ContainerDefinitions: object[] }>(
      'AWS::ECS::TaskDefinition',
    ).Properties;
    for (const container of ContainerDefinitions) expect(container).not.toHaveProperty('Secrets');
    expect(stack().text).not.toMatch(/"(ACTION_CREDENTIAL|ABUSEIPDB_API_KEY)"/);
  });
});

test('The text from which the credential is generated stays as it is: another makes a new credential', () => {
  const texts = synthesize()
    .resources<Secret>(SECRET)
    .flatMap(({ Properties }) => Properties.GenerateSecretString?.SecretStringTemplate ?? []);
  expect(texts).toEqual(['{"scheme":"api-key","header":"x-api-key"}']);
});

describe('The key of hashed addresses', () => {
  /** What is generated into a secret as it is, without a template. */
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
  ])('With %s there are %i', (configuration, count) => {
    expect(keysOf(configuration)).toHaveLength(count);
  });

  test('is named by an output, for whoever looks for an address', () => {
    const [key] = keysOf('hashed addresses');
    expect(synthesize('hashed addresses').outputs.AddressHashKeySecretArn).toEqual({
      Ref: key?.id,
    });
    expect(synthesize().outputs).not.toHaveProperty('AddressHashKeySecretArn');
  });

  test('is generated as before: with other settings it would be another key', () => {
    expect(keysOf('hashed addresses').map(({ Properties }) => Properties)).toEqual([
      {
        Description: expect.any(String),
        GenerateSecretString: { ExcludePunctuation: true, PasswordLength: 48 },
      },
    ]);
  });

  test('is not rotated: records from before and after could not be matched', () => {
    expect(
      synthesize('hashed addresses').resources('AWS::SecretsManager::RotationSchedule'),
    ).toEqual([]);
  });
});

describe('The secret of signed addresses', () => {
  const signatureIn = (configuration: Configuration) => {
    const { outputs } = synthesize(configuration);
    const { ContainerDefinitions } = synthesize(configuration).only<{
      ContainerDefinitions: readonly {
        readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
      }[];
    }>('AWS::ECS::TaskDefinition').Properties;
    const told = ContainerDefinitions[0]?.Environment.find(
      ({ Name }) => Name === 'ADDRESS_SIGNATURE_SECRET_ARN',
    );
    return { output: outputs.AddressSignatureSecretArn, told: told?.Value };
  };

  test('is not there unless it is asked for', () => {
    expect(signatureIn('cloudfront, egress nat')).toEqual({ output: undefined, told: undefined });
  });

  test('is generated, named by an output, and one that the service accepts', () => {
    const stack = synthesize('signed addresses');
    const { output, told } = signatureIn('signed addresses');
    const secret = stack.resources<Secret>(SECRET).find(({ id }) => id === target(output));
    expect(told).toEqual(output);
    expect(secret?.Properties.GenerateSecretString).toEqual({
      ExcludePunctuation: true,
      PasswordLength: 48,
    });
    expect(() => parseSignatureSecret('k'.repeat(48), 'The test')).not.toThrow();
  });

  test('of yours takes the place of the generated one', () => {
    expect(signatureIn('signed addresses, own secret')).toEqual({
      output: SIGNATURE_ARN,
      told: SIGNATURE_ARN,
    });
    expect(synthesize('signed addresses, own secret').resources(SECRET)).toHaveLength(2);
  });
});

test('Secrets in the environment of the one who deploys stay there', async () => {
  const canaries = { ACTION_CREDENTIAL: 'canary-credential', ABUSEIPDB_API_KEY: 'canary-key' };
  Object.assign(process.env, canaries);
  try {
    expect((await synthesizeNow({})).text).not.toContain('canary');
  } finally {
    for (const name of Object.keys(canaries)) delete process.env[name];
  }
});

describe('Secrets of yours, by their ARNs', () => {
  const stack = () => synthesize('own secrets');

  test('take the place of those that the stack would make', () => {
    expect(stack().resources(SECRET)).toEqual([]);
  });

  test('are what the service is told, and what the outputs name', () => {
    const { ContainerDefinitions } = stack().only<{
      ContainerDefinitions: readonly { readonly Environment: readonly object[] }[];
    }>('AWS::ECS::TaskDefinition').Properties;
    expect(ContainerDefinitions[0]?.Environment).toEqual(
      expect.arrayContaining([
        { Name: 'ACTION_CREDENTIAL_SECRET_ARN', Value: CREDENTIAL_ARN },
        { Name: 'ABUSEIPDB_SECRET_ARN', Value: KEY_ARN },
      ]),
    );
    expect(stack().outputs.ActionCredentialSecretArn).toBe(CREDENTIAL_ARN);
    expect(stack().outputs.AbuseIpdbSecretArn).toBe(KEY_ARN);
  });

  test('can be given one without the other', () => {
    const one = synthesize('an own key');
    const secret = one.only<Secret>(SECRET);
    expect(secret.Properties.GenerateSecretString).toBeDefined();
    expect(one.outputs.ActionCredentialSecretArn).toEqual({ Ref: secret.id });
  });
});
