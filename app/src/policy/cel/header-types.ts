import type { Node } from './library/node.ts';
import { walk } from './library/syntax-tree.ts';

/** The type of an access to a header or parameter, by operator. */
const ACCESS_TYPES = new Map([
  ['.', 'string'],
  ['[]', 'string'],
  ['.?', 'optional<string>'],
  ['[?]', 'optional<string>'],
]);

/**
 * Declares that each header and each parameter is a string. In the library, a type that accepts any field name
 * has fields of type dyn, so a header could be compared with a number, which can never be equal.
 */
export function declareHeaderTypes(ast: Node): void {
  walk(ast, (node) => {
    const type = ACCESS_TYPES.get(node.op);
    if (type !== undefined) declareAccessType(node, type);
    return undefined;
  });
}

function declareAccessType(access: Node, type: string): void {
  const { check } = access.meta;
  access.setMeta('check', (checker, self, context) => {
    const checked = check(checker, self, context);
    const [owner] = self.args as readonly Node[];
    return owner?.checkedType?.name === 'StringMap' ? checker.getType(type) : checked;
  });
}
