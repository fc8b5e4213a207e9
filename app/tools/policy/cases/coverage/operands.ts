import type { Node } from '../../../../src/policy/cel/library/node.ts';
import { childrenOf, usesOnly } from '../../../../src/policy/cel/library/syntax-tree.ts';

/** A part of a condition that is true or false on its own. */
export interface Operand {
  readonly node: Node;
  /** What must hold for the part to be evaluated: operands before it that must not decide. */
  readonly needs: readonly Requirement[];
}

/** A part of a condition, and the value that it must have. */
export interface Requirement {
  readonly node: Node;
  readonly value: boolean;
}

const NO_VARIABLES: ReadonlySet<string> = new Set();

/** Returns whether an expression has the same value for every request. */
export function isConstant(node: Node): boolean {
  return usesOnly(node, NO_VARIABLES);
}

/**
 * Returns the operands of `&&`, `||` and `?:` in a condition, in source order. `a && b && c` has three. The operand of `!`
 * has the sides of the negation, so only what is below it counts.
 */
export function operandsOf(condition: Node): Operand[] {
  const operands: Operand[] = [];
  collect(condition, [], operands);
  return operands;
}

function collect(node: Node, needs: readonly Requirement[], operands: Operand[]): void {
  if (node.op === '&&' || node.op === '||') {
    collectChain(node, node.op, needs, operands);
  } else if (node.op === '?:') {
    const [condition, whenTrue, whenFalse] = node.args;
    add(condition, needs, operands);
    addBranch(whenTrue, [...needs, { node: condition, value: true }], operands);
    addBranch(whenFalse, [...needs, { node: condition, value: false }], operands);
  } else {
    for (const child of childrenOf(node)) collect(child, needs, operands);
  }
}

/** Adds the operands of a chain of one operator, and returns what must hold for evaluating what follows. */
function collectChain(
  node: Node,
  op: '&&' | '||',
  needs: readonly Requirement[],
  operands: Operand[],
): readonly Requirement[] {
  if (node.op !== op) {
    add(node, needs, operands);
    return [...needs, { node, value: op === '&&' }];
  }
  const [left, right] = node.args;
  return collectChain(right, op, collectChain(left, op, needs, operands), operands);
}

function add(node: Node, needs: readonly Requirement[], operands: Operand[]): void {
  if (!isConstant(node)) operands.push({ node, needs });
  collect(node, needs, operands);
}

/** A branch of `?:` may have any type. */
function addBranch(node: Node, needs: readonly Requirement[], operands: Operand[]): void {
  if (node.checkedType?.name === 'bool') add(node, needs, operands);
  else collect(node, needs, operands);
}
