import { type SynthesizedStack, target } from '../stack.ts';
import type { MissingData } from './alarm-state.ts';
import { metricKey } from './samples.ts';

/** A metric of an alarm. */
export interface MetricQuery {
  readonly metric: string;
  readonly namespace: string;
  readonly statistic: string;
}

export interface Alarm {
  /** The name without the stack's name. */
  readonly id: string;
  readonly logicalId: string;
  readonly description: string;
  /** Logical ids of the topics that the alarm notifies. */
  readonly notifies: readonly string[];
  readonly comparison: string;
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missingData: MissingData;
  readonly queries: Readonly<Record<string, MetricQuery>>;
  /** Metric math over the queries, or the name of one query. */
  readonly expression: string;
  /** A threshold, or the width of the anomaly band in standard deviations. */
  readonly limit: { readonly threshold: number } | { readonly deviations: number };
}

export interface CompositeAlarm {
  readonly id: string;
  readonly description: string;
  readonly notifies: readonly string[];
  /** `ALARM("<logical id>")` with AND, OR, NOT and parentheses. */
  readonly rule: string;
}

interface MetricJson {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

interface AlarmJson extends MetricJson {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly ComparisonOperator: string;
  readonly Threshold?: number;
  readonly ThresholdMetricId?: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly TreatMissingData?: MissingData;
  readonly Period?: number;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Metrics?: readonly MetricDataQuery[];
}

interface MetricDataQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly ReturnData?: boolean;
  readonly MetricStat?: {
    readonly Metric: MetricJson;
    readonly Period: number;
    readonly Stat: string;
  };
}

interface CompositeJson {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly AlarmRule: unknown;
}

const withoutStack = (name: string) => name.replace(/^RiskGate-/, '');
const targets = (actions: readonly unknown[] = []) => actions.flatMap((each) => target(each) ?? []);

/** Reads all metric alarms of the template. */
export function readAlarms(stack: SynthesizedStack): readonly Alarm[] {
  return stack.resources<AlarmJson>('AWS::CloudWatch::Alarm').map(({ id, Properties: json }) => ({
    id: withoutStack(json.AlarmName),
    logicalId: id,
    description: json.AlarmDescription,
    notifies: targets(json.AlarmActions),
    comparison: json.ComparisonOperator,
    evaluationPeriods: json.EvaluationPeriods,
    datapointsToAlarm: json.DatapointsToAlarm ?? json.EvaluationPeriods,
    missingData: json.TreatMissingData ?? 'missing',
    ...(json.Metrics ? readMath(stack, json, json.Metrics) : readMetric(stack, json)),
  }));
}

/** Reads all composite alarms of the template. */
export function readCompositeAlarms(stack: SynthesizedStack): readonly CompositeAlarm[] {
  return stack.resources<CompositeJson>('AWS::CloudWatch::CompositeAlarm').map(
    ({ Properties: json }): CompositeAlarm => ({
      id: withoutStack(json.AlarmName),
      description: json.AlarmDescription,
      notifies: targets(json.AlarmActions),
      rule: readJoined(json.AlarmRule),
    }),
  );
}

type MetricPart = Pick<Alarm, 'period' | 'queries' | 'expression' | 'limit'>;

function readMetric(stack: SynthesizedStack, json: AlarmJson): MetricPart {
  const { Period: period = 0, Statistic, ExtendedStatistic, Threshold: threshold = 0 } = json;
  const statistic = Statistic ?? ExtendedStatistic ?? '';
  return {
    period,
    queries: { m: query(stack, json, statistic) },
    expression: 'm',
    limit: { threshold },
  };
}

function readMath(
  stack: SynthesizedStack,
  json: AlarmJson,
  metrics: readonly MetricDataQuery[],
): MetricPart {
  const queries: Record<string, MetricQuery> = {};
  const periods = new Set<number>();
  for (const { Id, MetricStat } of metrics) {
    if (MetricStat === undefined) continue;
    queries[Id] = query(stack, MetricStat.Metric, MetricStat.Stat);
    periods.add(MetricStat.Period);
  }
  const [period = 0, ...others] = periods;
  if (others.length > 0) throw new Error(`${json.AlarmName} mixes periods.`);
  if (json.ThresholdMetricId === undefined) {
    const returned = metrics.filter(({ ReturnData }) => ReturnData !== false);
    const [{ Expression: expression = '' } = {}, ...more] = returned;
    if (more.length > 0) throw new Error(`${json.AlarmName} has several results.`);
    return { period, queries, expression, limit: { threshold: json.Threshold ?? 0 } };
  }
  const band = metrics.find(({ Id }) => Id === json.ThresholdMetricId)?.Expression ?? '';
  const [, of = '', deviations] = /^ANOMALY_DETECTION_BAND\((\w+), ([\d.]+)\)$/.exec(band) ?? [];
  if (deviations === undefined)
    throw new Error(`${json.AlarmName} has an unsupported band: "${band}".`);
  return { period, queries, expression: of, limit: { deviations: Number(deviations) } };
}

function query(stack: SynthesizedStack, json: MetricJson, statistic: string): MetricQuery {
  const dimensions = Object.fromEntries(
    (json.Dimensions ?? []).map(({ Name, Value }) => [Name, dimensionOf(stack, Value)]),
  );
  const { Namespace: namespace, MetricName: name } = json;
  return { metric: metricKey(namespace, name, dimensions), namespace, statistic };
}

/**
 * Returns the value of a dimension, or the type of the resource that it refers to, whose name is known only after
 * deployment. (CDK derives the name of the load balancer from the ARN of its listener.)
 */
function dimensionOf(stack: SynthesizedStack, value: unknown): string {
  if (typeof value === 'string') return value;
  const [reference] = referencesIn(value);
  const id = target(reference);
  const resource = stack.resources().find((each) => each.id === id);
  const { 'Fn::GetAtt': attribute } = reference as { 'Fn::GetAtt'?: readonly [string, string] };
  return `<${[resource?.Type ?? id, attribute?.[1]].filter(Boolean).join('.')}>`;
}

function referencesIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return target(value) === undefined ? Object.values(value).flatMap(referencesIn) : [value];
}

function readJoined(rule: unknown): string {
  const { 'Fn::Join': [separator, parts] = ['', [rule]] } = rule as {
    'Fn::Join'?: readonly [string, readonly unknown[]];
  };
  return parts.map((part) => (typeof part === 'string' ? part : target(part))).join(separator);
}
