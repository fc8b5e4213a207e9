import { compileRule } from '../../support/cloudwatch/composite.ts';
import { evaluateAlarm, type Span, type Timeline } from '../../support/cloudwatch/evaluate.ts';
import { readAlarms, readCompositeAlarms } from '../../support/cloudwatch/template.ts';
import { EMITTERS } from '../../support/operations/emitters.ts';
import { normalMinute } from '../../support/operations/minute.ts';
import { metricSource, type Situation, timeSpan } from '../../support/operations/situation.ts';
import { type Configuration, synthesize } from '../../support/stack.ts';
import { CALM } from './calm.ts';
import { INCIDENTS } from './incidents/index.ts';

/** The normal operation before and after a situation. All alarms must recover in the minutes after it. */
const MINUTES_BEFORE = 90;
const MINUTES_AFTER = 240;

interface AlarmHistory {
  /** Minutes from the start of the situation until each alarm fired; only alarms that did. */
  readonly firedAfter: Readonly<Record<string, number>>;
  /** Alarms that fired and did not recover. */
  readonly stuck: readonly string[];
}

const alarmsByConfiguration = new Map<Configuration, ReturnType<typeof readAll>>();

/** Returns the alarms of a template: always the same ones, so that results of normal operation are reused. */
function alarmsOf(configuration: Configuration) {
  const alarms = alarmsByConfiguration.get(configuration) ?? readAll(configuration);
  alarmsByConfiguration.set(configuration, alarms);
  return alarms;
}

function readAll(configuration: Configuration) {
  const stack = synthesize(configuration);
  return { alarms: readAlarms(stack), composites: readCompositeAlarms(stack) };
}

/** Evaluates the alarms of the template over a situation. */
function simulate(situation: Situation, configuration: Configuration): AlarmHistory {
  const { alarms, composites } = alarmsOf(configuration);
  const { from, to } = timeSpan(situation);
  const span = { from: from - MINUTES_BEFORE, to: to + MINUTES_AFTER };
  const source = metricSource(situation);
  const timelines = alarms.map((alarm) => [alarm, evaluateAlarm(alarm, source, span)] as const);
  const byLogicalId = new Map(timelines.map(([{ logicalId }, states]) => [logicalId, states]));
  const all: [id: string, states: Timeline][] = timelines.map(([{ id }, states]) => [id, states]);
  for (const { id, rule } of composites) {
    all.push([id, compositeTimeline(rule, byLogicalId, span)]);
  }
  return {
    firedAfter: Object.fromEntries(
      all.flatMap(([id, states]) => {
        const at = states.indexOf('ALARM', MINUTES_BEFORE);
        return at < 0 ? [] : [[id, at - MINUTES_BEFORE]];
      }),
    ),
    stuck: all
      .filter(([, states]) => states.at(-1) === 'ALARM' && states[MINUTES_BEFORE - 1] !== 'ALARM')
      .map(([id]) => id),
  };
}

function compositeTimeline(
  rule: string,
  timelines: ReadonlyMap<string, Timeline>,
  { from, to }: Span,
): Timeline {
  const isTrue = compileRule(rule, (id, index) => {
    const states = timelines.get(id);
    if (states === undefined) throw new Error(`There is no alarm ${id}.`);
    return states[index] === 'ALARM';
  });
  return Array.from({ length: to - from }, (_, index) => (isTrue(index) ? 'ALARM' : 'OK'));
}

const CONFIGURATIONS: readonly Configuration[] = [
  'cloudfront, egress nat',
  'allowed addresses, certificate',
  'feeds',
];

test('every metric of an alarm has an emitter', () => {
  const metrics = CONFIGURATIONS.flatMap((name) => readAlarms(synthesize(name)))
    .flatMap(({ queries }) => Object.values(queries))
    .map(({ metric }) => metric);
  expect({
    'metrics without an emitter: add it to test/support/operations/emitters.ts': [
      ...new Set(metrics),
    ].filter((metric) => !EMITTERS.has(metric)),
  }).toEqual({ 'metrics without an emitter: add it to test/support/operations/emitters.ts': [] });
});

test('an incident cannot change an unknown field of a minute', () => {
  const [incident] = INCIDENTS;
  if (incident === undefined) throw new Error('There are no incidents.');
  const misspelled = () => ({ decisions: 0, decisionz: 0 });
  const source = metricSource({ ...incident, changes: misspelled });
  const [metric = ''] = EMITTERS.keys();
  expect(() => source.samples(metric, timeSpan(incident).from)).toThrow('decisionz');
});

describe.each(CONFIGURATIONS)('With %s, no alarm notifies anybody:', (configuration) => {
  test.each(CALM)('$name', (situation) => {
    const { firedAfter } = simulate(situation, configuration);
    expect(Object.keys(firedAfter)).toEqual(situation.evidence ?? []);
  });
});

describe('The expected alarms fire in time and recover:', () => {
  test.each(INCIDENTS)('$name', (incident) => {
    const { firedAfter, stuck } = simulate(incident, incident.configuration);
    const { LoginsAtRisk: page, ...alarms } = firedAfter;
    expect(Object.keys(alarms).sort()).toEqual(Object.keys(incident.alarms).sort());
    expect(page === undefined).toBe(incident.pageWithin === undefined);
    const limits: Record<string, number> = {
      ...incident.alarms,
      LoginsAtRisk: incident.pageWithin ?? 0,
    };
    const late = Object.entries(firedAfter).filter(([id, at]) => at > (limits[id] ?? 0));
    expect(late).toEqual([]);
    expect(stuck).toEqual([]);
  });

  test('there is an incident for each alarm', () => {
    const fired = new Set(INCIDENTS.flatMap(({ alarms }) => Object.keys(alarms)));
    const ids = CONFIGURATIONS.flatMap((name) => readAlarms(synthesize(name))).map(({ id }) => id);
    expect({
      'alarms without an incident: add one to test/infra/alarms/incidents': [
        ...new Set(ids),
      ].filter((id) => !fired.has(id)),
      'unknown alarms: correct their ids in test/infra/alarms/incidents': [...fired].filter(
        (id) => !ids.includes(id),
      ),
    }).toEqual({
      'alarms without an incident: add one to test/infra/alarms/incidents': [],
      'unknown alarms: correct their ids in test/infra/alarms/incidents': [],
    });
  });
});

describe('A small site that refuses everybody pages before 20 refusals:', () => {
  const situations = INCIDENTS.filter(({ alarms }) => 'EveryoneRefused' in alarms).filter(
    ({ pageWithin }) => pageWithin !== undefined,
  );

  test('there are such incidents', () => {
    expect(situations.length).toBeGreaterThanOrEqual(2);
  });

  test.each(situations)('$name', (incident) => {
    const { LoginsAtRisk: pagedAfter = Number.POSITIVE_INFINITY } = simulate(
      incident,
      incident.configuration,
    ).firedAfter;
    const { from } = timeSpan(incident);
    let refusals = 0;
    for (let minute = from; minute < from + pagedAfter; minute += 1) {
      const normal = normalMinute(incident.site, minute);
      refusals += incident.changes(normal, minute - from).refused ?? normal.refused;
    }
    expect(refusals).toBeLessThan(20);
  });
});
