import { readFileSync } from 'node:fs';
import { MAX_FEEDS } from '../../../app/src/feeds/model/configured-feeds.ts';
import {
  DIMENSION_VALUES,
  METRIC_NAMESPACE,
  METRICS,
  type MetricDescription,
} from '../../../app/src/telemetry/metric-names.ts';
import { readConfig } from '../../../infra/config/config.ts';
import { CANARY_METRICS } from '../../../infra/functions/canary/metrics.ts';
import { HELD_BACK_COMMANDS, LOOKUP_QUERIES } from '../../../infra/monitoring/lookup-queries.ts';
import {
  dashboardOf,
  type GraphedMetric,
  metricsOf,
  type Widget,
} from '../../support/dashboard.ts';
import { contextOf, synthesize, target } from '../../support/stack.ts';

const EVERY_METRIC = Object.entries<MetricDescription>(METRICS);

const FEED_IDS = readConfig(contextOf('feeds')).feeds.feeds.map(({ feed }) => feed.id);

const VALUES: Readonly<Record<string, readonly string[]>> = { ...DIMENSION_VALUES, Feed: FEED_IDS };

/** Configurations of the stack, by the optional parts of the service that they have. */
const CONFIGURATIONS = {
  'cloudfront, egress nat': { hasFeeds: false, hasBlocks: false },
  feeds: { hasFeeds: true, hasBlocks: false },
  'settings of the service': { hasFeeds: false, hasBlocks: true },
};
const NAMES = Object.keys(CONFIGURATIONS) as (keyof typeof CONFIGURATIONS)[];

type Parts = (typeof CONFIGURATIONS)[keyof typeof CONFIGURATIONS];

/** Values of dimensions that a service without feeds never has. */
const ONLY_WITH_FEEDS = ['blacklist', 'feeds/absent', 'feeds/expired'];
/** Values of dimensions that a service without CHECK-BLOCK never has. */
const ONLY_WITH_BLOCKS = ['check-block'];

/** The series of a metric: the values of its dimension, `*` if the policy defines them, '' for the total. */
function seriesOf(
  { dimension, values: ownValues, total, emitter }: MetricDescription,
  { hasFeeds, hasBlocks }: Parts,
): readonly string[] {
  const isEmitted = emitter === 'service with blocks' ? hasBlocks : hasFeeds;
  if (emitter !== undefined && !isEmitted) return [];
  if (dimension === undefined) return [''];
  const values = (ownValues ?? VALUES[dimension] ?? ['*']).filter(
    (value) =>
      (hasFeeds || !ONLY_WITH_FEEDS.includes(value)) &&
      (hasBlocks || !ONLY_WITH_BLOCKS.includes(value)),
  );
  return total ? [...values, ''] : values;
}

/** The series that a graph shows, in the notation of `seriesOf`. */
function shownSeries({ name, dimensions, everyValueOf }: GraphedMetric): string {
  const { Service: _, ...others } = dimensions;
  const { dimension } = METRICS[name as keyof typeof METRICS] as MetricDescription;
  const unknown = Object.keys(others).filter((each) => each !== dimension);
  if (unknown.length > 0) return `${unknown}?`;
  if (everyValueOf.length > 0) return everyValueOf.join() === dimension ? '*' : `${everyValueOf}?`;
  return Object.values(others).join();
}

