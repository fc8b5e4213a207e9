import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { topicChecks } from '../../../infra/preflight/checks/topics.ts';
import { describeWithMoto } from '../../support/moto.ts';
import { ACCOUNT_ID, account, findingsOf } from './facts.ts';
import { useAws } from './use-aws.ts';

const ARN = `arn:aws:sns:us-east-1:${ACCOUNT_ID}:ops`;

describeWithMoto('Existing topics', () => {
  const aws = useAws();

  const statement = (more: object) =>
    JSON.stringify({ Statement: { Effect: 'Allow', Action: 'sns:Publish', ...more } });
  const DEFAULT = statement({
    Action: ['SNS:Subscribe', 'SNS:Publish'],
    Principal: { AWS: '*' },
    Condition: { StringEquals: { 'AWS:SourceOwner': ACCOUNT_ID } },
  });
  const NOT_ALLOWED =
    'error: The policy of the topic of pagesTopicArn does not allow CloudWatch to publish: allow sns:Publish to the service cloudwatch.amazonaws.com.';
  const USABLE = 'ok: The topic of pagesTopicArn can be used.';

  test.each<[name: string, attributes: Record<string, string>, findings: string[]]>([
    ['with the default policy', {}, [USABLE]],
    [
      'that admits CloudWatch',
      { Policy: statement({ Principal: { Service: ['cloudwatch.amazonaws.com'] } }) },
      [USABLE],
    ],
    [
      'that admits another service',
      { Policy: statement({ Principal: { Service: 'events.amazonaws.com' } }) },
      [NOT_ALLOWED],
    ],
    ['that denies', { Policy: statement({ Effect: 'Deny', Principal: '*' }) }, [NOT_ALLOWED]],
    [
      'that admits subscriptions only',
      { Policy: statement({ Action: ['sns:Subscribe'], Principal: '*' }) },
      [NOT_ALLOWED],
    ],
    [
      "encrypted with AWS's key",
      { KmsMasterKeyId: 'alias/aws/sns' },
      [
        'error: CloudWatch cannot publish to the topic of pagesTopicArn, because it is encrypted with alias/aws/sns: remove the encryption, or use a key of your own whose policy allows cloudwatch.amazonaws.com.',
      ],
    ],
    [
      'encrypted with a key of the operator',
      { KmsMasterKeyId: 'alias/ops' },
      [
        'warning: The topic of pagesTopicArn is encrypted with alias/ops: make sure that the policy of this key allows cloudwatch.amazonaws.com kms:Decrypt and kms:GenerateDataKey*.',
      ],
    ],
  ])('a topic %s', async (_, attributes, findings) => {
    // moto counts no subscription as confirmed.
    const entries = Object.entries({ Policy: DEFAULT, SubscriptionsConfirmed: '1', ...attributes });
    const xml = entries.map(
      ([key, value]) => `<entry><key>${key}</key><value>${value}</value></entry>`,
    );
    aws.answer('sns GetTopicAttributes', {
      body: `<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes>${xml.join('')}</Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>`,
    });
    expect(await check({ pagesTopicArn: ARN })).toEqual(findings);
  });

  const check = async (options: object) => {
    const [pages, tickets] = topicChecks;
    if (pages === undefined || tickets === undefined) throw new Error('There are two checks.');
    const situation = { options: { ...options } };
    return [...(await findingsOf(pages, situation)), ...(await findingsOf(tickets, situation))];
  };

  test('a topic that nobody has subscribed to', async () => {
    await (await account()).clients.sns.send(new CreateTopicCommand({ Name: 'ops' }));
    expect(await check({ ticketsTopicArn: ARN })).toEqual([
      'warning: Nobody receives the messages of the topic of ticketsTopicArn, because it has no confirmed subscription: subscribe somebody, and confirm the e-mail of AWS.',
    ]);
  });

  test('a topic that does not exist', async () => {
    expect(await check({ pagesTopicArn: ARN })).toEqual([
      `error: The topic of pagesTopicArn does not exist: correct ${ARN}.`,
    ]);
  });

  test('no existing topic', async () => {
    expect(await check({})).toEqual([]);
  });
});
