import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { hasCode } from '../../../app/tools/aws/aws-error.ts';
import { type Finding, ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Check } from '../check.ts';

/** The topics that a stack creates, by the beginning of their logical ids. */
const TOPICS = {
  pages: 'MonitoringNotificationsPages',
  tickets: 'MonitoringNotificationsTickets',
} as const;

/** The topics of the stack: AWS sends nothing to an address that has not been confirmed. */
export const subscribersCheck: Check = {
  name: 'subscribers',
  async run({ account, stack }) {
    const resources = [...((await stack())?.resources ?? [])];
    const findings = await Promise.all(
      Object.entries(TOPICS).map(async ([kind, prefix]): Promise<readonly Finding[]> => {
        const topic = resources.find(
          ([id, { type }]) => type === 'AWS::SNS::Topic' && id.startsWith(prefix),
        );
        if (topic === undefined) return [];
        const [, { physicalId: arn }] = topic;
        try {
          const { Attributes = {} } = await account.clients.sns.send(
            new GetTopicAttributesCommand({ TopicArn: arn }),
          );
          if (Number(Attributes.SubscriptionsConfirmed ?? 0) > 0) {
            return [ok(`Somebody receives ${kind}.`)];
          }
        } catch (cause) {
          if (!hasCode(cause, 'NotFound')) throw cause;
        }
        return [
          warning(
            `Nobody receives ${kind}, because the topic ${arn} has no confirmed subscription: open the link in the e-mail of AWS, or subscribe again with aws sns subscribe --topic-arn ${arn} --protocol email --notification-endpoint <address> --region ${account.region}.`,
          ),
        ];
      }),
    );
    return findings.flat();
  },
};
