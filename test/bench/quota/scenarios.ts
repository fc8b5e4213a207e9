import type { Parts } from './lookups.ts';
import { PLANS, type Plan } from './plans.ts';

/** How the service spends its quota. */
export const VARIANTS = {
  /** As before it had any of the parts: whoever comes first is looked up until the quota is exhausted. */
  'first come': { admission: false, highScoreMemory: false, checkBlock: false },
  spread: { admission: true, highScoreMemory: true, checkBlock: false },
  'spread, blocks': { admission: true, highScoreMemory: true, checkBlock: true },
} as const satisfies Record<string, Parts>;
export type Variant = keyof typeof VARIANTS;

/** One account of a simulation. */
export interface Scenario {
  readonly plan: Plan;
  readonly variant: Variant;
  /** Whether somebody invents addresses. */
  readonly attack: boolean;
}

/** A stream, and how long it lasts. */
export interface Load {
  readonly tokensPerSecond: number;
  readonly days: number;
  /** The last days, of which figures are reported. Those before fill the caches. */
  readonly reportedDays: number;
}

/** A load with the accounts that share it. */
export interface Setup {
  readonly load: Load;
  readonly scenarios: readonly Scenario[];
  /** Whether the best use of the free plan's quota is searched, too. */
  readonly oracle: boolean;
}

/**
 * What is simulated. A small load has few refusals a day, so more days are reported; a large one takes long, so there
 * are fewer days, and only the plans that differ.
 */
export const SETUPS: readonly Setup[] = [
  {
    load: { tokensPerSecond: 0.1, days: 10, reportedDays: 4 },
    scenarios: allOf(['free', 'webmaster', 'basic', 'premium', 'unlimited']),
    oracle: true,
  },
  {
    load: { tokensPerSecond: 1, days: 8, reportedDays: 2 },
    scenarios: allOf(['free', 'webmaster', 'basic', 'premium', 'unlimited']),
    oracle: true,
  },
  {
    load: { tokensPerSecond: 10, days: 2, reportedDays: 1 },
    scenarios: [...allOf(['free', 'premium', 'unlimited']), ...allOf(['basic'], ['first come'])],
    oracle: false,
  },
  {
    load: { tokensPerSecond: 100, days: 1, reportedDays: 1 },
    scenarios: [...allOf(['premium'], ['spread']), ...allOf(['free'], ['first come'])],
    oracle: false,
  },
];

function allOf(
  plans: readonly (keyof typeof PLANS)[],
  variants: readonly Variant[] = ['first come', 'spread', 'spread, blocks'],
): Scenario[] {
  return plans.flatMap((name) => {
    const plan: Plan = PLANS[name];
    return (
      variants
        // Where nothing is looked up, and where nothing is scarce, CHECK-BLOCK has no use.
        .filter((variant) => variant !== 'spread, blocks' || isScarce(plan))
        .flatMap((variant) => [false, true].map((attack) => ({ plan, variant, attack })))
    );
  });
}

function isScarce({ checks, list }: Plan): boolean {
  return checks !== undefined && list?.completeFrom === undefined;
}
