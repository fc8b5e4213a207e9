import { evaluateAlarm } from '../../support/cloudwatch/evaluate.ts';
import { readAlarms } from '../../support/cloudwatch/template.ts';
import { EMITTERS } from '../../support/operations/emitters.ts';
import { normalMinute, TINY } from '../../support/operations/minute.ts';
import { TODAY } from '../../support/operations/situation.ts';
import { type Configuration, synthesize } from '../../support/stack.ts';

/** The first day of feeds, from the minute in which the schedule of the refresher is created. */
interface FirstDay {
  readonly configuration: Configuration;
  /** Minutes between two runs. */
  readonly interval: number;
  /** Minutes after an hour in which the schedule is created. */
  readonly begins: number;
  /** Minutes from the creation of the schedule until the first run ends; `undefined` if no run ever ends. */
  readonly firstRun: number | undefined;
}

const DAY = 24 * 60;

const NORMAL = normalMinute(TINY, TODAY);
const NOTHING: Readonly<Record<string, number>> = {};

/** How many minutes late CloudWatch shows a metric. */
const DELAYS = [0, 3];

const INTERVALS: readonly (readonly [configuration: Configuration, interval: number])[] = [
  ['feeds', 60],
  ['feeds, existing secrets, egress public', 15],
  ['a feed without a credential', 360],
];

/** Whether a run ends in a minute. Later runs take a minute or several. */
function endsRun({ begins, interval, firstRun }: FirstDay, minute: number): boolean {
  if (firstRun === undefined) return false;
  const elapsed = minute - begins;
  const run = Math.floor(elapsed / interval);
  return elapsed >= 0 && elapsed % interval === (run === 0 ? firstRun : 1 + (run % 4));
}

/** Returns the alarms of a stack with feeds that fire on the first day. */
function firedOn(
  day: FirstDay,
  { delay, withoutWait = false }: { readonly delay: number; readonly withoutWait?: boolean },
): readonly string[] {
  const stack = synthesize(day.configuration);
  const others = readAlarms(synthesize()).map(({ id }) => id);
  const waits = stack
    .resources<{ Seconds: number }>('Custom::Wait')
    .filter(({ DependsOn }) => DependsOn?.some((id) => id.startsWith('RefresherSchedule')));
  const source = {
    samples(metric: string, shownAt: number) {
      const at = shownAt - delay;
      const elapsed = at - TODAY;
      if (elapsed < day.begins) return [];
      const isLoaded = elapsed > day.begins + (day.firstRun ?? DAY);
      const minute = {
        ...NORMAL,
        ...{ refresherEnds: endsRun(day, elapsed), feedErrors: {}, feedLoadFailures: 0 },
        // A task loads what the first run has published. The oldest data is four days old.
        feedAges: isLoaded ? { 'geolite2-country': 100 } : NOTHING,
      };
      return EMITTERS.get(metric)?.(minute) ?? [];
    },
  };
  return readAlarms(stack)
    .filter(({ id }) => !others.includes(id))
    .flatMap((alarm) => {
      const alarmResource = stack.resources().find(({ id }) => id === alarm.logicalId);
      const [wait] = waits.filter(({ id }) => alarmResource?.DependsOn?.includes(id));
      const minutes = withoutWait ? 0 : (wait?.Properties.Seconds ?? 0) / 60;
      const from = TODAY + day.begins + minutes;
      const states = evaluateAlarm(alarm, source, { from, to: TODAY + DAY });
      return states.includes('ALARM') ? alarm.id : [];
    });
}

describe.each(INTERVALS)('With %s, on the first day', (configuration, interval) => {
  const day = (begins: number, firstRun: number | undefined): FirstDay => ({
    ...{ configuration, interval, begins, firstRun },
  });

  test.each([0, 20, 52, 59])(
    'no alarm fires, if the feeds begin %d min past the hour',
    (begins) => {
      for (const delay of DELAYS) {
        expect(firedOn(day(begins, 1), { delay })).toEqual([]);
        expect(firedOn(day(begins, 4), { delay })).toEqual([]);
      }
    },
  );

  test('a refresher that never runs raises a ticket', () => {
    expect(firedOn(day(20, undefined), { delay: 2 })).toEqual(['RefresherSilent']);
  });
});

test('Without waiting for the first run, the alarm on missing runs would fire', () => {
  const late = { configuration: 'feeds', interval: 60, begins: 55, firstRun: 5 } as const;
  expect(firedOn(late, { delay: 2, withoutWait: true })).toEqual(['RefresherSilent']);
  expect(firedOn(late, { delay: 2 })).toEqual([]);
});
