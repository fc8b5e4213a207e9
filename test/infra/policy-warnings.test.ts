import { Stack } from 'aws-cdk-lib';
import type { LocatedIssue } from '../../app/src/policy/file/issues.ts';
import { warnAboutPolicy } from '../../infra/policy-warnings.ts';

function warning(check: string, place: string): LocatedIssue {
  return {
    severity: 'warning',
    check,
    file: 'policy.yaml',
    line: 3,
    column: 1,
    place,
    message: 'is suspicious.',
    excerpt: '',
    caret: { from: 1, to: 2 },
    text: `policy.yaml:3: ${place}: is suspicious.`,
  };
}

/** Returns the texts of the annotations, which end with the id to acknowledge. */
function annotationsFor(warnings: readonly LocatedIssue[]): string[] {
  const stack = new Stack();
  const failOpen = [
    { entry: 'unknown.geo', does: 'ignore' as const, rules: ['one'], warning: 'It fails open.' },
  ];
  warnAboutPolicy(stack, { failOpen, warnings });
  return stack.node.metadata
    .filter(({ type }) => type === 'aws:cdk:warning')
    .map(({ data }) => String(data));
}

test('each warning of the policy is an annotation, whose id has its kind and place', () => {
  const warnings = [
    warning('fails-open', 'unknown.geo'),
    warning('unused-list', 'lists.a'),
    warning('never-matches', 'rule "night", when'),
  ];
  expect(annotationsFor(warnings)).toEqual([
    'It fails open. [ack: RiskGate:failsOpen:unknown.geo]',
    'policy.yaml:3: lists.a: is suspicious. [ack: RiskGate:policy:unused-list:lists.a]',
    'policy.yaml:3: rule "night", when: is suspicious. [ack: RiskGate:policy:never-matches:rule-night-when]',
  ]);
});

test('many warnings become twenty annotations, and one that counts the others', () => {
  const warnings = Array.from({ length: 100 }, (_, index) =>
    warning('unused-list', `lists.a${index}`),
  );
  const found = annotationsFor(warnings);
  expect(found).toHaveLength(22);
  expect(found.at(-1)).toMatch(
    /^The policy has 80 more warnings: .* \[ack: RiskGate:policy:more\]$/,
  );
});
