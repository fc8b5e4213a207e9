import type {
  Condition,
  Entry,
  GeneratedEffects,
  GeneratedPolicy,
  UnknownCondition,
} from './generated-policies.ts';

/** Effects that apply to a token, with the rule that they belong to. */
export interface ExpectedEffects {
  readonly id: string;
  readonly effects: GeneratedEffects;
  /** Whether the condition failed, so that nothing is added or set. */
  readonly onlyRestricts: boolean;
  readonly unenforceable: 'deny' | 'ignore';
  /** Whether the rule has its own `unenforceable: deny`, which covers its sets and adds. */
  readonly requiresAdditions: boolean;
}

const NEEDED_ENTRIES: Readonly<
  Partial<Record<Condition, readonly Entry[]>> & Record<UnknownCondition, readonly Entry[]>
> = {
  'unknown reputation': ['reputation'],
  'unknown anonymizer': ['anonymizer'],
  'absent feed': ['feeds.absent'],
  'expired feed': ['feeds.expired'],
  'absent and expired feed': ['feeds.absent', 'feeds.expired'],
};

/**
 * Returns the effects of a policy that apply, by the simplest implementation: rules from top to bottom, `allow` and
 * `deny` end the evaluation, and each entry of `unknown` applies once.
 */
export function expectedEffects(policy: GeneratedPolicy): readonly ExpectedEffects[] {
  const expected: ExpectedEffects[] = [];
  const appliedEntries = new Set<Entry>();
  const isEnded = () => {
    const last = expected.at(-1);
    return last?.effects.deny !== undefined || (last?.effects.allow && !last.onlyRestricts);
  };
  for (const { id, condition, effects, unenforceable } of policy.rules) {
    const requiresAdditions = unenforceable === 'deny';
    const hasEffect =
      condition === 'matches' ||
      (condition === 'fails' && (restricts(effects) || (requiresAdditions && adds(effects))));
    if (hasEffect) {
      expected.push({
        id,
        effects,
        onlyRestricts: condition === 'fails',
        unenforceable: unenforceable ?? policy.unenforceable,
        requiresAdditions,
      });
    } else {
      for (const entry of NEEDED_ENTRIES[condition] ?? []) {
        const entryEffects = policy.unknown[entry];
        if (appliedEntries.has(entry) || isEnded()) continue;
        appliedEntries.add(entry);
        if (entryEffects === 'ignore') continue;
        expected.push({
          id: `unknown.${entry.split('.')[0]}`,
          effects: entryEffects,
          onlyRestricts: false,
          unenforceable: policy.unenforceable,
          requiresAdditions: false,
        });
      }
    }
    if (isEnded()) break;
  }
  return expected;
}

function restricts(effects: GeneratedEffects): boolean {
  const { deny, lifetime, refresh_token, scopes, audience, claims } = effects;
  return (
    (deny ?? lifetime ?? refresh_token) !== undefined ||
    [scopes, audience, claims].some((names) => (names?.remove.length ?? 0) > 0)
  );
}

export function adds({ scopes, audience, claims }: GeneratedEffects): boolean {
  const added = [...(scopes?.add ?? []), ...(audience?.add ?? [])];
  return added.length + Object.keys(claims?.set ?? {}).length > 0;
}

/** Returns whether a name matches one of a policy's patterns. */
export function isListed(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    return new RegExp(`^${parts.join('[^]*')}$`).test(name);
  });
}
