import type { Node, NodeOf } from '../../../../src/policy/cel/library/node.ts';
import type { PolicyLists } from '../../../../src/policy/lists.ts';

/** Before all dates until which entries of lists apply. */
const EARLIEST_DATE = '';

/** Returns the names in a path of fields, such as `token.claims["groups"]`; undefined for any other expression. */
export function pathOf(node: Node): readonly string[] | undefined {
  if (node.op === 'id') return [node.args];
  if (node.op === '.') {
    const owner = pathOf(node.args[0]);
    return owner && [...owner, node.args[1]];
  }
  if (node.op !== '[]') return undefined;
  const [owner, key] = node.args;
  const path = pathOf(owner);
  return path && key.op === 'value' ? [...path, String(key.args)] : undefined;
}

/** Returns the entries of a list literal or of a list of the policy; undefined for any other expression. */
export function entriesOf(node: Node, lists: PolicyLists): readonly unknown[] | undefined {
  if (node.op === 'list') {
    const entries = node.args.flatMap((entry) => (entry.op === 'value' ? [entry.args] : []));
    return entries.length === node.args.length ? entries : undefined;
  }
  const [owner, name, ...more] = pathOf(node) ?? [];
  if (owner !== 'lists' || name === undefined || more.length > 0) return undefined;
  return valuesOf(name, lists);
}

/** Returns the list or feed that `address.within` asks; the entries are undefined for a feed. */
export function withinOf(
  { args: [method, , [name]] }: NodeOf<'rcall'>,
  lists: PolicyLists,
): { readonly name: string; readonly entries: readonly unknown[] | undefined } | undefined {
  if (method !== 'within' || name?.op !== 'value') return undefined;
  return { name: String(name.args), entries: valuesOf(String(name.args), lists) };
}

function valuesOf(name: string, lists: PolicyLists): readonly unknown[] | undefined {
  const values: unknown = Reflect.get(lists.values(EARLIEST_DATE), name);
  return Array.isArray(values) ? values : undefined;
}
