import { Annotations, Stack } from 'aws-cdk-lib';
import { AlarmRule, AlarmState, CompositeAlarm, type IAlarmRule } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { ConfigError } from '../../app/src/config/options.ts';
import { alarmName, type CreatedAlarm, withRunbook } from './alarms/alarm.ts';

/** Who is notified. */
export interface NotificationConfig {
  /** Receives the pages. @default no subscription; the topic exists */
  readonly alarmEmail: string | undefined;
  /** Receives the tickets. @default no subscription */
  readonly ticketEmail: string | undefined;
  /** An existing topic for pages. @default created */
  readonly pagesTopicArn: string | undefined;
  /** An existing topic for tickets. @default created */
  readonly ticketsTopicArn: string | undefined;
}

export interface NotificationsProps extends NotificationConfig {
  readonly alarms: readonly CreatedAlarm[];
}

/** Sends pages through one composite alarm, so that one cause pages once, and each ticket separately. */
export class Notifications extends Construct {
  /** In alarm while any paging alarm is in alarm. */
  readonly page: CompositeAlarm;
  readonly pagesTopic: ITopic;
  readonly ticketsTopic: ITopic;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const { alarms, pagesTopicArn, ticketsTopicArn } = props;
    this.ticketsTopic =
      ticketsTopicArn === undefined
        ? this.#topic('Tickets', props.ticketEmail)
        : this.#existingTopic('Tickets', 'ticketsTopicArn', ticketsTopicArn);
    this.pagesTopic =
      pagesTopicArn === undefined
        ? this.#topic('Pages', props.alarmEmail)
        : this.#existingTopic('Pages', 'pagesTopicArn', pagesTopicArn);
    for (const { alarm } of alarms.filter(({ definition }) => definition.severity === 'ticket')) {
      alarm.addAlarmAction(new SnsAction(this.ticketsTopic));
    }
    this.page = new CompositeAlarm(this, PAGE, {
      compositeAlarmName: alarmName(this, PAGE),
      alarmDescription: withRunbook(
        'Logins fail or are about to: see which alarms are in alarm.',
        PAGE,
      ),
      alarmRule: AlarmRule.anyOf(...pageRules(alarms)),
    });
    this.page.addAlarmAction(new SnsAction(this.pagesTopic));
    this.#remindOfConfirmation(props);
    if (props.alarmEmail === undefined && pagesTopicArn === undefined) {
      Annotations.of(this).addWarningV2(
        'RiskGate:nobodyIsPaged',
        'Nobody is notified when logins fail: set alarmEmail or pagesTopicArn. If you subscribe to the topic of the output PagesTopicArn in another way, ignore this warning.',
      );
    } else if (props.ticketEmail === undefined && ticketsTopicArn === undefined) {
      Annotations.of(this).addWarningV2(
        'RiskGate:nobodyGetsTickets',
        'Nobody receives tickets, such as the warning that the quota of AbuseIPDB is nearly exhausted: set ticketEmail or ticketsTopicArn. If you subscribe to the topic of the output TicketsTopicArn in another way, ignore this warning.',
      );
    }
  }

  /** `enforceSSL` adds a policy that replaces the default one, so the account's alarms need a grant to publish. */
  #topic(id: string, email: string | undefined): Topic {
    const topic = new Topic(this, id, { enforceSSL: true });
    topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  /** AWS sends nothing to an address that has not been confirmed, and the template cannot know whether it has. */
  #remindOfConfirmation({ alarmEmail, ticketEmail }: NotificationConfig): void {
    const addresses = new Set([alarmEmail, ticketEmail].filter((email) => email !== undefined));
    if (addresses.size === 0) return;
    Annotations.of(this).addInfoV2(
      'RiskGate:confirmAddresses',
      `${[...addresses].join(' and ')} must confirm the subscription: until the link in AWS's e-mail is opened, no alarm arrives.`,
    );
  }

  /** @throws ConfigError if the topic is in another region: an alarm cannot publish to it. */
  #existingTopic(id: string, option: string, arn: string): ITopic {
    const { region } = Stack.of(this);
    const [, , , topicRegion] = arn.split(':');
    if (topicRegion === region) return Topic.fromTopicArn(this, id, arn);
    throw new ConfigError(
      `${option} must be a topic in ${region}, the region of the alarms, got one in ${topicRegion}.`,
    );
  }
}

const PAGE = 'LoginsAtRisk';

function pageRules(alarms: readonly CreatedAlarm[]): IAlarmRule[] {
  const inAlarm = ({ alarm }: CreatedAlarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM);
  return alarms.flatMap((each) => {
    const { severity, pagesWith } = each.definition;
    if (severity === 'page') return [inAlarm(each)];
    if (pagesWith === undefined) return [];
    const other = alarms.find(({ definition }) => definition.id === pagesWith);
    if (other === undefined)
      throw new Error(`${each.definition.id} refers to an unknown alarm: ${pagesWith}.`);
    return [AlarmRule.allOf(inAlarm(each), inAlarm(other))];
  });
}
