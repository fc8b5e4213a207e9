import type { NodeOf } from '../library/node.ts';
import { applyToAddition, applyToArithmetic } from './arithmetic.ts';
import { coerceToList, coerceToSingle } from './coercion.ts';
import { conditionError } from './condition-error.ts';
import { COST } from './cost.ts';
import { equals } from './equality.ts';
import { moreSevere } from './error-severity.ts';
import { handleOf, keyTypeOf } from './handles.ts';
import { isMember } from './membership.ts';
import type { Scope } from './scope.ts';
import { lengthOf, typeName } from './values.ts';

type Order = '<' | '<=' | '>' | '>=';
type Arithmetic = '-' | '*' | '/' | '%';

export function applyToBinary(
  node: NodeOf<'==' | '!=' | 'in' | '+' | Order | Arithmetic>,
  scope: Scope,
): void {
  switch (node.op) {
    case '==':
    case '!=':
      applyToEquality(node, scope);
      break;
    case 'in':
      applyToMembership(node, scope);
      break;
    case '+':
      applyToAddition(node, scope);
      break;
    case '<':
    case '<=':
    case '>':
    case '>=':
      applyToOrder(node, scope);
      break;
    default:
      applyToArithmetic(node);
      break;
  }
}

function applyToEquality(node: NodeOf<'==' | '!='>, { meter, inLoop }: Scope): void {
  const [left, right] = node.args;
  const isTyped = node.args.every(({ checkedType }) => checkedType?.hasDynType === false);
  // CEL compares values of known types as required, and faster.
  if (isTyped && !inLoop && left.checkedType?.kind !== 'list') return;
  const expected = node.op === '==';
  node.evaluate = (ev, _, context) =>
    equals(ev.run(left, context), ev.run(right, context), meter) === expected;
}

function applyToMembership(node: NodeOf<'in'>, scope: Scope): void {
  const [left, right] = node.args;
  const { meter } = scope;
  const keyType = right.checkedType?.kind === 'map' ? keyTypeOf(right) : undefined;
  coerceToList(right, scope);
  node.evaluate = (ev, _, context) =>
    isMember(ev.run(left, context), ev.run(right, context), meter, keyType);
}

function applyToOrder(node: NodeOf<Order>, { meter, inLoop }: Scope): void {
  const [left, right] = node.args;
  coerceToSingle(left);
  coerceToSingle(right);
  if (!inLoop) return;
  const handle = handleOf(node);
  node.evaluate = (ev, _, context) => {
    const a = ev.run(left, context);
    const b = ev.run(right, context);
    meter.spend(Math.min(lengthOf(a), lengthOf(b)) * COST.comparedCharacter);
    return handle(a, b, node, ev);
  };
}

/**
 * Evaluates `&&` and `||` as CEL does: a side that decides the result makes errors on the other side irrelevant. If
 * no side decides and both fail, the more severe error counts, whichever side it is on: a client that can make a
 * part fail must not turn a refusal into a missing signal, which the policy may ignore.
 */
export function applyToLogical(node: NodeOf<'&&' | '||'>): void {
  const [left, right] = node.args;
  const deciding = node.op === '||';
  node.evaluate = (ev, _, context) => {
    const first = ev.tryEval(left, context);
    if (first === deciding) return deciding;
    const second = ev.tryEval(right, context);
    if (second === deciding) return deciding;
    if (typeof first === 'boolean' && typeof second === 'boolean') return !deciding;
    throw moreSevere(errorOfOperand(first), errorOfOperand(second));
  };
}

/** Returns the error of an operand of `&&` or `||`; `undefined` for a boolean. */
function errorOfOperand(value: unknown): unknown {
  if (typeof value === 'boolean') return undefined;
  if (value instanceof Error) return value;
  return conditionError(`&& and || expect bool operands, got ${typeName(value)}`);
}
