import { type CheckedNode, isDynamic } from '../library/cel-js.ts';
import type { Node } from '../library/syntax-tree.ts';

/** Whether a value, or each of its elements, is what a claim contains: one value, or a list of them. */
export interface ClaimShape {
  readonly isClaim: boolean;
  readonly elementsAreClaims: boolean;
}

const OTHER: ClaimShape = { isClaim: false, elementsAreClaims: false };
const CLAIM: ClaimShape = { isClaim: true, elementsAreClaims: false };

/** The forms of the variables that the condition itself declares. */
export type ClaimShapes = ReadonlyMap<string, ClaimShape>;

/**
 * Returns the form of an expression. `size` needs it: of a claim with one value it is 1, and of an element of
 * a claim the length of the text.
 */
export function shapeOf(node: CheckedNode, forms: ClaimShapes): ClaimShape {
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
      return second && third ? either(shapeOf(second, forms), shapeOf(third, forms)) : OTHER;
    case '+':
      // Text or list: as a list it has what both sides have.
      return isDynamic(node) ? CLAIM : OTHER;
    case 'list':
      return {
        isClaim: false,
        elementsAreClaims: args.some((one) => shapeOf(one as CheckedNode, forms).isClaim),
      };
    case 'call': {
      const [value] = second as unknown as CheckedNode[];
      return String(first) === 'dyn' && value !== undefined ? shapeOf(value, forms) : OTHER;
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
  forms: ClaimShapes,
): ClaimShape {
  const [first, ...rest] = args as CheckedNode[];
  const binding = bindingOf(node);
  if (binding !== undefined) {
    return shapeOf(
      binding.body,
      new Map([...forms, [binding.name, shapeOf(binding.value, forms)]]),
    );
  }
  if (name === 'value') return shapeOf(receiver, forms);
  if (name === 'orValue' || name === 'or') {
    return first ? either(shapeOf(receiver, forms), shapeOf(first, forms)) : OTHER;
  }
  if (name === 'filter') return { ...shapeOf(receiver, forms), isClaim: false };
  const body = rest.at(-1);
  if (name !== 'map' || first === undefined || body === undefined) return OTHER;
  const inside = new Map([...forms, [String(first.args), elementShape(receiver, forms)]]);
  return { isClaim: false, elementsAreClaims: shapeOf(body, inside).isClaim };
}

/** Returns the form of the variable of a loop. */
export function elementShape(range: CheckedNode, forms: ClaimShapes): ClaimShape {
  return shapeOf(range, forms).elementsAreClaims ? CLAIM : OTHER;
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

function formOfIndexed(
  base: CheckedNode,
  key: CheckedNode | undefined,
  forms: ClaimShapes,
): ClaimShape {
  const isPosition = key?.checkedType?.name === 'int';
  if (!isPosition) return isMemberOfClaim(base) ? CLAIM : OTHER;
  return shapeOf(base, forms).elementsAreClaims ? CLAIM : OTHER;
}

function either(a: ClaimShape, b: ClaimShape): ClaimShape {
  return {
    isClaim: a.isClaim || b.isClaim,
    elementsAreClaims: a.elementsAreClaims || b.elementsAreClaims,
  };
}
