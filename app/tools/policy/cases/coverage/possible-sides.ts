import type { Node } from '../../../../src/policy/cel/library/node.ts';
import type { PolicyLists } from '../../../../src/policy/lists.ts';
import { entriesOf, withinOf } from './lists.ts';

/** Whether a condition can be true, and whether it can be false. */
export interface PossibleSides {
  readonly true: boolean;
  readonly false: boolean;
}

const BOTH: PossibleSides = { true: true, false: true };
const ONLY_FALSE: PossibleSides = { true: false, false: true };

/** Returns the sides that constants and empty lists leave to a condition. */
export function possibleSides(node: Node, lists: PolicyLists): PossibleSides {
  switch (node.op) {
    case 'value':
      return { true: node.args === true, false: node.args === false };
    case '!_': {
      const inner = possibleSides(node.args, lists);
      return { true: inner.false, false: inner.true };
    }
    case '&&': {
      const [left, right] = node.args.map((side) => possibleSides(side, lists));
      return {
        true: left?.true === true && right?.true === true,
        false: left?.false === true || right?.false === true,
      };
    }
    case '||': {
      const [left, right] = node.args.map((side) => possibleSides(side, lists));
      return {
        true: left?.true === true || right?.true === true,
        false: left?.false === true && right?.false === true,
      };
    }
    case 'in':
      return entriesOf(node.args[1], lists)?.length === 0 ? ONLY_FALSE : BOTH;
    case 'rcall':
      return withinOf(node, lists)?.entries?.length === 0 ? ONLY_FALSE : BOTH;
    default:
      return BOTH;
  }
}
