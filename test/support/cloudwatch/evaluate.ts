import { type AlarmState, EXTRA_PERIODS, nextState } from './alarm-state.ts';
import { compileExpression, OPERATORS, type Series } from './expression.ts';
import { aggregate, type MetricSource, type Sample } from './samples.ts';
import type { Alarm } from './template.ts';

/** The state of an alarm in each minute of a span. */
export type Timeline = readonly AlarmState[];

/** Minutes since the first midnight of the training period; the end is exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const DAY = 24 * 60;

/** The days that the anomaly detector learns from, before the day of a situation. */
export const TRAINING_DAYS = 14;

/**
 * Returns the states of an alarm over a span of time. Periods are aligned to multiples of their length, and the
 * alarm is evaluated at the end of each one. CloudWatch evaluates more often, so its alarms fire no later. It also
 * evaluates data from before `from`, when the alarm is created.
 *
 * @param delayMinutes how long after its end a period's data point is visible.
 */
export function evaluateAlarm(
  alarm: Alarm,
  source: MetricSource,
  { from, to }: Span,
  delayMinutes = 0,
): Timeline {
  const minutes = alarm.period / 60;
  const breaches = breachesOf(alarm, source);
  const ignoresMissing = Object.values(alarm.queries).some(
    // Documented with the parameter TreatMissingData of PutMetricAlarm.
    ({ namespace }) => namespace === 'AWS/DynamoDB',
  );
  const rule = { ...alarm, missingData: ignoresMissing ? 'ignore' : alarm.missingData } as const;
  const length = alarm.evaluationPeriods + EXTRA_PERIODS;
  const states: AlarmState[] = [];
  let state: AlarmState = 'INSUFFICIENT_DATA';
  for (let minute = from; minute < to; minute += 1) {
    const period = Math.floor(minute / minutes) - 1;
    if (minute % minutes === 0) {
      const range = Array.from({ length }, (_, back) => period - length + 1 + back);
      const isVisible = (each: number) => (each + 1) * minutes + delayMinutes <= minute;
      const points = range.map((each) => (isVisible(each) ? breaches(each) : undefined));
      state = nextState(points, rule, state);
    }
    states.push(state);
  }
  return states;
}

type Breaches = (period: number) => boolean | undefined;

/** Returns whether the data point of a period breaches; undefined if it is missing. */
function breachesOf(alarm: Alarm, source: MetricSource): Breaches {
  const { base } = source;
  const values = seriesOf(alarm, source);
  if (base === undefined) return breachOf(alarm, values, memoize(usualOf(alarm, values)));
  const minutes = alarm.period / 60;
  const known = baseOf(alarm, base.source);
  // What is usual is learned up to the first period of the day after the training.
  const own =
    base.from >= TRAINING_DAYS * DAY + minutes ? known.usual : memoize(usualOf(alarm, values));
  const breaches = breachOf(alarm, values, own);
  return (period) =>
    (period + 1) * minutes > base.from && period * minutes < base.to
      ? breaches(period)
      : known.breaches(period);
}

interface BaseResults {
  readonly breaches: Breaches;
  readonly usual: (period: number) => Usual | undefined;
}

const baseResults = new WeakMap<MetricSource, WeakMap<Alarm, BaseResults>>();

/** Returns the results of an alarm with a source that several others are based on. Cached. */
function baseOf(alarm: Alarm, source: MetricSource): BaseResults {
  const ofSource = baseResults.get(source) ?? new WeakMap<Alarm, BaseResults>();
  baseResults.set(source, ofSource);
  let results = ofSource.get(alarm);
  if (results === undefined) {
    const values = seriesOf(alarm, source);
    const usual = memoize(usualOf(alarm, values));
    results = { breaches: memoize(breachOf(alarm, values, usual)), usual };
    ofSource.set(alarm, results);
  }
  return results;
}

function seriesOf(alarm: Alarm, source: MetricSource): Series {
  const minutes = alarm.period / 60;
  const metrics = Object.entries(alarm.queries).map(([id, { metric, statistic }]) => {
    const series: Series = (period) => {
      const samples: Sample[] = [];
      for (let minute = period * minutes; minute < (period + 1) * minutes; minute += 1) {
        samples.push(...source.samples(metric, minute));
      }
      return aggregate(samples, statistic);
    };
    return [id, memoize(series)] as const;
  });
  return memoize(compileExpression(alarm.expression, new Map(metrics)));
}

function memoize<T>(series: (period: number) => T): (period: number) => T {
  const known = new Map<number, T>();
  return (period) => {
    if (!known.has(period)) known.set(period, series(period));
    return known.get(period) as T;
  };
}

/** @param usualAt what is usual for an anomaly detector at the time of a period. */
function breachOf(
  alarm: Alarm,
  values: Series,
  usualAt: (period: number) => Usual | undefined,
): Breaches {
  const { limit, comparison } = alarm;
  return (period) => {
    const value = values(period);
    if (value === undefined) return undefined;
    if ('threshold' in limit) return compare(comparison, value, limit.threshold);
    const usual = usualAt(period);
    if (usual === undefined) return undefined;
    const margin = limit.deviations * usual.deviation;
    if (comparison === 'GreaterThanUpperThreshold') return value > usual.mean + margin;
    if (comparison === 'LessThanLowerThreshold') return value < usual.mean - margin;
    throw new Error(`Unsupported comparison: ${comparison}.`);
  };
}

interface Usual {
  readonly mean: number;
  readonly deviation: number;
}

const usualOf = (alarm: Alarm, values: Series) => (period: number) =>
  usualValue(values, period, (DAY * 60) / alarm.period);

/** The operators of metric math, by the comparison with a threshold. */
const COMPARISONS: Readonly<Record<string, keyof typeof OPERATORS>> = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '<=',
};

function compare(comparison: string, value: number, threshold: number): boolean {
  const operator = COMPARISONS[comparison];
  if (operator === undefined) throw new Error(`Unsupported comparison: ${comparison}.`);
  return OPERATORS[operator](value, threshold) === 1;
}

/**
 * Simplifies CloudWatch's anomaly detection, whose model is not published: mean and standard deviation of the values
 * at the same time of the training days, including the periods before and after it. Ignores weekdays.
 */
function usualValue(values: Series, period: number, periodsPerDay: number): Usual | undefined {
  const today = TRAINING_DAYS * periodsPerDay + (period % periodsPerDay);
  const learned: number[] = [];
  for (let day = 1; day <= TRAINING_DAYS; day += 1) {
    for (const offset of [-1, 0, 1]) {
      const at = today - day * periodsPerDay + offset;
      const value = at < 0 ? undefined : values(at);
      if (value !== undefined) learned.push(value);
    }
  }
  if (learned.length === 0) return undefined;
  const mean = learned.reduce((sum, value) => sum + value, 0) / learned.length;
  const variance = learned.reduce((sum, value) => sum + (value - mean) ** 2, 0) / learned.length;
  return { mean, deviation: Math.sqrt(variance) };
}
