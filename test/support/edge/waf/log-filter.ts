import { type EdgeTemplate, resourceOf } from '../template.ts';
import type { Verdict } from './web-acl.ts';

interface Condition {
  readonly ActionCondition?: { readonly Action: string };
  readonly LabelNameCondition?: { readonly LabelName: string };
}

interface Logging {
  readonly LoggingFilter: {
    readonly DefaultBehavior: 'KEEP' | 'DROP';
    readonly Filters: readonly {
      readonly Behavior: 'KEEP' | 'DROP';
      readonly Requirement: 'MEETS_ANY' | 'MEETS_ALL';
      readonly Conditions: readonly Condition[];
    }[];
  };
}

/** Returns whether AWS WAF logs a request, by the filter of a template. */
export function isLogged(template: EdgeTemplate, verdict: Verdict): boolean {
  const logging = resourceOf<Logging>(template, 'AWS::WAFv2::LoggingConfiguration');
  if (logging === undefined) throw new Error('The template logs no requests.');
  const { Filters, DefaultBehavior } = logging.properties.LoggingFilter;
  const matching = Filters.find(({ Requirement, Conditions }) => {
    const met = Conditions.map((condition) => isMet(condition, verdict));
    return Requirement === 'MEETS_ALL' ? met.every(Boolean) : met.some(Boolean);
  });
  return (matching?.Behavior ?? DefaultBehavior) === 'KEEP';
}

function isMet({ ActionCondition, LabelNameCondition }: Condition, verdict: Verdict): boolean {
  if (LabelNameCondition) return verdict.labels.includes(LabelNameCondition.LabelName);
  // A count is an action of a request as well, beside the one that ends its evaluation.
  if (ActionCondition?.Action === 'COUNT') return verdict.counted.length > 0;
  return ActionCondition?.Action === verdict.action;
}
