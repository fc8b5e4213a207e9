import { readFileSync } from 'node:fs';
import { readSettings } from '../../../app/src/config/settings.ts';
import {
  DIMENSION_VALUES,
  METRIC_NAMESPACE,
  METRICS,
  type MetricDescription,
} from '../../../app/src/telemetry/metric-names.ts';
import { DEADLINE_MS } from '../../../infra/monitoring/dashboard/latency.ts';
import { dashboardOf, type GraphedMetric, metricsOf } from '../../support/dashboard.ts';
import { synthesize } from '../../support/stack.ts';

const stack = synthesize();
const dashboard = dashboardOf(stack);
const graphs = dashboard.widgets.filter(({ type }) => type === 'metric');
const graphed = graphs.flatMap(metricsOf);
const ofService = graphed.filter(({ namespace }) => namespace === METRIC_NAMESPACE);
const NAMES = Object.entries<MetricDescription>(METRICS);

/** The series that a metric comes as: the values of its dimension, `*` where the policy has them, '' for the sum. */
function seriesOf({ dimension, total }: MetricDescription): readonly string[] {
  if (dimension === undefined) return [''];
  const values = dimension === 'Rule' ? ['*'] : DIMENSION_VALUES[dimension];
  return total ? [...values, ''] : values;
}

/** The series that a graph asks for, as above. */
function askedFor({ name, dimensions, everyValueOf }: GraphedMetric): string {
  const { Service: _, ...others } = dimensions;
  const { dimension } = METRICS[name as keyof typeof METRICS] as MetricDescription;
  const unknown = Object.keys(others).filter((each) => each !== dimension);
  if (unknown.length > 0) return `${unknown}?`;
  if (everyValueOf.length > 0) return everyValueOf.join() === dimension ? '*' : `${everyValueOf}?`;
  return Object.values(others).join();
}

describe('The metrics of the service', () => {
  test.each(ofService.map((metric) => [metric.name, metric] as const))(
    '%s is one that the service emits, of this deployment',
    (name, metric) => {
      expect(Object.keys(METRICS)).toContain(name);
      expect(seriesOf(METRICS[name as keyof typeof METRICS])).toContain(askedFor(metric));
      expect(metric.dimensions.Service).toBe('RiskGate');
    },
  );

  test.each(NAMES)('%s is shown with every value of its dimension', (name, description) => {
    const shown = ofService.filter((metric) => metric.name === name).map(askedFor);
    const { total } = description;
    // The sum need not be shown where its parts are.
    const wanted = seriesOf(description).filter((series) => !(total && series === ''));
    expect(shown).toEqual(expect.arrayContaining([...wanted]));
  });

  const STATISTICS = { counter: /^Sum$/, gauge: /^(Maximum|Minimum)$/, histogram: /^p[\d.]+$/ };

  test.each(NAMES)('%s is shown by a statistic that fits its kind', (name, { kind }) => {
    for (const { statistic } of ofService.filter((metric) => metric.name === name)) {
      expect(statistic).toMatch(STATISTICS[kind]);
    }
  });

  test.each(['AbuseIpdbQuotaRemaining', 'AbuseIpdbQuotaRemainingPercent'])(
    '%s is the fewest that any task was told of',
    (name) => {
      const shown = ofService.filter((metric) => metric.name === name);
      expect(shown.map(({ statistic }) => statistic)).toEqual(['Minimum']);
    },
  );

  test('decision times are shown up to one in a thousand', () => {
    const times = ofService.filter(({ name }) => name === 'DecisionLatency');
    expect(times.map(({ statistic }) => statistic)).toEqual(['p50', 'p99', 'p99.9']);
  });
});

/** Names and dimensions, as the services' documentation has them. */
const BALANCER = ['LoadBalancer'];
const TARGETS = ['LoadBalancer', 'TargetGroup'];
const OF_AWS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'AWS/ApplicationELB': {
    RequestCount: BALANCER,
    HTTPCode_ELB_5XX_Count: BALANCER,
    HTTPCode_Target_4XX_Count: TARGETS,
    HTTPCode_Target_5XX_Count: TARGETS,
    TargetResponseTime: TARGETS,
    HealthyHostCount: TARGETS,
    UnHealthyHostCount: TARGETS,
  },
  'AWS/ECS': {
    CPUUtilization: ['ClusterName', 'ServiceName'],
    MemoryUtilization: ['ClusterName', 'ServiceName'],
  },
  'AWS/WAFV2': { BlockedRequests: ['Region', 'Rule', 'WebACL'] },
  'AWS/DynamoDB': { ReadThrottleEvents: ['TableName'], WriteThrottleEvents: ['TableName'] },
  'AWS/Logs': { EMFParsingErrors: ['LogGroupName'], EMFValidationErrors: ['LogGroupName'] },
};

