export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** As `TreatMissingData` says. */
export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export interface AlarmRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missingData: MissingData;
}

/**
 * How many periods CloudWatch looks at beyond those that it evaluates, to find real data points. Its
 * documentation shows two in its examples; it says that the number depends on the period.
 */
export const EXTRA_PERIODS = 2;

/**
 * The next state, as "Configuring how CloudWatch alarms treat missing data" of the user guide says:
 * real data points come first, and only for those that lack then is `missingData` asked.
 *
 * @param range whether each data point breaches, the oldest first; undefined where one is missing
 */
export function nextState(
  range: readonly (boolean | undefined)[],
  { evaluationPeriods, datapointsToAlarm, missingData }: AlarmRule,
  previous: AlarmState,
): AlarmState {
  const real = range.filter((point) => point !== undefined).slice(-evaluationPeriods);
  const breaching = real.filter(Boolean).length;
  const missing = evaluationPeriods - real.length;
  const stands = (count: number): AlarmState => (count >= datapointsToAlarm ? 'ALARM' : 'OK');
  if (missing === 0 || missingData === 'notBreaching') return stands(breaching);
  if (missingData === 'breaching') return stands(breaching + missing);
  if (real.length === 0) return missingData === 'missing' ? 'INSUFFICIENT_DATA' : previous;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  // All that there is breaches, and it is less than what is asked for.
  const allBreach = breaching === Math.min(datapointsToAlarm, real.length);
  if (!allBreach) return 'OK';
  return missingData === 'missing' ? 'ALARM' : previous;
}
