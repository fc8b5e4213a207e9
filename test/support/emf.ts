/** One value of one metric, as CloudWatch makes it of a line in embedded metric format. */
export interface DataPoint {
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Each value with the number of times that it occurred. */
  readonly values: readonly (readonly [value: number, count: number])[];
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a line as CloudWatch Logs does, by its specification of the embedded metric format.
 *
 * @throws Error where CloudWatch would count an EMFParsingError or an EMFValidationError.
 */
export function dataPointsOf(line: string): DataPoint[] {
  const root: Members = JSON.parse(line);
  const { Timestamp, CloudWatchMetrics } = root._aws as Members;
  must(Number.isInteger(Timestamp) && Number(Timestamp) > 1e12, 'a Timestamp in milliseconds');
  return (CloudWatchMetrics as Members[]).flatMap((directive) => {
    must(/^[\w/.#:-]{1,255}$/.test(String(directive.Namespace)), 'a Namespace');
    const metrics = directive.Metrics as { Name: string; Unit: string }[];
    must(metrics.length <= 100, 'at most 100 metrics');
    return (directive.Dimensions as string[][]).flatMap((names) => {
      must(names.length <= 30, 'at most 30 dimensions');
      const dimensions = Object.fromEntries(names.map((name) => [name, textAt(root, name)]));
      return metrics.map(({ Name, Unit }) => {
        must(UNITS.has(Unit), `a unit that CloudWatch knows, not ${Unit}`);
        return { name: Name, unit: Unit, dimensions, values: valuesOf(root[Name], Name) };
      });
    });
  });
}

const UNITS = new Set(['Count', 'Milliseconds', 'Percent', 'None']);

function textAt(root: Members, name: string): string {
  const value = root[name];
  must(typeof value === 'string' && value !== '' && value.length <= 1024, `a text at ${name}`);
  return String(value);
}

function valuesOf(target: unknown, name: string): [number, number][] {
  if (typeof target === 'number') return [[target, 1]];
  const { Values, Counts, Min, Max, Count, Sum } = target as Record<string, number[] | number>;
  must(Array.isArray(Values) && Array.isArray(Counts), `Values and Counts at ${name}`);
  const [values, counts] = [Values as number[], Counts as number[]];
  must(values.length === counts.length && values.length <= 100, `at most 100 values at ${name}`);
  must(values.every(Number.isFinite) && counts.every(Number.isInteger), `numbers at ${name}`);
  const pairs = values.map((value, index): [number, number] => [value, counts[index] ?? 0]);
  must(Count === pairs.reduce((sum, [, count]) => sum + count, 0), `the Count of ${name}`);
  must(Number.isFinite(Sum), `a Sum at ${name}`);
  must(Number(Min) <= Math.min(...values) && Number(Max) >= Math.max(...values), `Min and Max`);
  return pairs;
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`A line in embedded metric format needs ${what}.`);
}

/** The lines among those of a log that hold metrics. */
export function metricLines(lines: readonly string[]): string[] {
  return lines.filter((line) => line.includes('"_aws"'));
}

/** The sum of a metric over lines, for one value of its dimension if one is given. */
export function sumOf(lines: readonly string[], name: string, dimension?: string): number {
  return metricLines(lines)
    .flatMap(dataPointsOf)
    .filter((point) => point.name === name && otherDimension(point) === dimension)
    .flatMap(({ values }) => values)
    .reduce((sum, [value, count]) => sum + value * count, 0);
}

/** The data points of a metric over lines, in order. */
export function pointsOf(lines: readonly string[], name: string): DataPoint[] {
  return metricLines(lines)
    .flatMap(dataPointsOf)
    .filter((point) => point.name === name);
}

function otherDimension({ dimensions }: DataPoint): string | undefined {
  return Object.entries(dimensions).find(([name]) => name !== 'Service')?.[1];
}

/** The value below which a share (0 to 1) of all values lies. */
export function percentileOf(points: readonly DataPoint[], share: number): number {
  const values = points.flatMap((point) => point.values).sort(([one], [other]) => one - other);
  const total = values.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [value, count] of values) {
    seen += count;
    if (seen >= share * total) return value;
  }
  return Number.NaN;
}
