import type { Node } from '../library/node.ts';
import { printValue } from '../library/print.ts';
import { walk } from '../library/syntax-tree.ts';
import { Variables } from '../variables/variables.ts';

/** A variable in an expression with the fields that are read from it: `geo.country`. */
export interface ReferencedVariable {
  /** CEL source. */
  readonly name: string;
  /** Returns its value. Throws `SIGNAL_UNAVAILABLE` if a signal is missing, as the expression does. */
  read(variables: Variables): unknown;
}

/** Returns the variables of a parsed expression, each once, in source order. */
export function referencedVariables(ast: Node): readonly ReferencedVariable[] {
  const found = new Map<string, ReferencedVariable>();
  const add = (variable: ReferencedVariable) => {
    if (!found.has(variable.name)) found.set(variable.name, variable);
  };
  walk(ast, (node) => {
    const variable = variableOf(node);
    if (variable?.isField) {
      add(variable);
      return 'skip-children';
    }
    const list = listOfWithin(node);
    if (list !== undefined) {
      add({ name: 'address.value', read: ({ address }) => address.value });
      add({ name: `address.within("${list}")`, read: ({ address }) => address.within(list) });
    }
    return undefined;
  });
  return [...found.values()];
}

/** `isField` is false for a complete variable such as `geo`, which has no value to show. */
function variableOf(node: Node): (ReferencedVariable & { isField: boolean }) | undefined {
  if (node.op === 'id') {
    const name = node.args;
    if (!Object.hasOwn(Variables.prototype, name)) return undefined;
    return { name, isField: false, read: (variables) => Reflect.get(variables, name) };
  }
  const access = accessOf(node);
  const owner = access && variableOf(access.owner);
  if (access === undefined || owner === undefined) return undefined;
  return {
    name: owner.name + access.suffix,
    isField: true,
    read: (variables) => readField(owner.read(variables), access.key),
  };
}

/** Returns the owner and the constant key of a field access, and the source of the access after the owner. */
function accessOf(node: Node): { owner: Node; key: unknown; suffix: string } | undefined {
  switch (node.op) {
    case '.':
    case '.?': {
      const [owner, field] = node.args;
      return { owner, key: field, suffix: node.op + field };
    }
    case '[]':
    case '[?]': {
      const [owner, key] = node.args;
      if (key.op !== 'value') return undefined;
      return { owner, key: key.args, suffix: `[${printValue(key.args)}]` };
    }
    default:
      return undefined;
  }
}

function readField(owner: unknown, key: unknown): unknown {
  if (owner instanceof Map) return owner.get(key);
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, String(key)) : undefined;
}

/** Returns the list in `address.within("list")`, also if `cel.bind` has renamed the address. */
function listOfWithin(node: Node): string | undefined {
  if (node.op !== 'rcall' || node.args[0] !== 'within') return undefined;
  const [, receiver, [list]] = node.args;
  const isAddress = receiver.op === 'id' && receiver.args === 'address';
  if (!isAddress && receiver.checkedType?.name !== 'Address') return undefined;
  return list?.op === 'value' ? String(list.args) : undefined;
}
