import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { hasCode } from '../../../app/tools/aws/aws-error.ts';
import { error, type Finding, ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Check } from '../check.ts';

/** One check for each option with an existing topic: CloudWatch can publish to it, and somebody is subscribed. */
export const topicChecks: readonly Check[] = (['pagesTopicArn', 'ticketsTopicArn'] as const).map(
  (option) => ({
    name: option,
    async run({ account, config }) {
      const arn = config[option];
      if (arn === undefined) return [];
      try {
        const { Attributes = {} } = await account.clients.sns.send(
          new GetTopicAttributesCommand({ TopicArn: arn }),
        );
        return describe(option, Attributes);
      } catch (cause) {
        if (!hasCode(cause, 'NotFound')) throw cause;
        return [error(`The topic of ${option} does not exist: correct ${arn}.`)];
      }
    },
  }),
);

function describe(option: string, attributes: Readonly<Record<string, string>>): Finding[] {
  const { KmsMasterKeyId: key = '', Policy = '{}', SubscriptionsConfirmed } = attributes;
  const findings: Finding[] = [];
  if (/alias\/aws\/sns$/.test(key)) {
    findings.push(
      error(
        `CloudWatch cannot publish to the topic of ${option}, because it is encrypted with alias/aws/sns: remove the encryption, or use a key of your own whose policy allows cloudwatch.amazonaws.com.`,
      ),
    );
  } else if (key !== '') {
    findings.push(
      warning(
        `The topic of ${option} is encrypted with ${key}: make sure that the policy of this key allows cloudwatch.amazonaws.com kms:Decrypt and kms:GenerateDataKey*.`,
      ),
    );
  }
  if (!allowsCloudWatch(JSON.parse(Policy))) {
    findings.push(
      error(
        `The policy of the topic of ${option} does not allow CloudWatch to publish: allow sns:Publish to the service cloudwatch.amazonaws.com.`,
      ),
    );
  }
  if (Number(SubscriptionsConfirmed ?? 0) === 0) {
    findings.push(
      warning(
        `Nobody receives the messages of the topic of ${option}, because it has no confirmed subscription: subscribe somebody, and confirm the e-mail of AWS.`,
      ),
    );
  }
  return findings.length > 0 ? findings : [ok(`The topic of ${option} can be used.`)];
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
}

/** SNS's default policy admits the alarms of the topic's account, by a condition on a principal `*`. */
function allowsCloudWatch({ Statement = [] }: { Statement?: Statement | Statement[] }): boolean {
  return list(Statement).some(({ Effect, Action = [], Principal = {} }) => {
    const principals =
      typeof Principal === 'string' ? [Principal] : Object.values(Principal).flat();
    return (
      Effect === 'Allow' &&
      list(Action).some((action) => /^(?:sns:publish|sns:\*|\*)$/i.test(String(action))) &&
      principals.some((each) => each === '*' || each === 'cloudwatch.amazonaws.com')
    );
  });
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
