import { readFileSync } from 'node:fs';
import { compilePolicy } from '../../../app/src/policy/compile.ts';
import {
  DIMENSION_VALUES,
  METRICS,
  type MetricDescription,
} from '../../../app/src/telemetry/metric-names.ts';
import { CANARY_METRICS } from '../../../infra/functions/canary/metrics.ts';
import { readAlarms, readCompositeAlarms } from '../../support/cloudwatch/template.ts';
import { synthesize } from '../../support/stack.ts';
import { amountsOf, PAGE, row } from './cost-table.ts';

const ROOT = new URL('../../../', import.meta.url);

/** Returns the row of an item that costs the same in each size. */
function expectedRow(item: string, arithmetic: string, amount: number): string {
  return `| ${item} | ${arithmetic} |${` ${amount.toFixed(2)} |`.repeat(3)}`;
}

/** Returns the expressions of the schedules. */
function schedules(): readonly string[] {
  return synthesize()
    .resources<{ ScheduleExpression: string }>('AWS::Scheduler::Schedule')
    .map(({ Properties }) => Properties.ScheduleExpression);
}

describe('docs/costs.md has the cost of', () => {
  test('every secret that the stack creates', () => {
    const count = synthesize().resources('AWS::SecretsManager::Secret').length;
    expect(row('secrets')).toBe(expectedRow('secrets', `${count} × 0.40`, count * 0.4));
  });

  test('the firewall: the web ACL, each rule, and requests', () => {
    const { Rules } = synthesize().only<{ Rules: readonly object[] }>(
      'AWS::WAFv2::WebACL',
    ).Properties;
    const arithmetic = `5 + ${Rules.length} rules × 1 + 10 million × 0.60`;
    expect(row('WAF')).toBe(expectedRow('WAF', arithmetic, 5 + Rules.length + 6));
  });

  test('alarms: each metric of an alarm, three times as much for anomaly detection, and the composite', () => {
    const stack = synthesize();
    const alarms = readAlarms(stack);
    const detectors = alarms.filter(({ limit }) => 'deviations' in limit).length;
    const metrics = alarms
      .filter(({ limit }) => 'threshold' in limit)
      .reduce((sum, { queries }) => sum + Object.keys(queries).length, 0);
    const composites = readCompositeAlarms(stack).length;
    const arithmetic = `${metrics} metrics × 0.10 + ${detectors} with anomaly detection × 0.30 + ${composites} composite × 0.50`;
    const sum = metrics * 0.1 + detectors * 0.3 + composites * 0.5;
    expect(row('alarms')).toBe(expectedRow('alarms', arithmetic, sum));
  });

  test('custom metrics: each metric with each value of its dimension', () => {
    const policy = compilePolicy(readFileSync(new URL('app/policy.yaml', ROOT), 'utf8'), 'policy');
    // Each rule, and each entry of `unknown`, may refuse.
    const refusing = policy.rules.length + policy.signals.size;
    const valuesOf: Readonly<Record<string, readonly string[]>> = DIMENSION_VALUES;
    const metrics = Object.values(METRICS).reduce((sum, description: MetricDescription) => {
      const { dimension, values, total, emitter } = description;
      if (emitter !== undefined) return sum;
      if (dimension === undefined) return sum + 1;
      return sum + ((values ?? valuesOf[dimension])?.length ?? refusing) + (total ? 1 : 0);
    }, 0);
    const count = metrics + Object.keys(CANARY_METRICS).length;
    const expected = expectedRow('custom metrics', `${count} × 0.30`, count * 0.3);
    expect(row('custom metrics')).toBe(expected);
  });

  test('the canary: its runs, and its reads of two versions of the secret every five minutes', () => {
    const [, minutes] = /^rate\((\d+) minutes?\)$/m.exec(schedules().join('\n')) ?? [];
    const runs = (730 * 60) / Number(minutes);
    const reads = (2 * 730 * 60) / 5;
    const [text, readText] = [runs, reads].map((count) => count.toLocaleString('en-US'));
    // A run takes 0.3 s of 0.25 GB at 0.0000133, one request at 0.0000002, and one invocation at 0.000001.
    const arithmetic = `${text} runs × 0.0000022 + ${readText} reads of the secret × 0.000005`;
    const sum = runs * 0.0000022 + reads * 0.000005;
    expect(row('canary')).toBe(expectedRow('canary', arithmetic, sum));
  });

  test('everything: the sums of its columns', () => {
    const table = PAGE.slice(PAGE.indexOf('| item | arithmetic |'));
    const items = [...table.slice(0, table.indexOf('**sum**')).matchAll(/^\| ([^|]+) \|/gm)]
      .map(([, item]) => item ?? '')
      .slice(1)
      .filter((item) => amountsOf(item).length === 3);
    expect(items.length).toBeGreaterThan(8);
    const sums = [0, 1, 2].map((column) =>
      items.reduce((sum, item) => sum + (amountsOf(item)[column] ?? 0), 0),
    );
    const cells = sums.map((sum) => ` **${sum.toFixed(2)}** |`).join('');
    expect(row('**sum**')).toBe(`| **sum** | |${cells}`);
  });
});
