import type { Node } from './library/node.ts';
import { walk } from './library/syntax-tree.ts';

const TYPES = new Map([
  ['.', 'string'],
  ['[]', 'string'],
  ['.?', 'optional<string>'],
  ['[?]', 'optional<string>'],
]);

/**
 * Declares that each header and each parameter is a string. The library lets a type have any field, but not
 * fields of one type, so it would accept a comparison of a header with a number, which can never be true.
 */
export function declareHeaderTypes(ast: Node): void {
  walk(ast, (node) => {
    const type = TYPES.get(node.op);
    if (type !== undefined) declareResult(node, type);
    return undefined;
  });
}

function declareResult(access: Node, type: string): void {
  const { check } = access.meta;
  access.setMeta('check', (checker, self, context) => {
    const checked = check(checker, self, context);
    const [owner] = self.args as readonly Node[];
    return owner?.checkedType?.name === 'StringMap' ? checker.getType(type) : checked;
  });
}
