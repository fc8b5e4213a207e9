import type { Figures } from './figures.ts';
import type { OracleFigures } from './oracle.ts';
import type { Variant } from './scenarios.ts';
import type { Simulated, SimulatedSetup } from './simulate.ts';

const MINUTE_MS = 60_000;

/** Of the figures of the variant "first come". */
const MAX_MISSED_REFUSALS = 1 / 5;
const MAX_NEEDLESS_RESTRICTIONS = 1 / 3;

/** Above the best possible, if the requirement is below it. A service does not know who will come back. */
const MAX_ABOVE_BEST = 1 / 4;

const MAX_BLIND_MINUTES = 60;

/** Percentage points by which an attack may worsen the figures of honest users. */
const MAX_CHANGE = 1;

/**
 * Share of the lookups below which an attacker changes nothing but chance: with a quota that is far too small, a single
 * lookup decides which of the hostile addresses are found.
 */
const SHARE_OF_CHANCE = 1 / 200;

/** A requirement and whether it is met. */
export interface Requirement {
  readonly name: string;
  /** What was measured, and what is required. */
  readonly figures: string;
  readonly isMet: boolean;
}

/** Returns the requirements of the free plan at 1 token a second. */
export function freePlanRequirements({ accounts, oracles }: SimulatedSetup): Requirement[] {
  const before = findFigures(accounts, 'free', 'first come', false);
  if (before === undefined) return [];
  return (['spread', 'spread, blocks'] as const).flatMap((variant, at) => {
    const now = findFigures(accounts, 'free', variant, false);
    const best = oracles[at];
    if (now === undefined || best === undefined) return [];
    return [
      ratio(
        `missed refusals, ${variant}`,
        now.missedRefusals,
        before.missedRefusals,
        MAX_MISSED_REFUSALS,
      ),
      needless(`needless restrictions, ${variant}`, now, before, best),
      ...[false, true].map((attack) => blindTime(accounts, variant, attack)),
    ];
  });
}

/** Returns the requirements of a list that is complete from the lowest limit of the policy on. */
export function completeListRequirements({ accounts, setup }: SimulatedSetup): Requirement[] {
  return accounts
    .filter(({ plan }) => plan.list?.completeFrom !== undefined)
    .map(({ variant, attack, figures }) => ({
      name: `complete list, ${setup.load.tokensPerSecond}/s, ${variant}${attack ? ', attack' : ''}`,
      figures: `${figures.checks} lookups and ${figures.missedDespiteList} refusals missed that the list contained, must be 0`,
      isMet: figures.checks === 0 && figures.blocks === 0 && figures.missedDespiteList === 0,
    }));
}

/** Returns the requirements of honest users' figures during an attack. */
export function attackRequirements({ accounts, setup }: SimulatedSetup): Requirement[] {
  return accounts
    .filter(({ attack, variant }) => attack && variant !== 'first come')
    .flatMap(({ plan, variant, figures }) => {
      const calm = findFigures(accounts, plan.name, variant, false);
      if (calm === undefined) return [];
      const missed = missedPercent(figures) - missedPercent(calm);
      const restricted = needlessPercent(figures) - needlessPercent(calm);
      const isChance = figures.attackersChecks < SHARE_OF_CHANCE * figures.checks;
      const chance = isChance
        ? `, missed by chance: the attacker had ${figures.attackersChecks} of ${figures.checks} lookups`
        : '';
      return {
        name: `attack, ${setup.load.tokensPerSecond}/s, ${plan.name}, ${variant}`,
        figures: `missed ${signed(missed)}, needless ${signed(restricted)} points, at most ${MAX_CHANGE}${chance}`,
        isMet: (isChance || missed <= MAX_CHANGE) && restricted <= MAX_CHANGE,
      };
    });
}

/** Returns the missed refusals as a percentage of the tokens to refuse. */
export function missedPercent({ missedRefusals, toRefuse }: MissedFigures): number {
  return toRefuse === 0 ? 0 : (100 * missedRefusals) / toRefuse;
}

/** Returns the needless restrictions as a percentage of the tokens to leave alone. */
export function needlessPercent({ needlessRestrictions, toLeaveAlone }: NeedlessFigures): number {
  return toLeaveAlone === 0 ? 0 : (100 * needlessRestrictions) / toLeaveAlone;
}

type MissedFigures = Pick<Figures, 'missedRefusals' | 'toRefuse'>;
type NeedlessFigures = Pick<Figures, 'needlessRestrictions' | 'toLeaveAlone'>;

function blindTime(accounts: readonly Simulated[], variant: Variant, attack: boolean): Requirement {
  const { longestBlindTime = 0 } = findFigures(accounts, 'free', variant, attack) ?? {};
  const minutes = Math.ceil(longestBlindTime / MINUTE_MS);
  return {
    name: `blind time, ${variant}${attack ? ', attack' : ''}`,
    figures: `${minutes} minutes, at most ${MAX_BLIND_MINUTES}`,
    isMet: minutes <= MAX_BLIND_MINUTES,
  };
}

function needless(name: string, now: Figures, before: Figures, best: OracleFigures): Requirement {
  const limit = MAX_NEEDLESS_RESTRICTIONS * before.needlessRestrictions;
  const required = ratio(
    name,
    now.needlessRestrictions,
    before.needlessRestrictions,
    MAX_NEEDLESS_RESTRICTIONS,
  );
  if (best.needlessRestrictions <= limit) return required;
  const above = now.needlessRestrictions / best.needlessRestrictions - 1;
  return {
    name,
    figures: `${required.figures}, which is out of reach: ${percent(above)} above the best possible, at most ${percent(MAX_ABOVE_BEST)}`,
    isMet: above <= MAX_ABOVE_BEST,
  };
}

function ratio(name: string, now: number, before: number, limit: number): Requirement {
  return {
    name,
    figures: `${now} instead of ${before}: ${percent(now / before)}, at most ${percent(limit)}`,
    isMet: now <= limit * before,
  };
}

function findFigures(
  accounts: readonly Simulated[],
  plan: string,
  variant: Variant,
  attack: boolean,
): Figures | undefined {
  return accounts.find(
    (each) => each.plan.name === plan && each.variant === variant && each.attack === attack,
  )?.figures;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function signed(points: number): string {
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`;
}
