import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { otherWarnings } from '../app/src/policy/other-warnings.ts';
import type { Policy } from '../app/src/policy/policy.ts';

/**
 * Adds an annotation for each warning of the policy. Its id consists of the kind of the warning and its place in the
 * policy, so that it can be acknowledged.
 */
export function warnAboutPolicy(
  scope: IConstruct,
  policy: Pick<Policy, 'failOpen' | 'warnings'>,
): void {
  const annotations = Annotations.of(scope);
  for (const { entry, warning } of policy.failOpen) {
    annotations.addWarningV2(`RiskGate:failsOpen:${entry}`, warning);
  }
  const { shown, more } = otherWarnings(policy);
  for (const { check, place, text } of shown) {
    annotations.addWarningV2(`RiskGate:policy:${check}:${idOf(place)}`, text);
  }
  if (more !== undefined) annotations.addWarningV2('RiskGate:policy:more', more);
}

/** Returns `rule-one-when` for `rule "one", when`. */
function idOf(place: string): string {
  return place.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^-|-$/g, '');
}