test('The metrics of AWS have the dimensions that AWS gives them, and are all shown', () => {
  const shown: Record<string, Record<string, string[]>> = {};
  for (const { namespace, name, dimensions } of graphed) {
    if (namespace === METRIC_NAMESPACE) continue;
    shown[namespace] ??= {};
    shown[namespace][name] = Object.keys(dimensions).sort();
  }
  expect(shown).toEqual(OF_AWS);
});

test('Every graph is by the minute, whatever time is looked at, and begins with three hours', () => {
  expect(new Set(graphed.map(({ period }) => period))).toEqual(new Set([60]));
  expect(dashboard.periodOverride).toBe('inherit');
  expect(dashboard.start).toBe('-PT3H');
});

test('rows are the questions of docs/operations.md, and the first one shows every alarm', () => {
  const questions = dashboard.widgets.flatMap(({ properties }) =>
    properties.markdown === undefined ? [] : [/^## (.*\?)$/m.exec(properties.markdown)?.[1]],
  );
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const [, table = ''] = /\| row \|.*\n\|---\|---\|\n((?:\|.*\n)+)/.exec(page) ?? [];
  const documented = [...table.matchAll(/^\| (.*?) \|/gm)].map(([, question]) => question);
  expect(documented).toHaveLength(6);
  expect(questions).toEqual(documented);
  const alarms = dashboard.widgets.find(({ type }) => type === 'alarm')?.properties.alarms;
  const all = stack.resources('AWS::CloudWatch::Alarm').map(({ id }) => `<${id}.Arn>`);
  expect(alarms).toEqual(expect.arrayContaining(all));
});

test.each(graphs.map(({ properties }) => [properties.title ?? '', properties] as const))(
  '"%s" has its unit in the title and beside the axes, which begin at 0',
  (title, { yAxis, insightRule }) => {
    expect(title).not.toBe('');
    if (insightRule !== undefined) return;
    for (const axis of [yAxis?.left, yAxis?.right]) {
      if (axis !== undefined)
        expect(axis).toMatchObject({ label: expect.stringMatching(/./), min: 0 });
    }
    expect(yAxis?.left).toBeDefined();
  },
);

test('Countries come from the rule that counts them', () => {
  const rule = stack.only('AWS::CloudWatch::InsightRule').id;
  const rules = graphs.flatMap(({ properties }) => properties.insightRule?.ruleName ?? []);
  expect(rules).toEqual([`<${rule}.RuleName>`]);
});

test('Expressions are over metrics of the same graph', () => {
  for (const { properties } of graphs) {
    const options = (properties.metrics ?? []).map(
      (entry) => entry.at(-1) as Record<string, string>,
    );
    const ids = new Set(options.map(({ id }) => id));
    for (const { expression = '' } of options) {
      if (expression.includes('SEARCH')) continue;
      for (const [name] of expression.matchAll(/[a-z]\w*/g)) expect(ids).toContain(name);
    }
  }
});

test('The deadline that is drawn is the one that the service keeps', () => {
  const { decisionDeadline } = readSettings({
    ACTION_CREDENTIAL: '{}',
    ABUSEIPDB_API_KEY: 'key',
    REPUTATION_TABLE: 'table',
  });
  expect(DEADLINE_MS).toBe(decisionDeadline);
});

describe("Within CloudWatch's limits", () => {
  test('500 widgets, 500 metrics in a graph, 2500 in all', () => {
    expect(dashboard.widgets.length).toBeLessThanOrEqual(500);
    const counts = graphs.map(({ properties }) => properties.metrics?.length ?? 0);
    expect(Math.max(...counts)).toBeLessThanOrEqual(500);
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(2500);
  });

  test('every cell of the 24 columns belongs to one widget', () => {
    const cells = dashboard.widgets.flatMap(({ x, y, width, height }) =>
      Array.from(
        { length: width * height },
        (_, at) => `${x + (at % width)},${y + Math.floor(at / width)}`,
      ),
    );
    const bottom = Math.max(...dashboard.widgets.map(({ y, height }) => y + height));
    const all = Array.from({ length: 24 * bottom }, (_, at) => `${at % 24},${Math.floor(at / 24)}`);
    expect(cells.sort()).toEqual(all.sort());
  });
});
