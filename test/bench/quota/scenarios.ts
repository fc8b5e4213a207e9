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

const WITHOUT_BLOCKS = ['first come', 'spread'] as const;

/** Of a load for which all plans are simulated. CHECK-BLOCK matters most to the smallest plan. */
const ALL_PLANS: readonly Scenario[] = [
  ...allOf(['free']),
  ...allOf(['webmaster', 'basic'], WITHOUT_BLOCKS),
  ...allOf(['premium'], ['spread']),
  ...allOf(['unlimited'], WITHOUT_BLOCKS, [false]),
];

/**
 * What is simulated. A small load has few refusals a day, so more days are reported; a large one takes long, so there
 * are fewer days, and only what differs.
 */
export const SETUPS: readonly Setup[] = [
  {
    load: { tokensPerSecond: 0.1, days: 8, reportedDays: 4 },
    scenarios: ALL_PLANS,
    oracle: true,
  },
  {
    load: { tokensPerSecond: 1, days: 5, reportedDays: 2 },
    scenarios: ALL_PLANS,
    oracle: true,
  },
  {
    load: { tokensPerSecond: 10, days: 2, reportedDays: 1 },
    scenarios: [
      ...allOf(['free'], WITHOUT_BLOCKS),
      ...allOf(['webmaster', 'basic'], ['first come'], [false]),
      ...allOf(['premium'], ['spread']),
      ...allOf(['unlimited'], ['spread'], [false]),
    ],
    oracle: false,
  },
  {
    load: { tokensPerSecond: 100, days: 1, reportedDays: 1 },
    scenarios: allOf(['premium'], ['spread']),
    oracle: false,
  },
];

function allOf(
  plans: readonly (keyof typeof PLANS)[],
  variants: readonly Variant[] = ['first come', 'spread', 'spread, blocks'],
  attacks: readonly boolean[] = [false, true],
): Scenario[] {
  return plans.flatMap((name) => {
    const plan: Plan = PLANS[name];
    return variants.flatMap((variant) => attacks.map((attack) => ({ plan, variant, attack })));
  });
}
