import type { Change, EffectName, Enforcement } from '../../../src/action/change.ts';
import type { Effects } from '../../../src/policy/effects/effects.ts';
import type { SignalName } from '../../../src/signals/request-signals.ts';

/** What effects can do to an outcome, whatever the token contains. */
export interface EffectSummary {
  /** The rule's id, or `unknown.<signal>`. */
  readonly rule: string;
  readonly deny: boolean;
  readonly allow: boolean;
  /** Ceilings and removals. */
  readonly restrictions: readonly EffectName[];
  /** Sets and adds without which the token is refused. */
  readonly required: readonly EffectName[];
  /** Whether a restriction that the request does not allow refuses the token. */
  readonly deniesUnenforceable: boolean;
  /** Whether required sets have values of the request, which may be missing. */
  readonly hasTemplates: boolean;
  /** Signals that the texts and values read. */
  readonly signals: ReadonlySet<SignalName>;
}

/** @param rule the rule's id, or `unknown.<signal>`. */
export function summariseEffects(
  rule: string,
  effects: Effects,
  enforcement: Enforcement,
): EffectSummary {
  const change = effects.restriction(rule, enforcement);
  return {
    rule,
    deny: effects.deny !== undefined,
    allow: effects.allow,
    restrictions: change === undefined ? [] : restrictionsIn(change),
    required: change?.withheld ?? [],
    deniesUnenforceable: enforcement.restrictions === 'deny',
    hasTemplates: effects.references.variables.length > 0,
    signals: effects.signals,
  };
}

function restrictionsIn(change: Change): EffectName[] {
  const { lifetime, refreshToken, scopes, audience, claims } = change;
  const names: readonly (EffectName | false)[] = [
    lifetime !== undefined && 'lifetime',
    refreshToken?.drop === true && 'refresh_token.drop',
    refreshToken?.lifetime !== undefined && 'refresh_token.lifetime',
    scopes?.remove.empty === false && 'scopes.remove',
    audience?.remove.empty === false && 'audience.remove',
    claims?.remove.empty === false && 'claims.remove',
  ];
  return names.filter((name) => name !== false);
}
