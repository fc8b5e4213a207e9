import { compileRule } from '../../support/cloudwatch/composite.ts';
import { evaluateAlarm, type Timeline } from '../../support/cloudwatch/evaluate.ts';
import { type Alarm, readAlarms, readCompositeAlarms } from '../../support/cloudwatch/template.ts';
import { EMITTERS } from '../../support/operations/emitters.ts';
import { type Minute, normalMinute, TINY } from '../../support/operations/minute.ts';
import { TODAY } from '../../support/operations/situation.ts';
import { MODES, type SynthesizedStack, synthesize } from '../../support/stack.ts';

/** A first creation of the stack, from the minute in which the service is created. */
interface FirstDeployment {
  readonly name: string;
  /** Healthy tasks in each minute; `-` while none is registered. The last one continues. */
  readonly healthy: string;
  /** The minute in which CloudFormation finds the service stable: its only task is healthy. */
  readonly stableAt: number;
  /** Minutes from then until the first request to the endpoint succeeds. @default 0 */
  readonly unreachable?: number;
}

const FIRST_DEPLOYMENTS: readonly FirstDeployment[] = [
  { name: 'a usual start', healthy: '--011112', stableAt: 4 },
  { name: 'a second task that starts slowly', healthy: '--011111112', stableAt: 4 },
  { name: 'an image that takes long to pull', healthy: '--------0111112', stableAt: 10 },
  { name: 'a first task that is replaced', healthy: '--000---011112', stableAt: 10 },
  { name: 'two first tasks that are replaced', healthy: '--000-000-00111112', stableAt: 13 },
  { name: 'a bake time of five minutes', healthy: '--011111111112', stableAt: 9 },
  { name: 'a bake time of ten minutes', healthy: '--01111111111111112', stableAt: 14 },
  {
    name: 'a name that resolvers know after five minutes',
    healthy: '--011112',
    ...{ stableAt: 4, unreachable: 5 },
  },
  {
    name: 'a DNS record that the operator creates after half an hour',
    healthy: '--011112',
    ...{ stableAt: 4, unreachable: 30 },
  },
];

/** How many minutes late CloudWatch shows a metric. */
const DELAYS = [0, 1, 2, 3];
/** Minutes after the creation of the service. */
const END = 61;

/** The canary runs from the minute in which the service is stable. */
function canaryOf(
  { stableAt, unreachable = 0 }: FirstDeployment,
  minute: number,
): Minute['canary'] {
  if (minute < stableAt) return 'silent';
  return minute < stableAt + unreachable ? 'pending' : 'ok';
}

/** The minute of a first deployment: the action is not registered yet, so there are no decisions. */
function minuteOf(deployment: FirstDeployment, minute: number): Minute {
  const { healthy } = deployment;
  const state = healthy[minute] ?? healthy.at(-1) ?? '-';
  const count = Number(state);
  const isRegistered = state !== '-';
  return {
    ...normalMinute(TINY, TODAY + minute),
    ...{ decisions: 0, refused: 0, internalErrors: 0, invalid: 0, unavailableReputations: 0 },
    ...{ withoutAddress: 0, unknownApiVersions: 0 },
    ...{ unauthenticated: 0, blocked: {}, badGateways: 0, gatewayTimeouts: 0 },
    tasks: Array.from({ length: isRegistered ? count : 0 }, () => ({
      ...{ policyRevision: 4711, flushes: 2 },
    })),
    healthyTasks: isRegistered ? count : undefined,
    unhealthyTasks: isRegistered && count === 0 ? 1 : 0,
    ...{ canary: canaryOf(deployment, minute), cloudFrontErrorRate: 0 },
  };
}

/** Returns the seconds that an alarm waits for the first metrics; undefined if it is created without waiting. */
function waitOf(stack: SynthesizedStack, { logicalId }: Alarm): number | undefined {
  const wait = stack.only<{ Seconds: number }>('Custom::Wait');
  const alarm = stack.resources().find(({ id }) => id === logicalId);
  return alarm?.DependsOn?.includes(wait.id) === true ? wait.Properties.Seconds : undefined;
}

