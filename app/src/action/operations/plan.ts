import type { Change, EffectName } from '../change.ts';
import type { AllowedOperations, Operation } from '../operation.ts';

/** Why an effect is skipped. */
export type SkipCause =
  /** The request does not allow the operation, so the identity server would drop it. */
  | 'not-allowed'
  /** The identity server cannot address the element: a special claim name, or a field that is not a list. */
  | 'not-reachable'
  /** The request does not state the current lifetime, which a ceiling could exceed. */
  | 'unknown-lifetime'
  /** Another rule removes what this one adds; the removal takes precedence. */
  | 'removed'
  /** The expression has no value, or one that a claim cannot have. */
  | 'no-value'
  /** The condition failed, so it is unknown whether the rule applies. */
  | 'condition-failed';

export interface SkippedOperation {
  readonly rule: string;
  readonly effect: EffectName;
  readonly cause: SkipCause;
}

/** The operations to send, and the effects that are skipped. */
export class Plan {
  readonly operations: Operation[] = [];
  /** Sets and adds that cannot be applied, where the rule does not require them. */
  readonly skipped: SkippedOperation[] = [];
  /** Restrictions that cannot be applied, and sets and adds that their rule requires. */
  readonly unenforceable: SkippedOperation[] = [];
  /** Whether an operation restricts the token. */
  restricts = false;
  /** The first rule that refuses the token because an effect cannot be applied. */
  mustRefuse: string | undefined;
  readonly #allowed: AllowedOperations;

  constructor(allowed: AllowedOperations) {
    this.#allowed = allowed;
  }

  allows(op: Operation['op'], path: string): boolean {
    return this.#allowed.allows(op, path);
  }

  /** Adds a restriction that some changes require, or records that it cannot be applied. */
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

  /** Adds a set or an add and returns true, or skips it and returns false. */
  addIfAllowed(change: Change, effect: EffectName, operation: Operation): boolean {
    const allowed = this.allows(operation.op, operation.path);
    if (allowed) this.operations.push(operation);
    else this.skip(change, effect, 'not-allowed');
    return allowed;
  }

  /** Records a set or an add that is not applied. If its rule requires it, the token is refused. */
  skip({ rule, enforcement }: Change, effect: EffectName, cause: SkipCause): void {
    // Not a failure: removals take precedence by design.
    const isRequired = enforcement.additions === 'deny' && cause !== 'removed';
    if (isRequired) this.mustRefuse ??= rule;
    record(isRequired ? this.unenforceable : this.skipped, { rule, effect, cause });
  }
}

/** Records a skipped effect, once for each rule, effect and cause. */
function record(list: SkippedOperation[], { rule, effect, cause }: SkippedOperation): void {
  const recorded = list.some(
    (other) => other.rule === rule && other.effect === effect && other.cause === cause,
  );
  if (!recorded) list.push({ rule, effect, cause });
}
