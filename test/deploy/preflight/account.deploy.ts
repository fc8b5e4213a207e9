import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { type Account, openAccount } from '../../../infra/preflight/account.ts';
import { bootstrapCheck } from '../../../infra/preflight/checks/bootstrap.ts';
import { distributionsCheck } from '../../../infra/preflight/checks/distributions.ts';
import { regionCheck } from '../../../infra/preflight/checks/region.ts';
import { serviceLinkedRoleCheck } from '../../../infra/preflight/checks/service-linked-role.ts';
import { describeWithMoto } from '../../support/moto.ts';
import type { Context } from '../../support/stack.ts';
import { type Answer, failure } from './aws.ts';
import { BUCKET, bootstrap, ROLES } from './bootstrap.ts';
import { ACCOUNT_ID, account, findingsOf, useEndpoint } from './facts.ts';
import { useAws } from './use-aws.ts';

const IMAGE = { imageUri: 'ghcr.io/team/risk-gate:1.2.3' };
const BOOTSTRAP = `npx cdk bootstrap aws://${ACCOUNT_ID}/us-east-1`;

describeWithMoto('The account', () => {
  const aws = useAws();

  const IDENTITY = 'sts GetCallerIdentity';
  const rejected = (code: string, message?: string) => failure(IDENTITY, 403, code, message);

  test.each<[name: string, answer: Answer | undefined, text: string]>([
    ['a user', undefined, `Account ${ACCOUNT_ID}, as user/moto.`],
    [
      'expired credentials',
      rejected('ExpiredToken', 'The security token included in the request is expired'),
      'The AWS credentials have expired: renew them, for example with aws sso login.',
    ],
    [
      'an unknown access key',
      rejected('InvalidClientTokenId'),
      'AWS rejects the credentials: correct the access key, the secret key and the session token, or choose another --profile.',
    ],
    [
      'a wrong secret key',
      rejected('SignatureDoesNotMatch', 'The request signature we calculated does not match'),
      'AWS rejects the credentials: correct the access key, the secret key and the session token, or choose another --profile.',
    ],
    [
      'a wrong clock',
      rejected('SignatureDoesNotMatch', 'Signature expired: 20260101T000000Z is now earlier'),
      'AWS rejects the time of the request: set the clock of this machine.',
    ],
    [
      'the root user',
      {
        body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT_ID}:root</Arn><Account>${ACCOUNT_ID}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      },
      `The credentials are those of the root user of account ${ACCOUNT_ID}, who cannot assume the roles of the CDK bootstrap: use a role or a user.`,
    ],
  ])('credentials of %s', async (_, answer, text) => {
    if (answer) aws.answer(IDENTITY, answer);
    expect((await openAccount({ region: 'us-east-1' })).finding.text).toBe(text);
  });

  test('no credentials', async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    const { finding } = await openAccount({ region: 'us-east-1', profile: 'not-there' });
    useEndpoint(aws.endpoint);
    expect(finding).toMatchObject({
      level: 'error',
      text: expect.stringMatching(/^No AWS credentials were found: run aws configure or aws sso/),
    });
  });

  test.each<[region: string, finding: string]>([
    ['us-east-1', 'ok: us-east-1 is enabled.'],
    [
      'xx-new-1',
      'warning: xx-new-1 is not known to have VPC origins of CloudFront: look it up in the CloudFront documentation, or set domainName.',
    ],
    [
      'eu-nowhere-1',
      'error: eu-nowhere-1 is not a region of AWS: set AWS_REGION, or the region of the profile.',
    ],
    [
      'me-south-1',
      'error: The account has not enabled me-south-1: enable it with aws account enable-region --region-name me-south-1, or set AWS_REGION to another one.',
    ],
  ])('region %s', async (region, finding) => {
    aws.answer('ec2 DescribeRegions', (body) => {
      // All regions, or AWS leaves out the disabled ones.
      expect(body).toContain('AllRegions=true');
      const items = [
        ['us-east-1', 'opt-in-not-required'],
        ['me-south-1', 'not-opted-in'],
        ['xx-new-1', 'opted-in'],
      ].map(
        ([name, status]) =>
          `<item><regionName>${name}</regionName><optInStatus>${status}</optInStatus></item>`,
      );
      return {
        body: `<DescribeRegionsResponse><regionInfo>${items.join('')}</regionInfo></DescribeRegionsResponse>`,
      };
    });
    expect(await findingsOf(regionCheck, { account: await account(region) })).toEqual([finding]);
  });

  const missing = (name: string) =>
    `error: ${name} of the CDK bootstrap does not exist: delete the stack CDKToolkit if it is there, and run ${BOOTSTRAP}.`;

  test.each<
    [name: string, prepare: (account: Account) => unknown, options: Context, finding: string]
  >([
    ['complete', (it) => bootstrap(it), {}, 'ok: The CDK bootstrap has version 21.'],
    [
      'missing',
      () => undefined,
      {},
      `error: us-east-1 has no CDK bootstrap in this account: run ${BOOTSTRAP}.`,
    ],
    [
      'old',
      (it) => bootstrap(it, { version: '5' }),
      {},
      `error: The CDK bootstrap has version 5, but the stack needs 6 or later: run ${BOOTSTRAP}.`,
    ],
    [
      'without its bucket',
      (it) => bootstrap(it, { without: 'assets' }),
      {},
      missing(`The bucket ${BUCKET}`),
    ],
    ...ROLES.map(
      (role) =>
        [
          `without ${role}`,
          (it: Account) => bootstrap(it, { without: role }),
          {},
          missing(`The role cdk-hnb659fds-${role}-${ACCOUNT_ID}-us-east-1`),
        ] as [string, (account: Account) => unknown, Context, string],
    ),
    [
      'without its repository',
      (it) => bootstrap(it, { without: 'container-assets' }),
      {},
      missing(`The repository cdk-hnb659fds-container-assets-${ACCOUNT_ID}-us-east-1`),
    ],
    [
      'without its repository, which an existing image does not need',
      (it) => bootstrap(it, { without: 'container-assets' }),
      IMAGE,
      'ok: The CDK bootstrap has version 21.',
    ],
    [
      'of another qualifier',
      (it) => bootstrap(it),
      { '@aws-cdk/core:bootstrapQualifier': 'team' },
      `error: us-east-1 has no CDK bootstrap in this account: run ${BOOTSTRAP}.`,
    ],
    [
      'unreadable',
      () => aws.deny('ssm GetParameter'),
      {},
      'warning: Not checked, because the credentials do not allow ssm:GetParameter: allow it, or check this yourself.',
    ],
    [
      'partly unreadable',
      async (it) => {
        await bootstrap(it);
        aws.answer(`s3 HEAD /${BUCKET}`, { status: 403, body: '' });
      },
      {},
      `warning: The bucket ${BUCKET} of the CDK bootstrap was not checked: the credentials do not allow s3:ListBucket.`,
    ],
  ])('a bootstrap %s', async (_, prepare, options, finding) => {
    await prepare(await account());
    expect(await findingsOf(bootstrapCheck, { options })).toEqual([finding]);
  });

  test('ECS was used before', async () => {
    const role = { RoleName: 'AWSServiceRoleForECS', AssumeRolePolicyDocument: '{}' };
    await (await account()).clients.iam.send(new CreateRoleCommand(role));
    expect(await findingsOf(serviceLinkedRoleCheck)).toEqual(['ok: AWSServiceRoleForECS exists.']);
  });

  test('ECS was never used', async () => {
    expect(await findingsOf(serviceLinkedRoleCheck)).toEqual([
      'warning: The account has never used ECS, and the first cluster often fails because AWSServiceRoleForECS is too new: run aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com, and wait a minute.',
    ]);
  });

  const DISTRIBUTIONS = 'cloudfront GET /2020-05-31/distribution';
  const distributions = (items: string): Answer => ({
    body: `<DistributionList><Marker></Marker><MaxItems>1</MaxItems><IsTruncated>false</IsTruncated><Quantity>1</Quantity>${items}</DistributionList>`,
  });

  test.each<[name: string, items: string, situation: object, findings: string[]]>([
    [
      'none',
      '',
      {},
      [
        expect.stringMatching(
          /^warning: The account has no distribution, and AWS may refuse the first one of a new account: run npm run preflight -- --probe to see, and if it does, ask AWS Support .* to verify account 123456789012 for CloudFront\.$/,
        ),
      ],
    ],
    [
      'one',
      '<Items><DistributionSummary><Id>E1</Id></DistributionSummary></Items>',
      {},
      ['ok: The account has a distribution, so AWS has verified it.'],
    ],
    ['none, but a probe', '', { isProbed: true }, []],
    [
      'none, and none is needed',
      '',
      {
        options: {
          domainName: 'gate.example.com',
          certificateArn: `arn:aws:acm:us-east-1:${ACCOUNT_ID}:certificate/1`,
        },
      },
      [],
    ],
  ])('distributions: %s', async (_, items, situation, findings) => {
    aws.answer(DISTRIBUTIONS, distributions(items));
    expect(await findingsOf(distributionsCheck, situation)).toEqual(findings);
  });
});
