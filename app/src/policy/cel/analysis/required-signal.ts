import type { SignalName } from '../../../signals/request-signals.ts';
import type { Node } from '../library/node.ts';
import { someNode } from '../library/syntax-tree.ts';
import { SIGNAL_OF } from '../signal-variables.ts';

/** Operators that may not evaluate one of their operands. */
const SHORT_CIRCUITING: ReadonlySet<string> = new Set(['&&', '||', '?:']);

/**
 * Returns the signal that a parsed condition always reads: it uses no other variable except `lists`, and no
 * operator that could skip the read. Such a signal is fetched before the first evaluation, which would otherwise
 * throw (docs/decisions/0017-required-signal.md).
 */
export function requiredSignal(ast: Node): SignalName | undefined {
  const signals = new Set<SignalName>();
  const mayReadOther = someNode(ast, (node) => {
    if (node.op !== 'id') return SHORT_CIRCUITING.has(node.op);
    const signal = SIGNAL_OF[node.args];
    if (signal !== undefined) signals.add(signal);
    return signal === undefined && node.args !== 'lists';
  });
  return !mayReadOther && signals.size === 1 ? [...signals][0] : undefined;
}
