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
  /** Who is woken. @default nobody; the topic is there to subscribe to */
  readonly alarmEmail: string | undefined;
  /** Who gets the tickets. @default nobody */
  readonly ticketEmail: string | undefined;
}

/** Who is told of what: pages through one composite alarm, so that one cause wakes once, and tickets each. */
export class Notifications extends Construct {
  /** In alarm while any alarm that pages is. */
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
      alarmDescription: withRunbook('Logins fail, or are about to: see which alarms stand.', PAGE),
      alarmRule: AlarmRule.anyOf(...pageRules(alarms)),
    });
    this.page.addAlarmAction(new SnsAction(this.#topic('Pages', props.alarmEmail)));
  }

  /** A policy of its own takes the place of the one by which the alarms of the account may publish. */
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
  const stands = ({ alarm }: CreatedAlarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM);
  return alarms.flatMap((each) => {
    const { severity, pagesWith } = each.definition;
    if (severity === 'page') return [stands(each)];
    if (pagesWith === undefined) return [];
    const other = alarms.find(({ definition }) => definition.id === pagesWith);
    if (other === undefined) throw new Error(`There is no alarm ${pagesWith} to page with.`);
    return [AlarmRule.allOf(stands(each), stands(other))];
  });
}
