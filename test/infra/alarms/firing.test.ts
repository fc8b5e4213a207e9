import { ruleIsTrue } from '../../support/cloudwatch/composite.ts';
import { evaluateAlarm, type Span, type Timeline } from '../../support/cloudwatch/evaluate.ts';
import { readAlarms, readCompositeAlarms } from '../../support/cloudwatch/template.ts';
import { metricsOf, type Situation, spanOf } from '../../support/operations/world.ts';
import { type Configuration, synthesise } from '../../support/stack.ts';
import { CALM } from './calm.ts';
import { INCIDENTS } from './incidents.ts';

/** What was there before, and what it takes for all alarms to end. */
const BEFORE = 90;
const AFTER = 240;

interface Watched {
  /** When each alarm stood, in minutes from the beginning; those that never did are left out. */
  readonly first: Readonly<Record<string, number>>;
  /** Alarms that did not stand before, and still do when everything has been normal for hours. */
  readonly stuck: readonly string[];
}

/** Lets the alarms of the synthesised template look at a situation. */
function watch(situation: Situation, configuration: Configuration): Watched {
  const stack = synthesise(configuration);
  const { from, to } = spanOf(situation);
  const span = { from: from - BEFORE, to: to + AFTER };
  const source = metricsOf(situation);
  const alarms = readAlarms(stack);
  const timelines = alarms.map((alarm) => [alarm, evaluateAlarm(alarm, source, span)] as const);
  const byLogicalId = new Map(timelines.map(([{ logicalId }, states]) => [logicalId, states]));
  const all: [id: string, states: Timeline][] = timelines.map(([{ id }, states]) => [id, states]);
  for (const { id, rule } of readCompositeAlarms(stack)) {
    all.push([id, compositeTimeline(rule, byLogicalId, span)]);
  }
  return {
    first: Object.fromEntries(
      all.flatMap(([id, states]) => {
        const at = states.indexOf('ALARM', BEFORE);
        return at < 0 ? [] : [[id, at - BEFORE]];
      }),
    ),
    stuck: all
      .filter(([, states]) => states.at(-1) === 'ALARM' && states[BEFORE - 1] !== 'ALARM')
      .map(([id]) => id),
  };
}

function compositeTimeline(
  rule: string,
  timelines: ReadonlyMap<string, Timeline>,
  { from, to }: Span,
): Timeline {
  return Array.from({ length: to - from }, (_, index) => {
    const stands = (id: string) => {
      const states = timelines.get(id);
      if (states === undefined) throw new Error(`There is no alarm ${id}.`);
      return states[index] === 'ALARM';
    };
    return ruleIsTrue(rule, stands) ? 'ALARM' : 'OK';
  });
}

const CONFIGURATIONS: readonly Configuration[] = [
  'cloudfront, egress nat',
  'allowed addresses, certificate',
];

describe.each(CONFIGURATIONS)('With %s, all is quiet in', (configuration) => {
  test.each(CALM)('$name', (situation) => {
    const { first } = watch(situation, configuration);
    expect(Object.keys(first)).toEqual(situation.evidence ?? []);
  });
});

describe('Alarms stand when', () => {
  test.each(INCIDENTS)('$name', (incident) => {
    const { first, stuck } = watch(incident, incident.configuration);
    const { LoginsAtRisk: page, ...alarms } = first;
    expect(Object.keys(alarms).sort()).toEqual(Object.keys(incident.fires).sort());
    expect(page === undefined).toBe(incident.pages === undefined);
    const limits: Record<string, number> = {
      ...incident.fires,
      LoginsAtRisk: incident.pages ?? 0,
    };
    const late = Object.entries(first).filter(([id, at]) => at > (limits[id] ?? 0));
    expect(late).toEqual([]);
    expect(stuck).toEqual([]);
  });

  test('there is an incident for each alarm', () => {
    const fired = new Set(INCIDENTS.flatMap(({ fires }) => Object.keys(fires)));
    const ids = CONFIGURATIONS.flatMap((name) => readAlarms(synthesise(name))).map(({ id }) => id);
    expect([...fired].sort()).toEqual([...new Set(ids)].sort());
  });
});
