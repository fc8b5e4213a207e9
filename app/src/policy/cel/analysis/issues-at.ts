import type { Issues } from '../../file/issues.ts';
import type { Node } from '../library/node.ts';
import { someNode } from '../library/syntax-tree.ts';

/** Returns the collector for a part of an expression. */
export function issuesAt(issues: Issues, { range: { start, end } }: Node): Issues {
  return issues.within(start, end - start);
}

/** Returns the collector for the literal of a value within a part, or for the whole part. */
export function issuesAtLiteral(issues: Issues, part: Node, value: unknown): Issues {
  let literal = part;
  someNode(part, (node) => {
    if (node.op !== 'value' || node.args !== value) return false;
    literal = node;
    return true;
  });
  return issuesAt(issues, literal);
}
