export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The values of `TreatMissingData`. */
export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export interface AlarmRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missingData: MissingData;
}

/**
 * The periods before the evaluated ones in which CloudWatch also looks for data points. There are two in the examples
 * of its documentation; the actual number depends on the period.
 */
export const EXTRA_PERIODS = 2;

/**
 * Returns the next state of an alarm, according to "Configuring how CloudWatch alarms treat missing data" in the
 * user guide: real data points come first, and `missingData` applies only to the remaining periods.
 *
 * @param range whether each data point breaches, the oldest first; undefined if it is missing.
 */
export function nextState(
  range: readonly (boolean | undefined)[],
  { evaluationPeriods, datapointsToAlarm, missingData }: AlarmRule,
  previous: AlarmState,
): AlarmState {
  const real = range.filter((point) => point !== undefined).slice(-evaluationPeriods);
  const breaching = real.filter(Boolean).length;
  const missing = evaluationPeriods - real.length;
  const stateFor = (count: number): AlarmState => (count >= datapointsToAlarm ? 'ALARM' : 'OK');
  if (missing === 0 || missingData === 'notBreaching') return stateFor(breaching);
  if (missingData === 'breaching') return stateFor(breaching + missing);
  if (real.length === 0) return missingData === 'missing' ? 'INSUFFICIENT_DATA' : previous;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  // All real data points breach, but there are too few of them.
  const allBreach = breaching === Math.min(datapointsToAlarm, real.length);
  if (!allBreach) return 'OK';
  return missingData === 'missing' ? 'ALARM' : previous;
}
