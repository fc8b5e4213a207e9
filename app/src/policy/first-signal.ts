import type { SignalName } from '../signals/request-signals.ts';
import { isNode, type Node } from './syntax-tree.ts';

/** Which signal a variable of the policy language belongs to. */
export const SIGNAL_OF: Readonly<Record<string, SignalName>> = {
  address: 'address',
  geo: 'geo',
  abuse: 'reputation',
};

/**
 * The signal that a parsed condition reads before anything else, whatever the request: without it
 * the condition cannot be decided, so it can be asked for at once. Either side of `&&` and `||` may bring
 * them to an end, so both must read it first.
 */
export function firstSignal(ast: unknown): SignalName | undefined {
  if (!isNode(ast)) return undefined;
  const args: readonly unknown[] = Array.isArray(ast.args) ? ast.args : [ast.args];
  const [first, second] = args;
  if (ast.op === '&&' || ast.op === '||') {
    const signal = firstSignal(first);
    return signal === firstSignal(second) ? signal : undefined;
  }
  if (ast.op === '.')
    return isNode(first) && first.op === 'id' ? signalOf(first) : firstSignal(first);
  // A method's name stands before its receiver, and a function's before its arguments.
  if (ast.op === 'rcall') {
    return first === 'within' && isNode(second) ? signalOf(second) : firstSignal(second);
  }
  if (ast.op === 'call') return Array.isArray(second) ? firstSignal(second[0]) : undefined;
  return isNode(first) && first.op === 'value' ? firstSignal(second) : firstSignal(first);
}

function signalOf({ op, args }: Node): SignalName | undefined {
  return op === 'id' ? SIGNAL_OF[String(args)] : undefined;
}
