import { createPolicyClock } from '../../../app/src/policy/policy-clock.ts';
import { decideBy } from '../../support/decide.ts';
import { compile, policyText, rule } from '../../support/policies.ts';

/** Returns `now` at a moment in a time zone, as `weekday hour:minute`. */
async function shown(timezone: string, moment: string): Promise<string | undefined> {
  const claim = `{ claims: { set: { shown: "\${now.weekday} \${now.hour}:\${now.minute}" } } }`;
  const { operations } = await decideBy(
    policyText(rule('one', true, claim), `timezone: ${timezone}`),
    {
      now: Date.parse(moment),
    },
  );
  const [operation] = operations;
  return operation?.op === 'add' && typeof operation.value === 'object'
    ? String(operation.value.value)
    : undefined;
}

describe("now is the time in the policy's time zone", () => {
  test.each<[string, string, string, string]>([
    ['UTC', '2026-01-05T10:30:59.999Z', '1 10:30', 'a Monday'],
    ['UTC', '2026-01-04T00:00:00Z', '0 0:0', 'Sunday is 0, midnight is 0 and not 24'],
    ['UTC', '2026-01-03T23:59:59Z', '6 23:59', 'the last minute of Saturday'],
    ['Asia/Kolkata', '2026-01-05T10:30:00Z', '1 16:0', 'half an hour off'],
    ['Asia/Kolkata', '2026-01-04T18:30:00Z', '1 0:0', 'and already the next day'],
    ['Asia/Kathmandu', '2026-01-05T10:30:00Z', '1 16:15', 'three quarters of an hour off'],
    ['America/St_Johns', '2026-01-05T03:00:00Z', '0 23:30', 'half an hour off, and the day before'],
    ['Pacific/Kiritimati', '2026-01-05T10:00:00Z', '2 0:0', 'fourteen hours ahead'],
    ['Pacific/Pago_Pago', '2026-01-05T10:59:00Z', '0 23:59', 'eleven hours behind'],
    ['Europe/Berlin', '2026-03-29T00:59:00Z', '0 1:59', 'before summer time'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', '0 3:0', 'the hour that summer time skips'],
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '0 2:30', 'the hour that occurs twice'],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', '0 2:30', 'its second occurrence'],
    ['Europe/Berlin', '2026-10-25T02:00:00Z', '0 3:0', 'after summer time'],
    ['Australia/Lord_Howe', '2026-04-04T14:59:00Z', '0 1:59', 'before a change of half an hour'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '0 1:30', 'after it'],
    ['America/New_York', '2026-03-08T07:00:00Z', '0 3:0', 'summer time on another day'],
  ])('%s at %s: %s (%s)', async (zone, moment, expected) => {
    expect(await shown(zone, moment)).toBe(expected);
  });

  test('the default time zone is UTC', async () => {
    const policy = policyText(rule('one', 'now.hour == 10 && now.minute == 30', '{ deny: No }'));
    expect((await decideBy(policy, { now: Date.parse('2026-01-05T10:30:00Z') })).outcome).toBe(
      'refuse',
    );
  });

  test('now.timestamp does not depend on the time zone', async () => {
    const when =
      'now.timestamp == timestamp("2026-01-05T10:30:00Z") && now.timestamp.getHours("Asia/Tokyo") == 19';
    const policy = policyText(rule('one', when, '{ deny: No }'), 'timezone: Asia/Kolkata');
    expect((await decideBy(policy, { now: Date.parse('2026-01-05T10:30:00Z') })).outcome).toBe(
      'refuse',
    );
  });

  test('office hours follow the time zone', async () => {
    const policy = compile(
      policyText(
        rule(
          'office',
          'now.weekday >= 1 && now.weekday <= 5 && now.hour >= 9 && now.hour < 17',
          '{ deny: No }',
        ),
        'timezone: America/Los_Angeles',
      ),
    );
    const at = async (moment: string) =>
      (await decideBy(policy, { now: Date.parse(moment) })).outcome;
    expect(await at('2026-01-05T16:59:59Z')).toBe('issue');
    expect(await at('2026-01-05T17:00:00Z')).toBe('refuse');
    expect(await at('2026-01-06T00:59:59Z')).toBe('refuse');
    expect(await at('2026-01-06T01:00:00Z')).toBe('issue');
    expect(await at('2026-01-10T18:00:00Z')).toBe('issue');
  });
});

describe('the calendar is computed once a minute', () => {
  const minute = Date.parse('2026-01-05T10:30:00Z');

  test('every moment of a minute returns the same object', () => {
    const clock = createPolicyClock('Europe/Berlin');
    const first = clock(minute);
    expect(clock(minute + 1)).toBe(first);
    expect(clock(minute + 59_999)).toBe(first);
  });

  test('another minute, later or earlier, returns another object', () => {
    const clock = createPolicyClock('Europe/Berlin');
    const first = clock(minute);
    expect(clock(minute + 60_000)).toMatchObject({ hour: 11, minute: 31 });
    expect(clock(minute - 1)).toMatchObject({ hour: 11, minute: 29 });
    expect(first).toEqual({ hour: 11, minute: 30, weekday: 1, date: '2026-01-05' });
  });

  test('two policies have separate clocks', () => {
    const [berlin, tokyo] = [createPolicyClock('Europe/Berlin'), createPolicyClock('Asia/Tokyo')];
    expect([berlin(minute).hour, tokyo(minute).hour, berlin(minute).hour]).toEqual([11, 19, 11]);
  });
});
