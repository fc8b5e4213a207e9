import {
  DIMENSION_VALUES,
  METRICS,
  type MetricDescription,
} from '../../../app/src/telemetry/metric-names.ts';
import { readAlarms } from '../../support/cloudwatch/template.ts';
import { synthesize } from '../../support/stack.ts';
import { PAGE } from './cost-table.ts';

const amountOf = (item: string) =>
  Number(new RegExp(`^\\| ${item} \\|.*\\| ([\\d.]+) \\|$`, 'm').exec(PAGE)?.[1]);

const stack = synthesize('feeds');

describe('docs/costs.md, feeds, has the cost of', () => {
  test('the refresher, with its size and schedule', () => {
    const [task] = stack
      .resources<{ Family: string; Cpu: string; Memory: string }>('AWS::ECS::TaskDefinition')
      .filter(({ Properties }) => Properties.Family.endsWith('-refresher'));
    const { Cpu, Memory } = task?.Properties ?? {};
    const perHour = (Number(Cpu) / 1024) * 0.03238 + (Number(Memory) / 1024) * 0.00356;
    expect(amountOf('refresher')).toBe(Number(((730 * 2 * perHour) / 60).toFixed(2)));
    const expressions = stack
      .resources<{ ScheduleExpression: string }>('AWS::Scheduler::Schedule')
      .map(({ Properties }) => Properties.ScheduleExpression);
    expect(expressions).toContain('rate(60 minutes)');
  });

  test('the metrics of the refresher', () => {
    const count = Object.values<MetricDescription>(METRICS)
      .filter(({ emitter }) => emitter === 'refresher')
      .reduce((sum, { dimension }) => {
        return sum + (dimension === undefined ? 1 : DIMENSION_VALUES.Reason.length + 1);
      }, 0);
    expect(PAGE).toContain(`| metrics of the refresher | ${count} × 0.30 |`);
    expect(amountOf('metrics of the refresher')).toBe(Number((count * 0.3).toFixed(2)));
  });

  test('the alarms, without the feeds themselves and the blacklist', () => {
    const without = readAlarms(synthesize()).map(({ id }) => id);
    const metrics = readAlarms(stack)
      .filter(({ id }) => !without.includes(id))
      .filter(({ id }) => !id.startsWith('FeedTooOld-') && id !== 'BlacklistDowngraded')
      .reduce((sum, { queries }) => sum + Object.keys(queries).length, 0);
    expect(PAGE).toContain(`| alarms | ${metrics} × 0.10, and 0.10 for each feed;`);
    expect(PAGE).toMatch(
      new RegExp(`^\\| alarms \\| ${metrics} × .*\\| ${(metrics / 10).toFixed(2)} \\|$`, 'm'),
    );
  });
});
