import type { SignalName } from '../../../signals/request-signals.ts';
import type { PolicyFeeds } from '../../feeds.ts';
import type { Node } from '../library/node.ts';
import { someNode } from '../library/syntax-tree.ts';
import { SIGNAL_OF } from '../signal-variables.ts';

/** Operators that may not evaluate one of their operands. */
const SHORT_CIRCUITING: ReadonlySet<string> = new Set(['&&', '||', '?:']);

/**
 * Returns the signal that a parsed condition always reads: it uses no other variable except `address` and `lists`, and no
 * operator that could skip the read. Such a signal is fetched before the first evaluation, which would otherwise
 * throw (docs/decisions/0017-required-signal.md).
 */
export function requiredSignal(ast: Node, feeds: PolicyFeeds): SignalName | undefined {
  const signals = new Set<SignalName>();
  const mayReadOther = someNode(ast, (node) => {
    if (asksFeed(node, feeds)) signals.add('feeds');
    if (node.op !== 'id') return SHORT_CIRCUITING.has(node.op);
    const signal = SIGNAL_OF[node.args];
    if (signal !== undefined) signals.add(signal);
    return signal === undefined && node.args !== 'lists';
  });
  // Every other signal is fetched together with the address.
  if (signals.size > 1) signals.delete('address');
  return !mayReadOther && signals.size === 1 ? [...signals][0] : undefined;
}

function asksFeed(node: Node, feeds: PolicyFeeds): boolean {
  if (node.op !== 'rcall' || node.args[0] !== 'within') return false;
  const [name] = node.args[2];
  return name?.op === 'value' && feeds.has(String(name.args));
}
