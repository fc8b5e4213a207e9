import type { Evaluate, Node, NodeOf } from '../library/node.ts';
import { countNodes, usesOnly } from '../library/syntax-tree.ts';
import { elementShape } from './claim-shapes.ts';
import { COST, type CostMeter } from './cost.ts';
import { moreSevere } from './error-severity.ts';
import { type Scope, withMembership } from './scope.ts';
import { iterableOf } from './values.ts';

/** Returns the scope of the body of a loop. */
export function loopScope(range: Node, variable: string, scope: Scope): Scope {
  const isOfPolicy = usesOnly(range, scope.policyVariables);
  return {
    ...scope,
    shapes: new Map([...scope.shapes, [variable, elementShape(range, scope.shapes)]]),
    policyVariables: withMembership(scope.policyVariables, variable, isOfPolicy),
    inLoop: true,
    inRequestLoop: scope.inRequestLoop || !isOfPolicy,
  };
}

/** Counts the cost of each iteration, and accepts a single value as a list of one. */
export function applyToLoop(
  loop: NodeOf<'comprehension'>,
  method: string,
  body: readonly Node[],
  { meter, inRequestLoop }: Scope,
): void {
  const nodes = body.reduce((sum, part) => sum + countNodes(part), 0);
  const made = method === 'map' || method === 'filter' ? COST.madeElement : 0;
  // The author of the policy controls the length of its lists, so loops over them are not counted.
  const iterationCost = inRequestLoop ? COST.iteration + COST.node * nodes + made : 0;
  loop.evaluate = evaluateLoop(loop, iterationCost, meter);
}

function evaluateLoop(
  { args: loop }: NodeOf<'comprehension'>,
  iterationCost: number,
  meter: CostMeter,
): Evaluate {
  return (ev, _, context) => {
    const items = iterableOf(ev.run(loop.iterable, context));
    const inner = loop.iterCtx.reuse(context);
    let accumulated = ev.run(loop.init, inner);
    inner.accuValue = accumulated;
    let failure: unknown;
    for (const item of items) {
      if (loop.condition !== undefined && !loop.condition(accumulated)) break;
      meter.spend(iterationCost);
      try {
        accumulated = ev.run(loop.step, inner.setIterValue(item, ev));
      } catch (error) {
        if (loop.errorsAreFatal || meter.exceeded) throw error;
        meter.spend(COST.failedIteration);
        failure = moreSevere(failure, error);
      }
    }
    if (failure !== undefined && loop.condition?.(accumulated)) throw failure;
    return loop.result(accumulated);
  };
}
