/** A data point that CloudWatch extracts from a line in embedded metric format. */
export interface DataPoint {
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Each value with its number of occurrences. */
  readonly values: readonly (readonly [value: number, count: number])[];
}

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses a line according to the specification of the embedded metric format.
 *
 * @throws Error where CloudWatch would count an EMFParsingError or an EMFValidationError.
 */
export function dataPointsOf(line: string): DataPoint[] {
  const root: JsonObject = JSON.parse(line);
  const { Timestamp, CloudWatchMetrics } = root._aws as JsonObject;
  assertValid(
    Number.isInteger(Timestamp) && Number(Timestamp) > 1e12,
    'a Timestamp in milliseconds',
  );
  return (CloudWatchMetrics as JsonObject[]).flatMap((directive) => {
    assertValid(/^[\w/.#:-]{1,255}$/.test(String(directive.Namespace)), 'a Namespace');
    const metrics = directive.Metrics as { Name: string; Unit: string }[];
    assertValid(metrics.length <= 100, 'at most 100 metrics');
    return (directive.Dimensions as string[][]).flatMap((names) => {
      assertValid(names.length <= 30, 'at most 30 dimensions');
      const dimensions = Object.fromEntries(names.map((name) => [name, stringAt(root, name)]));
      return metrics.map(({ Name, Unit }) => {
        assertValid(UNITS.has(Unit), `a unit that CloudWatch knows, not ${Unit}`);
        return { name: Name, unit: Unit, dimensions, values: valuesOf(root[Name], Name) };
      });
    });
  });
}

const UNITS = new Set(['Count', 'Milliseconds', 'Percent', 'None']);

function stringAt(root: JsonObject, name: string): string {
  const value = root[name];
  assertValid(
    typeof value === 'string' && value !== '' && value.length <= 1024,
    `a string at ${name}`,
  );
  return String(value);
}

function valuesOf(target: unknown, name: string): [number, number][] {
  if (typeof target === 'number') return [[target, 1]];
  const { Values, Counts, Min, Max, Count, Sum } = target as Record<string, number[] | number>;
  assertValid(Array.isArray(Values) && Array.isArray(Counts), `Values and Counts at ${name}`);
  const [values, counts] = [Values as number[], Counts as number[]];
  assertValid(
    values.length === counts.length && values.length <= 100,
    `at most 100 values at ${name}`,
  );
  assertValid(
    values.every(Number.isFinite) && counts.every(Number.isInteger),
    `numbers at ${name}`,
  );
  const pairs = values.map((value, index): [number, number] => [value, counts[index] ?? 0]);
  assertValid(Count === pairs.reduce((sum, [, count]) => sum + count, 0), `the Count of ${name}`);
  assertValid(Number.isFinite(Sum), `a Sum at ${name}`);
  assertValid(
    Number(Min) <= Math.min(...values) && Number(Max) >= Math.max(...values),
    `Min and Max`,
  );
  return pairs;
}

function assertValid(isValid: boolean, requirement: string): void {
  if (!isValid) throw new Error(`A line in embedded metric format must have ${requirement}.`);
}

/** Returns the lines of a log that contain metrics. */
export function metricLines(lines: readonly string[]): string[] {
  return lines.filter((line) => line.includes('"_aws"'));
}

/** Returns the sum of a metric over lines, for one value of its dimension if one is given. */
export function sumOf(lines: readonly string[], name: string, dimension?: string): number {
  return metricLines(lines)
    .flatMap(dataPointsOf)
    .filter((point) => point.name === name && otherDimension(point) === dimension)
    .flatMap(({ values }) => values)
    .reduce((sum, [value, count]) => sum + value * count, 0);
}

/** Returns the data points of a metric in order. */
export function pointsOf(lines: readonly string[], name: string): DataPoint[] {
  return metricLines(lines)
    .flatMap(dataPointsOf)
    .filter((point) => point.name === name);
}

function otherDimension({ dimensions }: DataPoint): string | undefined {
  return Object.entries(dimensions).find(([name]) => name !== 'Service')?.[1];
}

/** @param share from 0 to 1. */
export function percentileOf(points: readonly DataPoint[], share: number): number {
  const values = points.flatMap((point) => point.values).sort(([one], [other]) => one - other);
  const total = values.reduce((sum, [, count]) => sum + count, 0);
  let cumulative = 0;
  for (const [value, count] of values) {
    cumulative += count;
    if (cumulative >= share * total) return value;
  }
  return Number.NaN;
}
