import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { subscribersCheck } from '../../../infra/preflight/checks/subscribers.ts';
import type { StackState } from '../../../infra/preflight/stack-state.ts';
import { describeWithMoto } from '../../support/moto.ts';
import { synthesize } from '../../support/stack.ts';
import { ACCOUNT_ID, account, findingsOf } from './facts.ts';
import { useAws } from './use-aws.ts';

const arnOf = (kind: string) => `arn:aws:sns:us-east-1:${ACCOUNT_ID}:${kind}`;

/** The stack with an address, with the topics that its template has. */
const TOPICS = synthesize('an alarm address').resources('AWS::SNS::Topic');
const STACK: StackState = {
  ...{ status: 'CREATE_COMPLETE', description: '', terminationProtection: false },
  resources: new Map(
    TOPICS.map(({ id, Type }) => {
      const physicalId = arnOf(id.includes('Pages') ? 'pages' : 'tickets');
      return [id, { type: Type, physicalId, status: 'CREATE_COMPLETE' }];
    }),
  ),
};

const nobody = (kind: string) =>
  `warning: Nobody receives ${kind}, because the topic ${arnOf(kind)} has no confirmed subscription: open the link in the e-mail of AWS, or subscribe again with aws sns subscribe --topic-arn ${arnOf(kind)} --protocol email --notification-endpoint <address> --region us-east-1.`;

describeWithMoto('Topics of the stack', () => {
  const aws = useAws();

  beforeAll(async () => {
    const { sns } = (await account()).clients;
    for (const Name of ['pages', 'tickets']) await sns.send(new CreateTopicCommand({ Name }));
  });

  test('before the first deployment', async () => {
    expect(await findingsOf(subscribersCheck)).toEqual([]);
  });

  test('without a confirmed address', async () => {
    const findings = await findingsOf(subscribersCheck, { stack: STACK });
    expect(findings).toEqual([nobody('pages'), nobody('tickets')]);
  });

  test('with a confirmed address', async () => {
    aws.answer('sns GetTopicAttributes', {
      body: '<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry><key>SubscriptionsConfirmed</key><value>1</value></entry></Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>',
    });
    const findings = await findingsOf(subscribersCheck, { stack: STACK });
    expect(findings).toEqual(['ok: Somebody receives pages.', 'ok: Somebody receives tickets.']);
  });

  test('that somebody has deleted', async () => {
    const resources = new Map(
      [...STACK.resources].map(([id, topic]) => [id, { ...topic, physicalId: arnOf('gone') }]),
    );
    const findings = await findingsOf(subscribersCheck, { stack: { ...STACK, resources } });
    expect(findings[0]).toMatch(/^warning: Nobody receives pages, because the topic \S+:gone has/);
  });
});
