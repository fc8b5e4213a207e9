import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ToolError } from '../../../../app/tools/errors.ts';
import { createCredentialMark } from '../../../../app/tools/register/credential-mark.ts';
import { CredentialSecret } from '../../../../app/tools/register/credential-secret.ts';

const SECRET = 'secret-0123456789abcdef';
const KEY = 'api.asgardeo.io/t/acme';

/** An error of the SDK whose message contains the secret. */
const failure = (name: string) => Object.assign(new Error(`${name}: ${SECRET}`), { name });

/** A secret whose calls fail with the given errors, by the name of the command. */
function secretThat(failures: Readonly<Record<string, string>>): CredentialSecret {
  const send = async ({ constructor: { name } }: object) => {
    const error = failures[name.replace('Command', '')];
    if (error !== undefined) throw failure(error);
    return name.startsWith('Get')
      ? { SecretString: SECRET, VersionId: 'v2', CreatedDate: new Date(5) }
      : {
          VersionIdsToStages: { v1: ['AWSPREVIOUS'], v2: ['AWSCURRENT'] },
          Tags: [
            { Key: `risk-gate:action:${KEY}`, Value: 'v1' },
            { Key: 'team', Value: 'iam' },
          ],
        };
  };
  return new CredentialSecret({ send } as unknown as SecretsManagerClient, 'arn');
}

const VERSIONS = {
  current: { id: 'v2', text: SECRET, createdAt: 5 },
  previousId: 'v1',
  noted: new Map<string, string>(),
};

test('reads the versions, and which one an action has', async () => {
  const versions = await secretThat({}).read();
  expect(versions).toEqual({
    current: { id: 'v2', text: SECRET, createdAt: 5 },
    previousId: 'v1',
    noted: new Map([[KEY, 'v1']]),
  });
  expect(createCredentialMark(secretThat({}), versions, KEY)).toMatchObject({ isStale: true });
  expect(createCredentialMark(secretThat({}), versions, 'other')).toMatchObject({
    isStale: false,
    isCurrent: false,
  });
});

test('without the permission to read tags, nothing is known', async () => {
  const secret = secretThat({ DescribeSecret: 'AccessDeniedException' });
  expect((await secret.read()).noted).toEqual(new Map());
  await expect(secret.read({ needsNotes: true })).rejects.toThrow(
    'The secret of the credential cannot be read, because the credentials do not allow secretsmanager:DescribeSecret: use other credentials, or allow it.',
  );
});

test.each<[string, string, (secret: CredentialSecret) => Promise<unknown>, string]>([
  [
    'GetSecretValue',
    'AccessDeniedException',
    (secret) => secret.read(),
    'do not allow secretsmanager:GetSecretValue',
  ],
  [
    'GetSecretValue',
    'ResourceNotFoundException',
    (secret) => secret.read(),
    'ResourceNotFoundException (secretsmanager:GetSecretValue)',
  ],
  ['DescribeSecret', 'ThrottlingException', (secret) => secret.read(), 'AWS throttled the request'],
  [
    'PutSecretValue',
    'ResourceExistsException',
    (secret) => secret.put(SECRET, 0, VERSIONS),
    'Another run has just stored a new version of the secret',
  ],
  [
    'PutSecretValue',
    'LimitExceededException',
    (secret) => secret.put(SECRET, 0, VERSIONS),
    'cannot be changed: LimitExceededException',
  ],
  [
    'TagResource',
    'ExpiredTokenException',
    (secret) => secret.note(KEY, 'v2'),
    'the AWS credentials have expired',
  ],
])(
  'a failure of %s (%s) is described without the text of the SDK',
  async (call, name, run, message) => {
    const error = await run(secretThat({ [call]: name })).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ToolError);
    expect(String(error)).toContain(message);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(SECRET);
  },
);

test('a note that cannot be written is a warning', async () => {
  const secret = secretThat({ TagResource: 'AccessDeniedException' });
  const mark = createCredentialMark(secret, await secret.read(), KEY);
  expect(await mark.set()).toBe(
    'The secret of the credential cannot be tagged, because the credentials do not allow secretsmanager:TagResource: use other credentials, or allow it. Until then, no run can know which secret the action has: after a change of the secret, use --update-credential.',
  );
});
