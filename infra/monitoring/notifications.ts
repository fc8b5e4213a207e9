import { Stack } from 'aws-cdk-lib';
import { AlarmRule, AlarmState, CompositeAlarm, type IAlarmRule } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { alarmName, type CreatedAlarm, withRunbook } from './alarms/alarm.ts';

export interface NotificationsProps {
  readonly alarms: readonly CreatedAlarm[];
  /** Receives the pages. @default no subscription; the topic exists */
  readonly alarmEmail: string | undefined;
  /** Receives the tickets. @default no subscription */
  readonly ticketEmail: string | undefined;
}

/** Sends pages through one composite alarm, so that one cause pages once, and each ticket separately. */
export class Notifications extends Construct {
  /** In alarm while any paging alarm is in alarm. */
  readonly page: CompositeAlarm;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const { alarms } = props;
    const tickets = this.#topic('Tickets', props.ticketEmail);
    for (const { alarm } of alarms.filter(({ definition }) => definition.severity === 'ticket')) {
      alarm.addAlarmAction(new SnsAction(tickets));
    }
    this.page = new CompositeAlarm(this, PAGE, {
      compositeAlarmName: alarmName(this, PAGE),
      alarmDescription: withRunbook(
        'Logins fail or are about to: see which alarms are in alarm.',
        PAGE,
      ),
      alarmRule: AlarmRule.anyOf(...pageRules(alarms)),
    });
    this.page.addAlarmAction(new SnsAction(this.#topic('Pages', props.alarmEmail)));
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
