import type { CheckedNode } from './library/cel-js.ts';
import { isNode } from './library/syntax-tree.ts';

/**
 * Declares that each header and each parameter is a string. The library knows of `request.headers` only that
 * any name may be read from it, and would accept a comparison with a number, which can never be true.
 */
export function declareHeaderTypes(value: unknown): void {
  if (Array.isArray(value)) for (const part of value) declareHeaderTypes(part);
  if (!isNode(value)) return;
  const node = value as CheckedNode;
  declareHeaderTypes(node.args);
  const type = TYPES.get(node.op);
  if (type === undefined) return;
  const { check } = node.meta;
  node.setMeta('check', (checker, self, context) => {
    const checked = check(checker, self, context);
    const [base] = self.args as CheckedNode[];
    return base?.checkedType?.name === 'Texts' ? checker.getType(type) : checked;
  });
}

const TYPES = new Map([
  ['.', 'string'],
  ['[]', 'string'],
  ['.?', 'optional<string>'],
  ['[?]', 'optional<string>'],
]);
