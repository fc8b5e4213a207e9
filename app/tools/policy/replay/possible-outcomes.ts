import type { EffectName } from '../../../src/action/change.ts';
import { GRANTS_WITH_REFRESH_TOKEN } from '../../../src/action/operations/lifetimes.ts';
import type { Outcome } from '../../../src/decide.ts';
import type { EffectSummary } from './effect-summary.ts';

/** What a record shows about the effects that are possible for its request. */
export interface EffectEvidence {
  readonly grant: unknown;
  /** Effects that the record shows to be impossible. */
  readonly impossible: ReadonlySet<EffectName>;
  /** Rules that applied, if the token was issued unchanged: the restrictions of a rule of this name may change nothing. */
  readonly changedNothing: ReadonlySet<unknown>;
}

/** The tokens that are still possible after a rule. */
interface Live {
  /** Whether no restriction may have been applied. */
  clean: boolean;
  /** The first rule that may have restricted the token. */
  restrictedBy: string | undefined;
}

/** One way in which a rule's condition may have turned out. */
export type Alternative =
  | 'continue'
  | {
      readonly effects: EffectSummary;
      /** Whether the condition failed, so that only restrictions apply. */
      readonly failed: boolean;
    };

/**
 * Follows all ways in which a policy may decide. The outcome depends only on whether a rule has refused the token,
 * and on whether one has restricted it, so these ways never multiply.
 */
export class PossibleOutcomes {
  /** The outcomes that are possible, each with the rule that caused it last. */
  readonly found = new Map<Outcome, string | undefined>();
  /** Whether only the token would show if a restriction changes it. */
  dependsOnToken = false;
  readonly #evidence: EffectEvidence;
  #live: Live = { clean: true, restrictedBy: undefined };

  constructor(evidence: EffectEvidence) {
    this.#evidence = evidence;
  }

  /** Whether no rule has ended the evaluation for certain. */
  get continues(): boolean {
    return this.#live.clean || this.#live.restrictedBy !== undefined;
  }

  /** Applies the effects of a rule in one of several ways. */
  applyOneOf(alternatives: readonly Alternative[]): void {
    const before = this.#live;
    const after: Live = { clean: false, restrictedBy: undefined };
    for (const alternative of alternatives) {
      const live = alternative === 'continue' ? before : this.#apply(alternative, before);
      after.clean ||= live.clean;
      after.restrictedBy ??= live.restrictedBy;
    }
    this.#live = after;
  }

  /** Ends the evaluation after the last rule. */
  end(): void {
    this.#issue(this.#live, undefined);
    this.#live = { clean: false, restrictedBy: undefined };
  }

  #apply({ effects, failed }: Exclude<Alternative, 'continue'>, before: Live): Live {
    const { rule } = effects;
    if (effects.deny || this.#isRefused(effects, failed)) {
      this.found.set('refuse', rule);
      return NONE;
    }
    const restricts = effects.restrictions.some((effect) => this.#isPossible(effect));
    const mayChangeNothing = restricts && this.#evidence.changedNothing.has(rule);
    if (mayChangeNothing) this.dependsOnToken = true;
    const after = restricts
      ? {
          clean: before.clean && mayChangeNothing,
          restrictedBy: before.restrictedBy ?? rule,
        }
      : before;
    if (!effects.allow || failed) return after;
    this.#issue(after, rule);
    return NONE;
  }

  #issue({ clean, restrictedBy }: Live, rule: string | undefined): void {
    if (clean) this.found.set('issue', rule);
    if (restrictedBy !== undefined) this.found.set('restrict', restrictedBy);
  }

  /** Returns whether the token is refused because an effect cannot be applied. */
  #isRefused(effects: EffectSummary, failed: boolean): boolean {
    const { required, restrictions, deniesUnenforceable } = effects;
    const { impossible } = this.#evidence;
    if (required.length > 0 && (failed || required.some((effect) => impossible.has(effect)))) {
      return true;
    }
    return deniesUnenforceable && restrictions.some((effect) => impossible.has(effect));
  }

  /** Returns whether a restriction may change the token: a service's own token has no refresh token. */
  #isPossible(effect: EffectName): boolean {
    const { grant, impossible } = this.#evidence;
    if (impossible.has(effect)) return false;
    return !effect.startsWith('refresh_token.') || GRANTS_WITH_REFRESH_TOKEN.has(String(grant));
  }
}

const NONE: Live = { clean: false, restrictedBy: undefined };
