import { readFileSync } from 'node:fs';
import { type Alarm, readAlarms, readCompositeAlarms } from '../../support/cloudwatch/template.ts';
import { synthesize } from '../../support/stack.ts';
import { anchorOf, configurationsWith, severityOf } from './severity.ts';

const PAGE = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const HEADER = '| alarm | severity | metric | threshold |\n|---|---|---|---|\n';

const SEVERITIES: Readonly<Record<string, string>> = {
  'page, page': 'page',
  'ticket, ticket': 'ticket',
  ticket: 'ticket; only without a domain',
  'ticket, page': 'ticket; page with `allowedCidrs`',
  'ticket, pages with, ticket, pages with': 'ticket; pages together with another alarm',
  'nobody, pages with, nobody, pages with': 'evidence; pages together with another alarm',
};

function severity(anchor: string): string {
  const all = configurationsWith(anchor)
    .flatMap((name) => severityOf(name, anchor) ?? [])
    .join(', ');
  return SEVERITIES[all] ?? all;
}

const STATISTICS: Readonly<Record<string, string>> = {
  Sum: '',
  Maximum: 'maximum of ',
  Minimum: 'minimum of ',
  SampleCount: 'samples of ',
};

/** Dimensions that are the same for all data points of a deployment. */
const RESOURCES = /^(Service|LoadBalancer|TargetGroup|TableName|LogGroupName|WebACL|Region)=/;

/** Returns the metrics of an alarm by the ids in its expression, such as "minimum of `PolicyRevision`". */
function metricsOf({ queries }: Alarm): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(queries).map(([id, { metric, statistic }]) => {
      const [, name = '', dimensions = ''] = metric.split(' ');
      const values = dimensions.split(',').flatMap((pair) => {
        return pair === '' || RESOURCES.test(pair) ? [] : (pair.split('=')[1] ?? '');
      });
      const suffix = values.length > 0 ? ` (${values})` : '';
      return [id, `${STATISTICS[statistic] ?? `${statistic} of `}\`${name}\`${suffix}`];
    }),
  );
}

/** Returns the expression of an alarm in words. */
function metricInWords(alarm: Alarm): string {
  const metrics = metricsOf(alarm);
  const name = (id = '') => metrics.get(id) ?? id;
  const { expression } = alarm;
  const share = /^IF\((\w+) >= (\d+), 100 \* \1 \/ (?:(\w+)|\(\1 \+ (\w+)\)), 0\)$/.exec(
    expression,
  );
  if (share !== null) {
    const [, part, minimum, whole, others] = share;
    const base = whole === undefined ? `itself plus ${name(others)}` : name(whole);
    return `${name(part)} as % of ${base}, if there are at least ${minimum}`;
  }
  return expression
    .replaceAll(/FILL\((\w+), 0\)/g, '$1')
    .replaceAll(/\b[a-z]\w*\b/g, (id) => name(id));
}

const COMPARISONS: Readonly<Record<string, string>> = {
  GreaterThanThreshold: 'above',
  GreaterThanOrEqualToThreshold: 'at least',
  LessThanThreshold: 'below',
  GreaterThanUpperThreshold: 'above',
  LessThanLowerThreshold: 'below',
};

/** Returns the threshold of an alarm, and how many periods must breach. */
function thresholdInWords(alarm: Alarm): string {
  const { limit, comparison, period, datapointsToAlarm: datapoints, evaluationPeriods } = alarm;
  const value =
    'threshold' in limit
      ? `${limit.threshold}`
      : `the band of ${limit.deviations} standard deviations`;
  const periods =
    evaluationPeriods === 1 ? 'in' : `in ${datapoints} of ${evaluationPeriods} periods of`;
  const words = `${COMPARISONS[comparison]} ${value} ${periods} ${period / 60} min`;
  return alarm.missingData === 'breaching' ? `${words}, or no data` : words;
}

function row(id: string, description: string, metric: string, threshold: string): string {
  const anchor = anchorOf(description) ?? '';
  return `| [\`${id}\`](runbook.md#${anchor}) | ${severity(anchor)} | ${metric} | ${threshold} |\n`;
}

const rowsOf = (alarms: readonly Alarm[]) =>
  alarms.map((alarm) =>
    row(alarm.id, alarm.description, metricInWords(alarm), thresholdInWords(alarm)),
  );

function expectTable(title: string, rows: readonly string[]): void {
  const expected = `${HEADER}${rows.join('')}`;
  if (!PAGE.includes(`\n${expected}\n`)) {
    throw new Error(`Replace the table ${title} in docs/operations.md by:\n\n${expected}`);
  }
}

test('docs/operations.md lists all alarms with their severity, metric and threshold', () => {
  const stack = synthesize();
  expectTable('under "Alarms"', [
    ...readCompositeAlarms(stack).map(({ id, description }) =>
      row(id, description, 'state of the other alarms', 'one that pages is in alarm'),
    ),
    ...rowsOf(readAlarms(stack)),
  ]);
});

test('docs/operations.md lists the alarms of a stack with feeds', () => {
  const others = readAlarms(synthesize()).map(({ id }) => id);
  const alarms = readAlarms(synthesize('feeds')).filter(({ id }) => !others.includes(id));
  const [first, ...feeds] = alarms.filter(({ id }) => id.startsWith('FeedTooOld-'));
  if (first === undefined) throw new Error('No alarm is about the age of a feed.');
  expect(feeds.length).toBeGreaterThan(1);
  // One row for all feeds, whose maximum ages differ.
  const [ofAll = ''] = rowsOf([first]);
  const { limit } = first;
  const id = first.id.slice('FeedTooOld-'.length);
  const hours = 'threshold' in limit ? limit.threshold : 0;
  expectTable('of the alarms with `feeds`', [
    ofAll.replaceAll(id, '<feed>').replace(`at least ${hours} in`, 'at least its maximum age in'),
    ...rowsOf(alarms.filter(({ id: each }) => !each.startsWith('FeedTooOld-'))),
  ]);
});
