import { type CheckedNode, isDynamic } from './checked-tree.ts';
import type { Node } from './syntax-tree.ts';

/** Whether a value, or each of its elements, is what a claim contains: one value, or a list of them. */
export interface Form {
  readonly isClaim: boolean;
  readonly elementsAreClaims: boolean;
}

const OTHER: Form = { isClaim: false, elementsAreClaims: false };
const CLAIM: Form = { isClaim: true, elementsAreClaims: false };

/** The forms of the variables that the condition itself declares. */
export type Forms = ReadonlyMap<string, Form>;

/**
 * Returns the form of an expression. `size` needs it: of a claim with one value it is 1, and of an element of
 * a claim the length of the text.
 */
export function formOf(node: CheckedNode, forms: Forms): Form {
  const args: readonly unknown[] = Array.isArray(node.args) ? node.args : [node.args];
  const [first, second, third] = args as CheckedNode[];
  if (node.op === 'id') return forms.get(String(node.args)) ?? OTHER;
  if (first === undefined) return OTHER;
  switch (node.op) {
    case '.':
    case '.?':
      return isMemberOfClaim(first) ? CLAIM : OTHER;
    case '[]':
    case '[?]':
      return formOfIndexed(first, second, forms);
    case '?:':
      return second && third ? either(formOf(second, forms), formOf(third, forms)) : OTHER;
    case '+':
      // Text or list: as a list it has what both sides have.
      return isDynamic(node) ? CLAIM : OTHER;
    case 'list':
      return {
        isClaim: false,
        elementsAreClaims: args.some((one) => formOf(one as CheckedNode, forms).isClaim),
      };
    case 'call': {
      const [value] = second as unknown as CheckedNode[];
      return String(first) === 'dyn' && value !== undefined ? formOf(value, forms) : OTHER;
    }
    case 'rcall':
      return second && third ? formOfMethod(node, String(first), second, third, forms) : OTHER;
    default:
      return OTHER;
  }
}

function formOfMethod(
  node: CheckedNode,
  name: string,
  receiver: CheckedNode,
  args: unknown,
  forms: Forms,
): Form {
  const [first, ...rest] = args as CheckedNode[];
  const binding = bindingOf(node);
  if (binding !== undefined) {
    return formOf(binding.body, new Map([...forms, [binding.name, formOf(binding.value, forms)]]));
  }
  if (name === 'value') return formOf(receiver, forms);
  if (name === 'orValue' || name === 'or') {
    return first ? either(formOf(receiver, forms), formOf(first, forms)) : OTHER;
  }
  if (name === 'filter') return { ...formOf(receiver, forms), isClaim: false };
  const body = rest.at(-1);
  if (name !== 'map' || first === undefined || body === undefined) return OTHER;
  const inside = new Map([...forms, [String(first.args), elementForm(receiver, forms)]]);
  return { isClaim: false, elementsAreClaims: formOf(body, inside).isClaim };
}

/** Returns the form of the variable of a loop. */
export function elementForm(range: CheckedNode, forms: Forms): Form {
  return formOf(range, forms).elementsAreClaims ? CLAIM : OTHER;
}

/** A name that `cel.bind` gives to a value. */
export interface Binding {
  readonly name: string;
  readonly value: CheckedNode;
  readonly body: CheckedNode;
}

export function bindingOf({ op, args }: Node): Binding | undefined {
  if (op !== 'rcall' || !Array.isArray(args) || args[0] !== 'bind') return undefined;
  const [, , [variable, value, body]] = args;
  return { name: String(variable.args), value, body };
}

/** Claims themselves, and what an object in a claim has in it. */
function isMemberOfClaim(base: CheckedNode): boolean {
  return (
    base.checkedType?.name === 'Claims' || isDynamic(base) || base.checkedType?.kind === 'optional'
  );
}

function formOfIndexed(base: CheckedNode, key: CheckedNode | undefined, forms: Forms): Form {
  const isPosition = key?.checkedType?.name === 'int';
  if (!isPosition) return isMemberOfClaim(base) ? CLAIM : OTHER;
  return formOf(base, forms).elementsAreClaims ? CLAIM : OTHER;
}

function either(a: Form, b: Form): Form {
  return {
    isClaim: a.isClaim || b.isClaim,
    elementsAreClaims: a.elementsAreClaims || b.elementsAreClaims,
  };
}
