import { readFileSync } from 'node:fs';
import { compilePolicy } from '../../../app/src/policy/compile.ts';
import {
  DIMENSION_VALUES,
  METRICS,
  type MetricDescription,
} from '../../../app/src/telemetry/metric-names.ts';
import { readAlarms, readCompositeAlarms } from '../../support/cloudwatch/template.ts';
import { synthesize } from '../../support/stack.ts';

const ROOT = new URL('../../../', import.meta.url);
const PAGE = readFileSync(new URL('docs/costs.md', ROOT), 'utf8');

/** Returns a row of the cost table: its formula, and the amount for each size, the smallest first. */
function row(item: string): { readonly arithmetic: string; readonly amounts: readonly number[] } {
  const line = PAGE.split('\n').find((each) => each.startsWith(`| ${item} |`)) ?? '';
  const [, , arithmetic = '', ...cells] = line.split('|').map((cell) => cell.trim());
  const amounts = cells.map((cell) => cell.replaceAll('*', '')).filter((cell) => cell !== '');
  return { arithmetic, amounts: amounts.map(Number) };
}

describe('docs/costs.md has the cost of', () => {
  test('every secret that the stack creates', () => {
    const count = synthesize().resources('AWS::SecretsManager::Secret').length;
    const { arithmetic, amounts } = row('secrets');
    expect(arithmetic).toBe(`${count} × 0.40`);
    for (const amount of amounts) expect(amount).toBeCloseTo(count * 0.4, 2);
  });

  test('the firewall: the web ACL, each rule, and requests', () => {
    const { Rules } = synthesize().only<{ Rules: readonly object[] }>(
      'AWS::WAFv2::WebACL',
    ).Properties;
    const { arithmetic, amounts } = row('WAF');
    expect(arithmetic).toBe(`5 + ${Rules.length} rules × 1 + 10 million × 0.60`);
    for (const amount of amounts) expect(amount).toBeCloseTo(5 + Rules.length + 6, 2);
  });

  test('alarms: each metric of an alarm, three times as much for anomaly detection, and the composite', () => {
    const stack = synthesize();
    const alarms = readAlarms(stack);
    const detectors = alarms.filter(({ limit }) => 'deviations' in limit).length;
    const metrics = alarms
      .filter(({ limit }) => 'threshold' in limit)
      .reduce((sum, { queries }) => sum + Object.keys(queries).length, 0);
    const composites = readCompositeAlarms(stack).length;
    const { arithmetic, amounts } = row('alarms');
    expect(arithmetic).toBe(
      `${metrics} metrics × 0.10 + ${detectors} that learn × 0.30 + ${composites} composite × 0.50`,
    );
    const sum = metrics * 0.1 + detectors * 0.3 + composites * 0.5;
    for (const amount of amounts) expect(amount).toBeCloseTo(sum, 2);
  });

  test('custom metrics: each metric with each value of its dimension', () => {
    const policy = compilePolicy(readFileSync(new URL('app/policy.yaml', ROOT), 'utf8'), 'policy');
    // Each rule, and each entry of `unknown`, may refuse.
    const refusing = policy.rules.length + policy.signals.size;
    const valuesOf: Readonly<Record<string, readonly string[]>> = DIMENSION_VALUES;
    const metrics = Object.values(METRICS).reduce((sum, description: MetricDescription) => {
      const { dimension, total } = description;
      if (dimension === undefined) return sum + 1;
      return sum + (valuesOf[dimension]?.length ?? refusing) + (total ? 1 : 0);
    }, 0);
    const { arithmetic, amounts } = row('custom metrics');
    expect(arithmetic).toBe(`${metrics} × 0.30`);
    for (const amount of amounts) expect(amount).toBeCloseTo(metrics * 0.3, 2);
  });

  test('everything: the sums of its columns', () => {
    const table = PAGE.slice(PAGE.indexOf('| item | arithmetic |'));
    const items = [...table.slice(0, table.indexOf('**sum**')).matchAll(/^\| ([^|]+) \|/gm)]
      .map(([, item]) => item ?? '')
      .slice(1)
      .filter((item) => row(item).amounts.length === 3);
    expect(items.length).toBeGreaterThan(8);
    const sums = row('**sum**').amounts;
    sums.forEach((amount, column) => {
      const sum = items.reduce((all, item) => all + (row(item).amounts[column] ?? 0), 0);
      expect(amount).toBeCloseTo(sum, 1);
    });
    expect(sums).toHaveLength(3);
  });
});
