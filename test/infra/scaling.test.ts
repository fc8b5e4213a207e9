import { requestsPerTaskAndMinute } from '../../infra/scaling.ts';
import { synthesize } from '../support/stack.ts';

test.each([
  [256, 15_000],
  [512, 30_000],
  [1024, 60_000],
  // A process uses one core.
  [2048, 60_000],
])(
  'a task of %i CPU units handles %i requests per minute before the service scales out',
  (units, expected) => {
    expect(requestsPerTaskAndMinute(units)).toBe(expected);
  },
);

test('the stack scales according to the size of its tasks', () => {
  const policies = synthesize().resources<{
    TargetTrackingScalingPolicyConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: string };
      TargetValue: number;
    };
  }>('AWS::ApplicationAutoScaling::ScalingPolicy');
  const targets = policies.flatMap(
    ({ Properties: { TargetTrackingScalingPolicyConfiguration: it } }) =>
      it.PredefinedMetricSpecification.PredefinedMetricType === 'ALBRequestCountPerTarget'
        ? it.TargetValue
        : [],
  );
  expect(targets).toEqual([requestsPerTaskAndMinute(512)]);
});