/** Returns the alarms that fire, pages included, when those that wait are created `minutes` after the service. */
function firedIn(
  deployment: FirstDeployment,
  options: { readonly delay: number; readonly minutes?: number; readonly end?: number },
): readonly string[] {
  const { stableAt } = deployment;
  const { end = END } = options;
  const stack = synthesize();
  const minutes = new Map<number, Minute>();
  const source = {
    samples: (metric: string, at: number) => {
      if (at < TODAY) return [];
      const minute = minutes.get(at) ?? minuteOf(deployment, at - TODAY);
      minutes.set(at, minute);
      return EMITTERS.get(metric)?.(minute) ?? [];
    },
  };
  const alarms = readAlarms(stack);
  const timelines = new Map<string, Timeline>();
  const fired: string[] = [];
  let lastCreated = 0;
  for (const alarm of alarms) {
    const wait = waitOf(stack, alarm);
    const created = wait === undefined ? 0 : stableAt + (options.minutes ?? wait / 60);
    lastCreated = Math.max(lastCreated, created);
    const span = { from: TODAY + created, to: TODAY + end };
    const states = evaluateAlarm(alarm, source, span, options.delay);
    if (states.includes('ALARM')) fired.push(alarm.id);
    const before = Array.from({ length: created }, () => 'INSUFFICIENT_DATA' as const);
    timelines.set(alarm.logicalId, [...before, ...states]);
  }
  // A composite alarm is created after the alarms that it refers to.
  for (const { id, rule } of readCompositeAlarms(stack)) {
    const isTrue = compileRule(
      rule,
      (alarm, index) => timelines.get(alarm)?.[lastCreated + index] === 'ALARM',
    );
    const length = end - lastCreated;
    if (Array.from({ length }, (_, index) => isTrue(index)).includes(true)) fired.push(id);
  }
  return fired;
}

describe.each(FIRST_DEPLOYMENTS)('$name', (deployment) => {
  test.each(DELAYS)('does not page, with metrics that are %d min late', (delay) => {
    // No call arrives before the action is registered: a ticket, and evidence.
    expect(firedIn(deployment, { delay })).toEqual(['NoTraffic', 'NoDecisions']);
  });
});

test('Without waiting for the first metrics, a first deployment would page', () => {
  const paged = FIRST_DEPLOYMENTS.filter((deployment) =>
    firedIn(deployment, { delay: 2, minutes: 0 }).includes('LoginsAtRisk'),
  );
  expect(paged).not.toEqual([]);
});

test('An endpoint without a DNS record raises a ticket after an hour, and does not page', () => {
  const missing = { name: '', healthy: '--011112', stableAt: 4, unreachable: 90 };
  const fired = firedIn(missing, { delay: 2, end: 90 });
  expect(fired).toEqual(['NoTraffic', 'NoDecisions', 'CanaryPending']);
});

test('A service that loses its tasks right after the first deployment pages', () => {
  const lost = { name: '', healthy: `--011112${'2'.repeat(20)}-`, stableAt: 4 };
  expect(firedIn(lost, { delay: 2 })).toEqual(
    expect.arrayContaining(['NoHealthyTasks', 'LoginsAtRisk']),
  );
});

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesize(mode);

  test('the wait begins when the service is stable, and scaling and the canary have started', () => {
    const wait = stack().only('Custom::Wait');
    const before = [
      'AWS::ECS::Service',
      'AWS::ApplicationAutoScaling::ScalableTarget',
      'AWS::Scheduler::Schedule',
    ];
    expect(wait.DependsOn).toEqual(
      expect.arrayContaining(before.flatMap((type) => stack().resources(type)).map(({ id }) => id)),
    );
  });

  test('alarms that page, or that breach without data, wait, unless they roll back the deployment', () => {
    const [page] = readCompositeAlarms(stack());
    const { AlarmNames } = stack().only<{
      DeploymentConfiguration: { Alarms: { AlarmNames: readonly string[] } };
    }>('AWS::ECS::Service').Properties.DeploymentConfiguration.Alarms;
    for (const alarm of readAlarms(stack())) {
      const pages = compileRule(page?.rule ?? '', (id) => id === alarm.logicalId)(0);
      const waits = pages || alarm.missingData === 'breaching';
      const rollsBack = AlarmNames.some((name) => name.endsWith(`-${alarm.id}`));
      expect([alarm.id, waitOf(stack(), alarm) !== undefined]).toEqual([
        alarm.id,
        waits && !rollsBack,
      ]);
    }
  });
});
