import type { Change, EffectName } from '../change.ts';
import type { AllowedOperations, Operation } from '../operation.ts';

/** Why an effect was not sent. */
export type SkipCause =
  /** The request does not allow the operation: the identity server would drop it. */
  | 'not-allowed'
  /** The identity server cannot address it: an odd claim name, or a field that is not a list. */
  | 'not-reachable'
  /** The request does not state the current lifetime, so a ceiling could lengthen it. */
  | 'unknown-lifetime'
  /** Another rule removes what this one adds: the removal wins. */
  | 'removed'
  /** The value is not one that a claim can have. */
  | 'no-value'
  /** The condition failed, so it is not known whether the rule applies. */
  | 'condition-failed';

export interface SkippedOperation {
  readonly rule: string;
  readonly effect: EffectName;
  readonly cause: SkipCause;
}

/** The operations to send, and what could not be sent. */
export class Plan {
  readonly operations: Operation[] = [];
  /** Sets and adds that cannot be applied, of rules that do not insist on them. */
  readonly skipped: SkippedOperation[] = [];
  /** Restrictions that cannot be applied, and sets and adds on which their rule insists. */
  readonly unenforceable: SkippedOperation[] = [];
  /** Whether an operation takes something from the token. */
  restricts = false;
  /** The first rule that refuses the token because one of its effects cannot be applied. */
  mustRefuse: string | undefined;
  readonly #allowed: AllowedOperations;

  constructor(allowed: AllowedOperations) {
    this.#allowed = allowed;
  }

  allows(op: Operation['op'], path: string): boolean {
    return this.#allowed.allows(op, path);
  }

  /** Sends a restriction on behalf of the changes that ask for it, or records that it cannot be sent. */
  restrict(changes: readonly Change[], effect: EffectName, operation: Operation): void {
    if (this.allows(operation.op, operation.path)) {
      this.operations.push(operation);
      this.restricts = true;
    } else {
      this.failRestriction(changes, effect, 'not-allowed');
    }
  }

  failRestriction(changes: readonly Change[], effect: EffectName, cause: SkipCause): void {
    for (const { rule, enforcement } of changes) {
      if (enforcement.restrictions === 'deny') this.mustRefuse ??= rule;
      record(this.unenforceable, { rule, effect, cause });
    }
  }

  /** Sends a set or an add and returns true, or skips it. */
  addIfAllowed(change: Change, effect: EffectName, operation: Operation): boolean {
    const allowed = this.allows(operation.op, operation.path);
    if (allowed) this.operations.push(operation);
    else this.skip(change, effect, 'not-allowed');
    return allowed;
  }

  /** Records a set or an add that is not sent; it refuses the token where the rule insists on it. */
  skip({ rule, enforcement }: Change, effect: EffectName, cause: SkipCause): void {
    // The policy itself says that a removal wins, so nothing of it is unenforceable.
    const insists = enforcement.additions === 'deny' && cause !== 'removed';
    if (insists) this.mustRefuse ??= rule;
    record(insists ? this.unenforceable : this.skipped, { rule, effect, cause });
  }
}

/** Records what is not sent, once for a rule, an effect and a cause. */
function record(list: SkippedOperation[], { rule, effect, cause }: SkippedOperation): void {
  const recorded = list.some(
    (other) => other.rule === rule && other.effect === effect && other.cause === cause,
  );
  if (!recorded) list.push({ rule, effect, cause });
}
