import type { SignalName } from '../../signals/request-signals.ts';
import { LOOPS } from './analysis/loop-costs.ts';
import { isNode, type Node } from './library/syntax-tree.ts';

/** Which signal a variable of the policy language belongs to. */
export const SIGNAL_OF: Readonly<Record<string, SignalName>> = {
  address: 'address',
  geo: 'geo',
  abuse: 'reputation',
};

/**
 * The signal that a parsed condition reads before anything else, whatever the request: without it
 * the condition cannot be decided, so it can be asked for at once. Either side of `&&` and `||` may bring
 * them to an end, so both must read it first. CEL reads operands from left to right, and what a function,
 * a method or a list takes the other way round: there it is told only of one that stands beside literals.
 */
export function firstSignal(ast: unknown): SignalName | undefined {
  if (!isNode(ast)) return undefined;
  const { op } = ast;
  const args: readonly unknown[] = Array.isArray(ast.args) ? ast.args : [ast.args];
  const [first, second, third] = args;
  if (op === '&&' || op === '||') {
    const signal = firstSignal(first);
    return signal === firstSignal(second) ? signal : undefined;
  }
  if (op === '.') return isVariable(first) ? signalOf(first) : firstSignal(first);
  if (op === '?:') return firstSignal(first);
  // A method's name stands before its receiver, and a function's before its arguments.
  if (op === 'rcall') return ofMethod(first, second, third);
  if (op === 'call') return ofOnly(second);
  if (op === 'list') return ofOnly(args);
  return firstSignal(isLiteral(first) ? second : first);
}

function ofMethod(name: unknown, receiver: unknown, args: unknown): SignalName | undefined {
  // A loop reads its list before it turns.
  if (LOOPS.has(String(name))) return firstSignal(receiver);
  if (!Array.isArray(args) || !args.every(isLiteral)) return undefined;
  return name === 'within' && isVariable(receiver) ? signalOf(receiver) : firstSignal(receiver);
}

/** Of several values the one that is no literal, if there is only one. */
function ofOnly(values: unknown): SignalName | undefined {
  const read = Array.isArray(values) ? values.filter((value) => !isLiteral(value)) : [];
  return read.length === 1 ? firstSignal(read[0]) : undefined;
}

function isLiteral(value: unknown): boolean {
  return isNode(value) && value.op === 'value';
}

function isVariable(value: unknown): value is Node {
  return isNode(value) && value.op === 'id';
}

function signalOf({ args }: Node): SignalName | undefined {
  return SIGNAL_OF[String(args)];
}
