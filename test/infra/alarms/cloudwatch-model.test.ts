import {
  type AlarmState,
  type MissingData,
  nextState,
} from '../../support/cloudwatch/alarm-state.ts';
import { ruleIsTrue } from '../../support/cloudwatch/composite.ts';
import { evaluateAlarm } from '../../support/cloudwatch/evaluate.ts';
import { compileExpression, type Series } from '../../support/cloudwatch/expression.ts';
import { aggregate, type Sample } from '../../support/cloudwatch/samples.ts';
import type { Alarm } from '../../support/cloudwatch/template.ts';

/** `X` breaches, `0` does not, `-` is missing; the newest is last. */
const points = (text: string) =>
  [...text].map((point) => (point === '-' ? undefined : point === 'X'));

const RETAINED = 'retained' as AlarmState;

describe('Missing data is treated as in the examples of the CloudWatch user guide', () => {
  const TREATMENTS: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
  const [OK, ALARM, NONE] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;

  test.each<[datapointsToAlarm: number, range: string, states: readonly AlarmState[]]>([
    [3, '0-X-X', [OK, OK, OK, OK]],
    [3, '----0', [OK, OK, OK, OK]],
    [3, '-----', [NONE, RETAINED, ALARM, OK]],
    [3, '0XX-X', [ALARM, ALARM, ALARM, ALARM]],
    [3, '--X--', [ALARM, RETAINED, ALARM, OK]],
    [2, '0-X-X', [ALARM, ALARM, ALARM, ALARM]],
    [2, '00X0X', [ALARM, ALARM, ALARM, ALARM]],
    [2, '0-X--', [OK, OK, ALARM, OK]],
    [2, '----0', [OK, OK, ALARM, OK]],
    [2, '----X', [ALARM, RETAINED, ALARM, OK]],
  ])('%d of 3, %s', (datapointsToAlarm, range, states) => {
    const found = TREATMENTS.map((missingData) =>
      nextState(points(range), { evaluationPeriods: 3, datapointsToAlarm, missingData }, RETAINED),
    );
    expect(found).toEqual(states);
  });
});

describe('Metric math', () => {
  const metrics = new Map<string, Series>([
    ['a', () => 6],
    ['b', () => 4],
    ['zero', () => 0],
    ['none', () => undefined],
  ]);

  test.each<[expression: string, value: number | undefined]>([
    ['a - b - 1', 1],
    ['a + b * 2', 14],
    ['(a + b) * 2', 20],
    ['100 * b / (a + b)', 40],
    ['a >= 6', 1],
    ['a < b OR b != 4', 0],
    ['a > 5 AND b > 5', 0],
    ['IF(a > b, a, b)', 6],
    ['IF(zero, a, b)', 4],
    ['FILL(none, 3) + a', 9],
    ['FILL(a, 3)', 6],
    ['none + a', undefined],
    ['none > 0', undefined],
    ['IF(none, a, b)', undefined],
    ['a / zero', undefined],
  ])('%s', (expression, value) => {
    expect(compileExpression(expression, metrics)(0)).toBe(value);
  });

  test.each([
    ['a +', /Expected a word, got "the end"/],
    ['a b', /Expected the end, got "b"/],
    ['c', /Unknown metric: c/],
    ['RATE(a)', /Unsupported function: RATE/],
    ['IF(a, b', /Expected "\)"/],
    ['a % b', /Unsupported syntax: % b/],
  ])('rejects %s', (expression, message) => {
    expect(() => compileExpression(expression, metrics)).toThrow(message);
  });
});

describe('A statistic over the samples of all tasks', () => {
  const samples: readonly Sample[] = [
    { value: 10, count: 97 },
    { value: 900, count: 2 },
    { value: 50, count: 1 },
  ];

  test.each<[statistic: string, of: readonly Sample[], value: number | undefined]>([
    ['Sum', samples, 2820],
    ['SampleCount', samples, 100],
    ['Average', samples, 28.2],
    ['Minimum', samples, 10],
    ['Maximum', samples, 900],
    ['p97', samples, 10],
    ['p98', samples, 50],
    ['p99', samples, 900],
    ['p99.9', samples, 900],
    ['Sum', [{ value: 0, count: 1 }], 0],
    ['Sum', [], undefined],
    ['SampleCount', [], undefined],
  ])('%s', (statistic, of, value) => {
    expect(aggregate(of, statistic)).toBe(value);
  });
});

test.each<[rule: string, isTrue: boolean]>([
  ['ALARM("on")', true],
  ['(ALARM("off") OR ALARM("on"))', true],
  ['(ALARM("off") OR (ALARM("on") AND ALARM("off")))', false],
  ['ALARM("on") OR ALARM("off") AND ALARM("off")', true],
])('The rule of a composite alarm: %s', (rule, expected) => {
  expect(ruleIsTrue(rule, (alarm) => alarm === 'on')).toBe(expected);
});

test('An alarm on DynamoDB keeps its state without data, whatever its TreatMissingData', () => {
  const alarm = (namespace: string): Alarm => ({
    ...{ id: 'a', logicalId: 'a', description: '', notifies: [] },
    ...{ comparison: 'GreaterThanThreshold', period: 60, limit: { threshold: 0 } },
    ...{ evaluationPeriods: 1, datapointsToAlarm: 1, missingData: 'notBreaching' },
    ...{ queries: { m: { metric: 'm', namespace, statistic: 'Sum' } }, expression: 'm' },
  });
  const source = { samples: (_: string, at: number) => (at === 5 ? [{ value: 1, count: 1 }] : []) };
  const last = (namespace: string) =>
    evaluateAlarm(alarm(namespace), source, { from: 0, to: 60 }).at(-1);
  expect([last('AWS/DynamoDB'), last('AWS/Logs')]).toEqual(['ALARM', 'OK']);
});
