import type { Node, NodeOf } from '../library/node.ts';
import { type Binding, bindOf, usesOnly } from '../library/syntax-tree.ts';
import { applyToAccess } from './access.ts';
import { applyToCall, applyToSize } from './calls.ts';
import { shapeOf } from './claim-shapes.ts';
import { additionsIn, coerceToList, coerceToSingle } from './coercion.ts';
import type { CostMeter } from './cost.ts';
import { applyToLiteral } from './literals.ts';
import { applyToLoop, loopScope } from './loops.ts';
import { applyToBinary, applyToLogical } from './operators.ts';
import { rootScope, type Scope, withMembership } from './scope.ts';

/**
 * Replaces the evaluation of a type-checked expression where the policy language differs from CEL: values of
 * different types are not unequal, but an error; a claim's value and a list of that one value are the same; and
 * the cost is counted.
 *
 * docs/decisions/0012-cel-semantics.md explains why.
 */
export function applySemantics(ast: Node, meter: CostMeter): void {
  visit(ast, rootScope(meter));
}

/** Visits the parts of a node before the node itself, so that it builds on their replaced evaluation. */
function visit(node: Node, scope: Scope): void {
  switch (node.op) {
    case '.':
    case '.?':
      visit(node.args[0], scope);
      applyToAccess(node, scope);
      break;
    case '[]':
    case '[?]':
      visitAll(node.args, scope);
      coerceToSingle(node.args[1]);
      applyToAccess(node, scope);
      break;
    case 'call':
      visitCall(node, scope);
      break;
    case 'rcall':
      visitMethodCall(node, scope);
      break;
    case 'list':
    case 'map':
      visitAll(node.args.flat(), scope);
      applyToLiteral(node, scope);
      break;
    case '?:':
      visitAll(node.args, scope);
      coerceToSingle(node.args[0]);
      break;
    case '!_':
    case '-_':
      visit(node.args, scope);
      coerceToSingle(node.args);
      break;
    case '&&':
    case '||':
      visitAll(node.args, scope);
      for (const operand of node.args) coerceToSingle(operand);
      applyToLogical(node);
      break;
    case 'value':
    case 'id':
    case 'comprehension':
      break;
    default:
      visitAll(node.args, scope);
      applyToBinary(node, scope);
  }
}

function visitAll(nodes: readonly Node[], scope: Scope): void {
  for (const node of nodes) visit(node, scope);
}

/** Functions whose argument may be a list. */
const LIST_FUNCTIONS = new Set(['dyn', 'type', 'size']);

function visitCall(node: NodeOf<'call'>, scope: Scope): void {
  // `has` is a macro: it is evaluated from a tree of its own, which has no replaceable parts.
  if (node.meta.macro !== undefined) return;
  const [name, args] = node.args;
  for (const arg of args) {
    visit(arg, scope);
    if (!LIST_FUNCTIONS.has(name)) coerceToSingle(arg);
  }
  const [only] = args;
  if (name === 'size' && only !== undefined) applyToSize(node, only, scope);
  else applyToCall(node, name, args, scope);
}

function visitMethodCall(node: NodeOf<'rcall'>, scope: Scope): void {
  const loop = node.meta.alternate;
  const binding = node.meta.macro && bindOf(node);
  if (loop?.op === 'comprehension') visitLoop(node, loop, scope);
  else if (binding !== undefined) visitBinding(binding, scope);
  else visitPlainMethodCall(node, scope);
}

function visitPlainMethodCall(node: NodeOf<'rcall'>, scope: Scope): void {
  const [name, receiver, args] = node.args;
  visitAll([receiver, ...args], scope);
  if (node.meta.macro !== undefined) {
    // `matches`, which takes a string, and the macros of optionals.
    coerceToSingle(receiver);
  } else if (name === 'size' && args.length === 0) {
    applyToSize(node, receiver, scope);
  } else {
    if (name === 'join') coerceToList(receiver, scope);
    else coerceToSingle(receiver);
    // `optional.of` keeps the value as it is.
    if (name !== 'of') for (const arg of args) coerceToSingle(arg);
    applyToCall(node, name, [receiver, ...args], scope);
  }
}

function visitLoop(node: NodeOf<'rcall'>, loop: NodeOf<'comprehension'>, scope: Scope): void {
  const [name, range, [variable, ...body]] = node.args;
  const inside = loopScope(range, variable?.op === 'id' ? variable.args : '', scope);
  visit(range, scope);
  coerceToList(range, scope);
  visitAll(body, inside);
  // The last part of a `map` is its result; all other parts are conditions.
  for (const part of name === 'map' ? body.slice(0, -1) : body) coerceToSingle(part);
  applyToLoop(loop, name, body, inside);
}

function visitBinding({ name, value, body }: Binding, scope: Scope): void {
  visit(value, scope);
  visitAll(body, {
    ...scope,
    shapes: new Map([...scope.shapes, [name, shapeOf(value, scope.shapes)]]),
    additions: new Map([...scope.additions, [name, additionsIn(value, scope)]]),
    policyVariables: withMembership(
      scope.policyVariables,
      name,
      usesOnly(value, scope.policyVariables),
    ),
  });
}
