import type { Change } from '../change.ts';
import type { AllowedOperations, Operation } from '../operation.ts';

/** The effects that a policy can have on a token, by the names that its file uses. */
export type EffectName =
  | 'lifetime'
  | 'refresh_token.lifetime'
  | 'refresh_token.drop'
  | 'scopes.remove'
  | 'scopes.add'
  | 'audience.remove'
  | 'audience.add'
  | 'claims.remove'
  | 'claims.set';

/** Why an effect was not sent. */
export type LeftOutCause =
  /** The request does not allow the operation: the identity server would drop it. */
  | 'not-allowed'
  /** The identity server cannot address it: an odd claim name, or a member that is no list. */
  | 'not-reachable'
  /** Another rule removes what this one adds: the removal wins. */
  | 'removed'
  /** The value is none that a claim can have. */
  | 'no-value';

export interface LeftOut {
  readonly rule: string;
  readonly effect: EffectName;
  readonly cause: LeftOutCause;
}

/** The operations to send, and what could not be sent. */
export class Plan {
  readonly operations: Operation[] = [];
  /** Sets and adds that cannot be applied: the token lacks them, which harms nobody. */
  readonly leftOut: LeftOut[] = [];
  /** Restrictions that cannot be applied: the policy says what becomes of the token. */
  readonly unenforceable: LeftOut[] = [];
  /** Whether an operation takes something from the token. */
  restricts = false;
  /** The first rule whose restriction must hold and cannot. */
  mustRefuse: string | undefined;
  readonly #allowed: AllowedOperations;

  constructor(allowed: AllowedOperations) {
    this.#allowed = allowed;
  }

  allows(operation: Operation): boolean {
    return this.#allowed.allows(operation.op, operation.path);
  }

  /** Sends a restriction on behalf of the changes that ask for it, or records that it cannot be. */
  restrict(changes: readonly Change[], effect: EffectName, operation: Operation): void {
    if (this.allows(operation)) {
      this.operations.push(operation);
      this.restricts = true;
    } else {
      this.failRestriction(changes, effect, 'not-allowed');
    }
  }

  failRestriction(changes: readonly Change[], effect: EffectName, cause: LeftOutCause): void {
    for (const { rule, unenforceable } of changes) {
      if (unenforceable === 'deny') this.mustRefuse ??= rule;
      if (this.unenforceable.some((other) => other.rule === rule && other.effect === effect))
        continue;
      this.unenforceable.push({ rule, effect, cause });
    }
  }

  /** Sends a set or an add and says so, or leaves it out. */
  enrich(change: Change, effect: EffectName, operation: Operation): boolean {
    const allowed = this.allows(operation);
    if (allowed) this.operations.push(operation);
    else this.leaveOut(change, effect, 'not-allowed');
    return allowed;
  }

  /** Records a set or an add that is not sent; one record for a rule, an effect and a cause. */
  leaveOut({ rule }: Change, effect: EffectName, cause: LeftOutCause): void {
    const recorded = this.leftOut.some(
      (other) => other.rule === rule && other.effect === effect && other.cause === cause,
    );
    if (!recorded) this.leftOut.push({ rule, effect, cause });
  }
}
