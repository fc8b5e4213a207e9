import type { GeneratedEffects, GeneratedPolicy } from './generated-policies.ts';

/** Effects that count for a token, and who asked for them. */
export interface Counting {
  readonly id: string;
  readonly effects: GeneratedEffects;
  /** The condition failed: nothing is added or set. */
  readonly onlyRestricts: boolean;
  readonly unenforceable: 'deny' | 'ignore';
  /** The rule itself says `unenforceable: deny`, which covers its sets and adds. */
  readonly insists: boolean;
}

/**
 * Which effects of a policy count, told in the plainest way: top to bottom, `allow` and `deny` end it,
 * and the reputation, which is unknown, is made up for once.
 */
export function countingEffects(policy: GeneratedPolicy): readonly Counting[] {
  const counting: Counting[] = [];
  let missed = false;
  for (const { id, condition, effects, unenforceable } of policy.rules) {
    const insists = unenforceable === 'deny';
    const hasEffect =
      condition === 'holds' ||
      (condition === 'fails' && (restricts(effects) || (insists && adds(effects))));
    if (hasEffect) {
      counting.push({
        id,
        effects,
        onlyRestricts: condition === 'fails',
        unenforceable: unenforceable ?? policy.unenforceable,
        insists,
      });
      if (effects.deny || (effects.allow && condition === 'holds')) break;
    } else if (condition === 'lacks a signal' && !missed) {
      missed = true;
      if (policy.unknown === 'ignore') continue;
      counting.push({
        id: 'unknown.reputation',
        effects: policy.unknown,
        onlyRestricts: false,
        unenforceable: policy.unenforceable,
        insists: false,
      });
      if (policy.unknown.deny || policy.unknown.allow) break;
    }
  }
  return counting;
}

function restricts(effects: GeneratedEffects): boolean {
  const { deny, lifetime, refresh_token, scopes, audience, claims } = effects;
  return (
    (deny ?? lifetime ?? refresh_token) !== undefined ||
    [scopes, audience, claims].some((member) => (member?.remove.length ?? 0) > 0)
  );
}

export function adds({ scopes, audience, claims }: GeneratedEffects): boolean {
  const added = [...(scopes?.add ?? []), ...(audience?.add ?? [])];
  return added.length + Object.keys(claims?.set ?? {}).length > 0;
}

/** Whether a name is one of those that a policy lists, whole or as globs. */
export function isListed(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    return new RegExp(`^${parts.join('[^]*')}$`).test(name);
  });
}
