import { ruleIsTrue } from '../../support/cloudwatch/composite.ts';
import { readAlarms, readCompositeAlarms } from '../../support/cloudwatch/template.ts';
import { type Configuration, synthesize } from '../../support/stack.ts';

/** Without and with an allow list, on which the severity of some alarms depends. */
export const CONFIGURATIONS = [
  'cloudfront, egress nat',
  'allowed addresses, certificate',
] as const satisfies readonly Configuration[];

/** The same with feeds, for the alarms that no other configuration has. */
const CONFIGURATIONS_WITH_FEEDS = [
  'feeds',
  'feeds, allowed addresses',
] as const satisfies readonly Configuration[];

/** Returns the configurations that have an alarm. */
export function configurationsWith(anchor: string): readonly Configuration[] {
  const isWithoutFeeds = CONFIGURATIONS.some((name) => severityOf(name, anchor) !== undefined);
  return isWithoutFeeds ? CONFIGURATIONS : CONFIGURATIONS_WITH_FEEDS;
}

/** All alarms of the configurations, with those on feeds. */
export const allAlarms = () => [...CONFIGURATIONS, ...CONFIGURATIONS_WITH_FEEDS].flatMap(alarmsOf);

/** All alarms of a configuration, composite ones included. */
export const alarmsOf = (configuration: Configuration) => {
  const stack = synthesize(configuration);
  return [...readAlarms(stack), ...readCompositeAlarms(stack)];
};

/** The anchor of the alarm's section in docs/runbook.md. */
export const anchorOf = (description: string) => description.split('docs/runbook.md#')[1];

/** Whom an alarm notifies, on its own or together with another alarm; undefined if the configuration lacks it. */
export function severityOf(configuration: Configuration, anchor: string): string | undefined {
  const stack = synthesize(configuration);
  const [page] = readCompositeAlarms(stack);
  if (page === undefined || anchorOf(page.description) === anchor) return 'page';
  const alarm = readAlarms(stack).find(({ description }) => anchorOf(description) === anchor);
  if (alarm === undefined) return undefined;
  if (ruleIsTrue(page.rule, (each) => each === alarm.logicalId)) return 'page';
  const notifies = alarm.notifies.length > 0 ? 'ticket' : 'nobody';
  return page.rule.includes(`ALARM("${alarm.logicalId}")`) ? `${notifies}, pages with` : notifies;
}