/** Names and dimensions as documented by AWS. */
const LOAD_BALANCER = ['LoadBalancer'];
const TARGETS = ['LoadBalancer', 'TargetGroup'];
const AWS_METRICS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'AWS/ApplicationELB': {
    RequestCount: LOAD_BALANCER,
    HTTPCode_ELB_5XX_Count: LOAD_BALANCER,
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

describe.each(NAMES)('With %s:', (configuration) => {
  const parts = CONFIGURATIONS[configuration];
  const { hasFeeds } = parts;
  const stack = synthesize(configuration);
  const dashboard = dashboardOf(stack);
  const graphs = dashboard.widgets.filter(({ type }) => type === 'metric');
  const graphed = graphs.flatMap(metricsOf);
  const ofStack = graphed.filter(({ namespace }) => namespace === METRIC_NAMESPACE);
  const ofCanary = ofStack.filter(({ name }) => name in CANARY_METRICS);
  const ofService = ofStack.filter(({ name }) => !(name in CANARY_METRICS));

  describe('The metrics of the service', () => {
    test.each(ofService.map((metric) => [metric.name, metric] as const))(
      '%s exists and belongs to this deployment',
      (name, metric) => {
        expect(Object.keys(METRICS)).toContain(name);
        expect(seriesOf(METRICS[name as keyof typeof METRICS], parts)).toContain(
          shownSeries(metric),
        );
        expect(metric.dimensions.Service).toBe('RiskGate');
      },
    );

    test.each(EVERY_METRIC)(
      '%s is shown with every value of its dimension',
      (name, description) => {
        const shown = ofService.filter((metric) => metric.name === name).map(shownSeries);
        const { total } = description;
        // The total is not needed if all values are shown.
        const expected = seriesOf(description, parts).filter((series) => !(total && series === ''));
        expect({
          'series without a graph: add them to infra/monitoring/dashboard/': expected.filter(
            (series) => !shown.includes(series),
          ),
        }).toEqual({ 'series without a graph: add them to infra/monitoring/dashboard/': [] });
      },
    );

    const STATISTICS = { counter: /^Sum$/, gauge: /^(Maximum|Minimum)$/, histogram: /^p[\d.]+$/ };

    test.each(EVERY_METRIC)('%s is shown by a statistic that fits its kind', (name, { kind }) => {
      for (const { statistic } of ofService.filter((metric) => metric.name === name)) {
        expect(statistic).toMatch(STATISTICS[kind]);
      }
    });

    test.each([
      'AbuseIpdbQuotaRemaining',
      'AbuseIpdbQuotaRemainingPercent',
      'AbuseIpdbPace',
      'AbuseIpdbPacePercent',
    ])('%s is the minimum of all tasks', (name) => {
      const shown = ofService.filter((metric) => metric.name === name);
      expect(shown.map(({ statistic }) => statistic)).toEqual(['Minimum']);
    });

    test('decision latency is shown up to p99.9', () => {
      const times = ofService.filter(({ name }) => name === 'DecisionLatency');
      expect(times.map(({ statistic }) => statistic)).toEqual(['p50', 'p99', 'p99.9']);
    });
  });

  test('Every metric of the canary is shown, for this deployment and its endpoint', () => {
    const distribution = stack.only('AWS::CloudFront::Distribution').id;
    const Service = 'RiskGate';
    const shown = ofCanary.map(({ name, statistic, dimensions }) => [
      name,
      { statistic, dimensions },
    ]);
    expect(Object.fromEntries(shown)).toEqual({
      CanaryLatency: {
        statistic: 'Maximum',
        dimensions: { Service, Endpoint: `<${distribution}.DomainName>` },
      },
      CanaryFailures: { statistic: 'Sum', dimensions: { Service } },
      CanaryPending: { statistic: 'Sum', dimensions: { Service } },
      CloudFrontErrorRate: { statistic: 'Maximum', dimensions: { Service } },
      ClientsSilent: { statistic: 'Maximum', dimensions: { Service } },
      ContractChanged: { statistic: 'Maximum', dimensions: { Service } },
      StatusFailures: { statistic: 'Maximum', dimensions: { Service } },
    });
    expect(Object.keys(CANARY_METRICS).sort()).toEqual(ofCanary.map(({ name }) => name).sort());
  });

  test('The metrics of AWS have the documented dimensions, and are all shown', () => {
    const shown: Record<string, Record<string, string[]>> = {};
    for (const { namespace, name, dimensions } of graphed) {
      if (namespace === METRIC_NAMESPACE) continue;
      shown[namespace] ??= {};
      shown[namespace][name] = Object.keys(dimensions).sort();
    }
    expect(shown).toEqual(AWS_METRICS);
  });

  /** The refresher writes its metrics once a run. */
  const isHourly = ({ name }: GraphedMetric) =>
    (METRICS as Readonly<Record<string, MetricDescription>>)[name]?.emitter === 'refresher';

  const isDaily = ({ name }: GraphedMetric) =>
    ['ClientsSilent', 'ContractChanged', 'StatusFailures'].includes(name);

  test('Every graph has a period of one minute, of an hour for the refresher, or of a day for the status, in any time range; the default range is three hours', () => {
    for (const metric of graphed) {
      const seconds = isDaily(metric) ? 86_400 : isHourly(metric) ? 3600 : 60;
      expect([metric.name, metric.period]).toEqual([metric.name, seconds]);
    }
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
    expect(documented).toHaveLength(8);
    // The last row is about the feeds.
    expect(questions).toEqual(hasFeeds ? documented : documented.slice(0, -1));
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

  test('Refusals by country come from the Contributor Insights rule', () => {
    const rule = stack.only('AWS::CloudWatch::InsightRule').id;
    const rules = graphs.flatMap(({ properties }) => properties.insightRule?.ruleName ?? []);
    expect(rules).toEqual([`<${rule}.RuleName>`]);
  });

  test('The table of clients is the saved query of held-back lookups, over the log of the tasks', () => {
    const group = target(stack.outputs.LogGroupName);
    const queries = dashboard.widgets.flatMap(({ properties: { query } }) => query ?? []);
    expect(queries).toEqual([
      `SOURCE '<${group}>' | ${HELD_BACK_COMMANDS.join('\n| ')}\n| limit 10`,
    ]);
    expect(LOOKUP_QUERIES.map(({ commands }) => commands)).toContain(HELD_BACK_COMMANDS);
  });

  test('The hit ratio counts every source but a check as a hit', () => {
    const [{ properties } = { properties: {} as Widget['properties'] }] = graphs.filter((each) =>
      /hit ratio/.test(each.properties.title ?? ''),
    );
    const shown = (properties.metrics ?? []).flatMap((entry) => entry.at(-1) as object);
    const expression = shown.flatMap((each) =>
      'expression' in each ? String(each.expression) : [],
    );
    const hits = [
      'FILL(memory, 0)',
      'FILL(dynamodb, 0)',
      ...(parts.hasBlocks ? ['FILL(check_block, 0)'] : []),
      ...(hasFeeds ? ['FILL(blacklist, 0)'] : []),
    ].join(' + ');
    expect(expression).toEqual([`100 * (${hits}) / (${hits} + FILL(abuseipdb, 0))`]);
  });

  test('Expressions use metrics of the same graph', () => {
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

  describe("Within CloudWatch's limits", () => {
    test('500 widgets, 500 metrics in a graph, 2500 in all', () => {
      expect(dashboard.widgets.length).toBeLessThanOrEqual(500);
      const counts = graphs.map(({ properties }) => properties.metrics?.length ?? 0);
      expect(Math.max(...counts)).toBeLessThanOrEqual(500);
      expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(2500);
    });

    test('100 alarms in a widget, with as many feeds as possible', () => {
      const alarms = dashboard.widgets.find(({ type }) => type === 'alarm')?.properties.alarms;
      const ofFeeds = hasFeeds ? MAX_FEEDS - FEED_IDS.length : 0;
      expect((alarms?.length ?? 0) + ofFeeds).toBeLessThanOrEqual(100);
    });

    test('widgets fill all 24 columns without gaps or overlaps', () => {
      const cells = dashboard.widgets.flatMap(({ x, y, width, height }) =>
        Array.from(
          { length: width * height },
          (_, at) => `${x + (at % width)},${y + Math.floor(at / width)}`,
        ),
      );
      const bottom = Math.max(...dashboard.widgets.map(({ y, height }) => y + height));
      const all = Array.from(
        { length: 24 * bottom },
        (_, at) => `${at % 24},${Math.floor(at / 24)}`,
      );
      expect(cells.sort()).toEqual(all.sort());
    });
  });
});

test.each([
  ['cloudfront, egress nat', 1200],
  ['a deadline of 800 ms', 800],
] as const)(
  'With %s, the latency of decisions has its deadline as a line',
  (configuration, value) => {
    const { widgets } = dashboardOf(synthesize(configuration));
    const latency = widgets.find(({ properties }) => properties.title === 'Decision latency (ms)');
    expect(latency?.properties).toMatchObject({
      title: 'Decision latency (ms)',
      annotations: { horizontal: [{ label: 'deadline', value }] },
    });
  },
);
