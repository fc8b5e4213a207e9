import type { LocatedIssue } from '../../../../app/src/policy/file/issues.ts';
import { logPolicy } from '../../../../app/src/telemetry/events/policy.ts';
import { createLog, recordWriter } from '../../../../app/src/telemetry/log.ts';
import { compile, policyText, rule } from '../../../support/policies.ts';

const policy = compile(
  policyText(
    rule('one', 'geo.country == "KP"', '{ deny: No }'),
    'unknown: { address: ignore, geo: ignore }',
  ),
);

function warning(line: number): LocatedIssue {
  return {
    severity: 'warning',
    check: 'unused-list',
    file: 'policy.yaml',
    line,
    column: 1,
    place: `lists.a${line}`,
    message: 'is not used.',
    excerpt: '',
    caret: { from: 1, to: 2 },
    text: `policy.yaml:${line}: lists.a${line}: is not used.`,
  };
}

/** Returns the lines of the log for a policy with these warnings besides that of `failOpen`. */
function linesFor(warnings: readonly LocatedIssue[]): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('warn', { write: (line) => void lines.push(JSON.parse(line)) });
  logPolicy(log, recordWriter(log), { ...policy, warnings: [...policy.warnings, ...warnings] });
  return lines;
}

test('each warning is one line, and a part that fails open is logged once', () => {
  const { revision } = policy;
  expect(linesFor([{ ...warning(3), rule: 'one' }, warning(4)])).toEqual([
    expect.objectContaining({ event: 'policy', warnings: 4 }),
    expect.objectContaining({ event: 'policy-fails-open', entry: 'unknown.address' }),
    expect.objectContaining({ event: 'policy-fails-open', entry: 'unknown.geo' }),
    {
      level: 'warn',
      time: expect.any(String),
      event: 'policy-warning',
      policy_revision: revision,
      check: 'unused-list',
      rule: 'one',
      msg: 'policy.yaml:3: lists.a3: is not used.',
    },
    expect.objectContaining({ event: 'policy-warning', msg: expect.stringContaining('lists.a4') }),
  ]);
});

test.each([
  [20, 20, undefined],
  [21, 21, 'The policy has 1 more warning: `risk-gate policy check policy.yaml` lists it.'],
  [500, 21, 'The policy has 480 more warnings: `risk-gate policy check policy.yaml` lists them.'],
])('of %i warnings, %i lines are logged', (count, lines, last) => {
  const logged = linesFor(Array.from({ length: count }, (_, index) => warning(index + 1))).filter(
    ({ event }) => event === 'policy-warning',
  );
  expect(logged).toHaveLength(lines);
  if (last !== undefined) expect(logged.at(-1)).toMatchObject({ msg: last });
});
