import { evaluationOf } from '../library/evaluation.ts';
import type { NodeOf } from '../library/node.ts';
import { COST } from './cost.ts';
import type { Scope } from './scope.ts';

/** Counts the cost of a list or map that each iteration of a loop creates. */
export function applyToLiteral(node: NodeOf<'list' | 'map'>, { meter, inLoop }: Scope): void {
  const parts = node.args.flat().length;
  if (!inLoop || parts === 0) return;
  const evaluate = evaluationOf(node);
  node.evaluate = (ev, self, context) => {
    meter.spend(parts * COST.madeElement);
    return evaluate(ev, self, context);
  };
}
