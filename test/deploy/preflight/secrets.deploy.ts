import {
  CreateSecretCommand,
  DeleteSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { secretChecks } from '../../../infra/preflight/checks/secrets.ts';
import { describeWithMoto } from '../../support/moto.ts';
import type { Context } from '../../support/stack.ts';
import { failure } from './aws.ts';
import { ACCOUNT_ID, account, findingsOf } from './facts.ts';
import { useAws } from './use-aws.ts';

/** Is in no finding. */
const SECRET = 'hunter2-hunter2-hunter2';

const CREDENTIAL = JSON.stringify({ scheme: 'api-key', header: 'x-api-key', secret: SECRET });
const BEARER = JSON.stringify({ scheme: 'bearer', secret: SECRET });

type FeedSecret = readonly [
  option: Option,
  options: Context,
  good: string,
  bad: string,
  content: string,
  form: string,
];

const FEED_SECRETS: readonly FeedSecret[] = [
  [
    'maxMindSecretArn',
    { feeds: 'geolite2-asn' },
    `123456:${SECRET}`,
    SECRET,
    'account id and licence key of MaxMind',
    'an account id and a licence key, in the form 123456:key',
  ],
  [
    'ipinfoSecretArn',
    { feeds: 'ipinfo-lite' },
    SECRET,
    `${SECRET} ${SECRET}`,
    'token of IPinfo',
    'a token without spaces',
  ],
  [
    'crowdSecSecretArn',
    { feeds: 'crowdsec#integration=0123456789ab' },
    `user:${SECRET}`,
    SECRET,
    'user and password of CrowdSec',
    'in the form user:password',
  ],
];

type Option =
  | 'actionCredentialSecretArn'
  | 'abuseIpdbSecretArn'
  | 'addressSignatureSecretArn'
  | 'maxMindSecretArn'
  | 'ipinfoSecretArn'
  | 'crowdSecSecretArn';

describeWithMoto('Existing secrets', () => {
  const aws = useAws();

  const client = async (): Promise<SecretsManagerClient> => (await account()).clients.secrets;

  async function create(value: { SecretString?: string; KmsKeyId?: string }): Promise<string> {
    const { ARN = '' } = await (await client()).send(
      new CreateSecretCommand({ Name: 'gate', ...value }),
    );
    return ARN;
  }

  async function findings(option: Option, arn: string, options: Context = {}): Promise<string[]> {
    const check = secretChecks.find(({ name }) => name === option);
    if (check === undefined) throw new Error(`There is no check of ${option}.`);
    return findingsOf(check, { options: { [option]: arn, ...options } });
  }

  const label = (option: Option) => `The secret of ${option}`;
  const credential = label('actionCredentialSecretArn');

  test.each<[name: string, option: Option, value: string, options: Context, finding: string]>([
    ['a credential', 'actionCredentialSecretArn', CREDENTIAL, {}, `ok: ${credential} can be used.`],
    [
      'a bearer token',
      'actionCredentialSecretArn',
      BEARER,
      { credentialHeader: 'Authorization' },
      `ok: ${credential} can be used.`,
    ],
    [
      'a bearer token without credentialHeader',
      'actionCredentialSecretArn',
      BEARER,
      {},
      `ok: ${credential} can be used.`,
    ],
    [
      'an API key in another header',
      'actionCredentialSecretArn',
      CREDENTIAL.replace('x-api-key', 'X-Gate'),
      {},
      `error: ${credential} is sent in the header X-Gate, but credentialHeader is x-api-key: set credentialHeader to x-gate, or the firewall would throttle the identity server.`,
    ],
    [
      'plain text instead of a credential',
      'actionCredentialSecretArn',
      SECRET,
      {},
      expect.stringMatching(/^error: The secret of actionCredentialSecretArn .*JSON/),
    ],
    [
      'an unknown scheme',
      'actionCredentialSecretArn',
      CREDENTIAL.replace('api-key', SECRET),
      {},
      `error: ${credential} needs a "scheme" that is "api-key", "bearer", "basic" or "oauth2".`,
    ],
    [
      'a key of AbuseIPDB',
      'abuseIpdbSecretArn',
      'a'.repeat(80),
      {},
      `ok: ${label('abuseIpdbSecretArn')} can be used.`,
    ],
    [
      'a placeholder',
      'abuseIpdbSecretArn',
      'REPLACE with the API key of AbuseIPDB',
      {},
      `warning: ${label('abuseIpdbSecretArn')} has no key of AbuseIPDB yet: every reputation is unknown until it has one.`,
    ],
    [
      'a key with a space',
      'abuseIpdbSecretArn',
      `${SECRET} ${SECRET}`,
      {},
      `error: ${label('abuseIpdbSecretArn')} does not fit into an HTTP header: use visible ASCII characters and no spaces.`,
    ],
    [
      'a signature secret',
      'addressSignatureSecretArn',
      SECRET,
      {},
      `ok: ${label('addressSignatureSecretArn')} can be used.`,
    ],
    [
      'a short signature secret',
      'addressSignatureSecretArn',
      'hunter2',
      {},
      `error: ${label('addressSignatureSecretArn')} is too short: use 16 characters or more.`,
    ],
    ...FEED_SECRETS.flatMap(
      ([option, options, good, bad, content, form]): [
        name: string,
        option: Option,
        value: string,
        options: Context,
        finding: string,
      ][] => [
        [`a credential in ${option}`, option, good, options, `ok: ${label(option)} can be used.`],
        [
          `a placeholder in ${option}`,
          option,
          `REPLACE with ${content}`,
          options,
          `warning: ${label(option)} has no ${content} yet: its feeds are not downloaded until it has.`,
        ],
        [
          `a malformed credential in ${option}`,
          option,
          bad,
          options,
          `error: ${label(option)} must be ${form}.`,
        ],
      ],
    ),
  ])('%s', async (_, option, value, options, finding) => {
    const found = await findings(option, await create({ SecretString: value }), options);
    expect(found).toEqual([finding]);
    expect(found.join()).not.toContain('hunter2');
  });

  const arnIn = (region: string, owner: string) =>
    `arn:aws:secretsmanager:${region}:${owner}:secret:gate-AbCdEf`;
  const OWN_ARN = arnIn('us-east-1', ACCOUNT_ID);

  test.each<[name: string, prepare: () => Promise<string>, finding: string]>([
    ['missing', async () => OWN_ARN, `error: ${credential} does not exist: correct ${OWN_ARN}.`],
    [
      'in another region',
      async () => arnIn('eu-west-1', ACCOUNT_ID),
      `error: actionCredentialSecretArn is a secret of account ${ACCOUNT_ID} in eu-west-1, but the tasks run in account ${ACCOUNT_ID} in us-east-1: use a secret there.`,
    ],
    [
      'in another account',
      async () => arnIn('us-east-1', '111122223333'),
      `error: actionCredentialSecretArn is a secret of account 111122223333 in us-east-1, but the tasks run in account ${ACCOUNT_ID} in us-east-1: use a secret there.`,
    ],
    [
      'encrypted with a key of the operator',
      () => create({ SecretString: CREDENTIAL, KmsKeyId: 'alias/mine' }),
      `error: ${credential} is encrypted with a key of your own, which the tasks may not use: encrypt it with aws/secretsmanager.`,
    ],
    ['empty', () => create({}), `error: ${credential} has no value: store one.`],
    [
      'being deleted',
      async () => {
        const arn = await create({ SecretString: CREDENTIAL });
        await (await client()).send(new DeleteSecretCommand({ SecretId: arn }));
        return arn;
      },
      expect.stringMatching(
        /^error: The secret of actionCredentialSecretArn is scheduled for deletion: run aws secretsmanager restore-secret --secret-id arn:\S+, or use another one\.$/,
      ),
    ],
    [
      'not readable',
      async () => {
        aws.deny('secretsmanager GetSecretValue');
        return create({ SecretString: CREDENTIAL });
      },
      'warning: Not checked, because the credentials do not allow secretsmanager:GetSecretValue: allow it, or check this yourself.',
    ],
    [
      'readable, but without its description',
      async () => {
        aws.deny('secretsmanager DescribeSecret');
        return create({ SecretString: CREDENTIAL });
      },
      `ok: ${credential} can be used.`,
    ],
    [
      'unreadable for AWS',
      async () => {
        const operation = 'secretsmanager GetSecretValue';
        aws.answer(operation, failure(operation, 400, 'DecryptionFailure', 'Not now.'));
        return create({ SecretString: CREDENTIAL });
      },
      'warning: Not checked, because of an error at secretsmanager:GetSecretValue: Not now.',
    ],
  ])('a secret that is %s', async (_, prepare, finding) => {
    expect(await findings('actionCredentialSecretArn', await prepare())).toEqual([finding]);
  });
});
