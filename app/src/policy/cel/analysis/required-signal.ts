import type { SignalName } from '../../../signals/request-signals.ts';
import { isNode } from '../library/syntax-tree.ts';
import { SIGNAL_OF } from '../signal-reader.ts';

/** Operators that may decide without one of their operands. */
const SHORT_CIRCUITING = new Set(['&&', '||', '?:']);

/**
 * Returns the signal that a parsed condition always reads: it names no other variable except `lists`, and has
 * no operator that could skip the read. Such a signal is fetched before the first evaluation, which
 * would otherwise throw (docs/decisions/first-signal.md).
 */
export function requiredSignal(ast: unknown): SignalName | undefined {
  const signals = new Set<SignalName>();
  return readsOnly(ast, signals) && signals.size === 1 ? [...signals][0] : undefined;
}

/** Collects the signals that a part of a condition reads. `false` if it may read anything else, or skip a read. */
function readsOnly(part: unknown, signals: Set<SignalName>): boolean {
  if (Array.isArray(part)) return part.every((element) => readsOnly(element, signals));
  if (!isNode(part)) return true;
  if (SHORT_CIRCUITING.has(part.op)) return false;
  if (part.op !== 'id') return readsOnly(part.args, signals);
  const name = String(part.args);
  const signal = SIGNAL_OF[name];
  if (signal !== undefined) signals.add(signal);
  return signal !== undefined || name === 'lists';
}
