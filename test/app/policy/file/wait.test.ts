import { describeIneffectiveWait } from '../../../../app/src/policy/reputation-wait.ts';
import { logPolicy, warnAboutWait } from '../../../../app/src/telemetry/events/policy.ts';
import { createLog, recordWriter } from '../../../../app/src/telemetry/log.ts';
import { compile, issuesIn, policyText, rule } from '../../../support/policies.ts';

const RISK = rule('risk', 'abuse.score >= 75', '{ deny: No }');
const GEO = rule('place', 'geo.country == "KP"', '{ deny: No }');

const policyWith = (wait: string, rules = RISK) => policyText(rules, `wait: ${wait}`);
const waitOf = (wait: string) => compile(policyWith(wait)).reputationWait;

describe('a time to wait', () => {
  test.each<[string, number]>([
    ['1ms', 1],
    ['150ms', 150],
    ['"150ms"', 150],
    ['1s', 1000],
    ['2s', 2000],
    ['2500ms', 2500],
  ])('of %s is %i ms', (value, milliseconds) => {
    expect(waitOf(`{ reputation: ${value} }`)).toBe(milliseconds);
  });

  test.each<[string, string]>([
    ['150', '150'],
    ['0.15', '0.15'],
    ['"150"', '"150"'],
    ['0ms', '"0ms"'],
    ['0s', '"0s"'],
    ['-5ms', '"-5ms"'],
    ['1.5s', '"1.5s"'],
    ['150 ms', '"150 ms"'],
    ['150MS', '"150MS"'],
    ['150us', '"150us"'],
    ['5m', '"5m"'],
    ['1h', '"1h"'],
    ['1s500ms', '"1s500ms"'],
    ['2501ms', '"2501ms"'],
    ['3s', '"3s"'],
    ['9999999ms', '"9999999ms"'],
    ['true', 'true'],
    ['null', 'null'],
    ['[150ms]', 'a list'],
    ['{ max: 150ms }', 'a mapping'],
  ])('of %s is rejected', (value, shown) => {
    expect(issuesIn(policyWith(`{ reputation: ${value} }`))).toEqual([
      `policy.yaml:2: wait.reputation: ${shown} is not a valid time to wait; write 150ms or 1s, from 1ms to 2500ms, the longest deadline of a decision.`,
    ]);
  });

  test('in milliseconds is not a lifetime', () => {
    expect(issuesIn(policyText(rule('risk', 'abuse.score >= 75', '{ lifetime: 900ms }')))).toEqual([
      expect.stringMatching(/then\.lifetime: "900ms" is not a valid duration; write 90s, 15m, 1h/),
    ]);
  });
});

describe('the section wait', () => {
  test.each<[string, string, string]>([
    ['that is a time', '150ms', 'wait: must be a mapping, not "150ms".'],
    ['that is a list', '[150ms]', 'wait: must be a mapping, not a list.'],
    ['that is null', 'null', 'wait: must be a mapping, not null.'],
    ['that is empty', '{}', 'wait: needs reputation, e.g. { reputation: 150ms }.'],
    ['with another signal', '{ geo: 150ms }', 'wait.geo: is not a known key.'],
    [
      'with another signal too',
      '{ reputation: 150ms, geo: 150ms }',
      'wait.geo: is not a known key.',
    ],
  ])('%s is rejected', (_, wait, sentence) => {
    expect(issuesIn(policyWith(wait))).toEqual([`policy.yaml:2: ${sentence}`]);
  });

  test.each([RISK, GEO])('is optional: %s', (rules) => {
    expect(compile(policyText(rules)).reputationWait).toBeUndefined();
  });
});

describe('a wait that has no effect is an issue', () => {
  const NO_EFFECT =
    'policy.yaml:2: wait.reputation: has no effect, because no rule reads the reputation; remove it, or add a condition such as abuse.score >= 75.';

  test.each<[string, string, readonly string[]]>([
    ['because no rule reads the reputation', GEO, [NO_EFFECT]],
    ['because there is no rule', '', [NO_EFFECT]],
    ['but not if a condition reads it', GEO + RISK, []],
    ['but not if a monitored rule reads it', RISK.replace('then:', 'mode: monitor\n    then:'), []],
    [
      'but not if a claim contains it',
      rule('mark', true, `{ claims: { set: { risk: "\${abuse.score}" } } }`),
      [],
    ],
  ])('%s', (_, rules, issues) => {
    expect(issuesIn(policyWith('{ reputation: 150ms }', rules))).toEqual(issues);
  });

  test('and is not reported next to a rule that may have been meant to read it', () => {
    const rules = rule('risk', 'abus.score >= 75', '{ deny: No }');
    expect(issuesIn(policyWith('{ reputation: 150ms }', rules))).toEqual([
      expect.stringMatching(/unknown variable abus /),
    ]);
  });
});

describe('a wait and the deadline of a decision', () => {
  const WARNING =
    'The policy waits 150 ms for the reputation, but a decision has a deadline of 150 ms, so the wait has no effect and the cause is timeout instead of pending: shorten wait.reputation in the policy, or raise DECISION_DEADLINE_MS (in the stack, decisionDeadlineMs).';
  const policy = compile(policyWith('{ reputation: 150ms }'));

  test.each<[number, string | undefined]>([
    [1200, undefined],
    [151, undefined],
    [150, WARNING],
    [50, WARNING.replace('deadline of 150', 'deadline of 50')],
  ])('of %i ms', (deadlineMs, warning) => {
    expect(describeIneffectiveWait(policy, deadlineMs)).toBe(warning);
  });

  test('a policy without a wait needs no warning', () => {
    expect(describeIneffectiveWait(compile(policyText(RISK)), 50)).toBeUndefined();
  });

  test('the record of the policy has the wait, and a warning is logged once', () => {
    const lines: object[] = [];
    const log = createLog('warn', { write: (line) => void lines.push(JSON.parse(line)) });
    logPolicy(log, recordWriter(log), { ...policy, failOpen: [], warnings: [] });
    warnAboutWait(log, policy, 150);
    warnAboutWait(log, policy, 151);
    expect(lines).toMatchObject([
      { event: 'policy', reputation_wait_ms: 150 },
      { event: 'policy-wait-without-effect', level: 'warn', msg: WARNING },
    ]);
  });
});
