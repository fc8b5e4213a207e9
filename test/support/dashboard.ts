import type { SynthesizedStack } from './stack.ts';

/** A metric of a graph, or a search for metrics by the names of their dimensions. */
export interface GraphedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Dimensions of which a search includes every value. */
  readonly everyValueOf: readonly string[];
  readonly statistic: string;
  readonly period: number;
}

export interface Axis {
  readonly label?: string;
  readonly min?: number;
}

export interface Widget {
  readonly type: 'metric' | 'text' | 'alarm' | 'log';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly alarms?: readonly string[];
    /** Logs Insights query, with the log groups as its sources. */
    readonly query?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly insightRule?: { readonly ruleName: string };
    readonly yAxis?: { readonly left?: Axis; readonly right?: Axis };
    readonly period?: number;
    readonly annotations?: { readonly horizontal?: readonly object[] };
  };
}

export interface Dashboard {
  readonly start: string;
  readonly periodOverride: string;
  readonly widgets: readonly Widget[];
}

/** Reads the dashboard of a stack. Values known only at deployment become `<id>` or `<id.attribute>`. */
export function dashboardOf(stack: SynthesizedStack): Dashboard {
  const { DashboardBody } = stack.only<{ DashboardBody: unknown }>(
    'AWS::CloudWatch::Dashboard',
  ).Properties;
  return JSON.parse(resolveText(DashboardBody));
}

/** Resolves a string of a template, with `<id>` and `<id.attribute>` for references. */
export function resolveText(value: unknown): string {
  if (typeof value === 'string') return value;
  const form = value as {
    Ref?: string;
    'Fn::GetAtt'?: readonly [string, string];
    'Fn::Join'?: readonly [string, readonly unknown[]];
    'Fn::Select'?: readonly [number, unknown];
    'Fn::Split'?: readonly [string, unknown];
  };
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = form;
  const { 'Fn::Select': select, 'Fn::Split': split } = form;
  if (Ref !== undefined) return `<${Ref}>`;
  if (attribute !== undefined) return `<${attribute.join('.')}>`;
  if (join !== undefined) return join[1].map(resolveText).join(join[0]);
  if (select !== undefined) return `<${resolveText(select[1])}[${select[0]}]>`;
  if (split !== undefined) return resolveText(split[1]);
  throw new Error(`Not a string: ${JSON.stringify(value)}.`);
}

/** Returns the metrics of a widget, including those that only an expression uses. */
export function metricsOf({ properties }: Widget): readonly GraphedMetric[] {
  return (properties.metrics ?? []).flatMap((entry) => {
    const last = entry.at(-1);
    const options = (typeof last === 'object' ? last : {}) as Record<string, unknown>;
    const strings = entry.filter((each): each is string => typeof each === 'string');
    if (strings.length === 0) return parseSearch(String(options.expression));
    const [namespace = '', name = '', ...pairs] = strings;
    return {
      namespace,
      name,
      dimensions: dimensionsOf(pairs),
      everyValueOf: [],
      statistic: String(options.stat ?? 'Average'),
      period: Number(options.period ?? properties.period ?? 300),
    };
  });
}

function dimensionsOf(pairs: readonly string[]): Record<string, string> {
  const entries: [string, string][] = [];
  for (let at = 0; at < pairs.length; at += 2) entries.push([pairs[at] ?? '', pairs[at + 1] ?? '']);
  return Object.fromEntries(entries);
}

const SEARCH = /^SEARCH\('\{([^}]+)\} MetricName="(\w+)"((?: \w+="\w+")*)', '(\w+)', (\d+)\)$/;

/** Parses a `SEARCH`; empty for an expression over other metrics. */
function parseSearch(expression: string): GraphedMetric[] {
  if (!expression.includes('SEARCH')) return [];
  const [, schema = '', name = '', terms = '', statistic = '', period] =
    SEARCH.exec(expression) ?? [];
  if (period === undefined) throw new Error(`Unsupported search: ${expression}.`);
  const [namespace = '', ...names] = schema.split(',');
  const dimensions = Object.fromEntries(
    [...terms.matchAll(/(\w+)="(\w+)"/g)].map(([, key = '', value = '']) => [key, value]),
  );
  const everyValueOf = names.filter((each) => !(each in dimensions));
  return [{ namespace, name, dimensions, everyValueOf, statistic, period: Number(period) }];
}
