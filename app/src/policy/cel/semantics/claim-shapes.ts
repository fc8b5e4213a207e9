import { isDynamic, type Node, type NodeOf } from '../library/node.ts';
import { bindOf, loopOf } from '../library/syntax-tree.ts';

/** Whether a value is that of a claim, i.e. one value or a list of them, or contains such values. */
export interface ClaimShape {
  readonly isClaim: boolean;
  readonly elementsAreClaims: boolean;
}

const OTHER: ClaimShape = { isClaim: false, elementsAreClaims: false };
const CLAIM: ClaimShape = { isClaim: true, elementsAreClaims: false };

/** The shapes of the variables that the condition declares itself, by name. */
export type ClaimShapes = ReadonlyMap<string, ClaimShape>;

/**
 * Returns the shape of an expression. `size` needs it: the size of a claim with one value is 1, and the size of an
 * element of a claim is the length of the string.
 */
export function shapeOf(node: Node, shapes: ClaimShapes): ClaimShape {
  switch (node.op) {
    case 'id':
      return shapes.get(node.args) ?? OTHER;
    case '.':
    case '.?':
      return isClaimOwner(node.args[0]) ? CLAIM : OTHER;
    case '[]':
    case '[?]':
      return shapeOfElement(node, shapes);
    case '?:':
      return either(shapeOf(node.args[1], shapes), shapeOf(node.args[2], shapes));
    case '+':
      // Two claims may be added as strings or as lists. As a list, the result has the values of both.
      return isDynamic(node) ? CLAIM : OTHER;
    case 'list':
      return {
        isClaim: false,
        elementsAreClaims: node.args.some((element) => shapeOf(element, shapes).isClaim),
      };
    case 'call': {
      const [name, [value]] = node.args;
      return name === 'dyn' && value !== undefined ? shapeOf(value, shapes) : OTHER;
    }
    case 'rcall':
      return shapeOfMethodCall(node, shapes);
    default:
      return OTHER;
  }
}

function shapeOfMethodCall(node: NodeOf<'rcall'>, shapes: ClaimShapes): ClaimShape {
  const [name, receiver, [first]] = node.args;
  const binding = bindOf(node);
  const body = binding?.body.at(-1);
  if (binding !== undefined && body !== undefined) {
    return shapeOf(body, new Map([...shapes, [binding.name, shapeOf(binding.value, shapes)]]));
  }
  if (name === 'value') return shapeOf(receiver, shapes);
  if (name === 'orValue' || name === 'or') {
    return first ? either(shapeOf(receiver, shapes), shapeOf(first, shapes)) : OTHER;
  }
  if (name === 'filter') return { ...shapeOf(receiver, shapes), isClaim: false };
  const loop = name === 'map' ? loopOf(node) : undefined;
  const result = loop?.body.at(-1);
  if (loop === undefined || result === undefined) return OTHER;
  const inside = new Map([...shapes, [loop.name, elementShape(receiver, shapes)]]);
  return { isClaim: false, elementsAreClaims: shapeOf(result, inside).isClaim };
}

/** Returns the shape of the variable of a loop over a value. */
export function elementShape(range: Node, shapes: ClaimShapes): ClaimShape {
  return shapeOf(range, shapes).elementsAreClaims ? CLAIM : OTHER;
}

function shapeOfElement(node: NodeOf<'[]' | '[?]'>, shapes: ClaimShapes): ClaimShape {
  const [owner, key] = node.args;
  if (key.checkedType?.name !== 'int') return isClaimOwner(owner) ? CLAIM : OTHER;
  return shapeOf(owner, shapes).elementsAreClaims ? CLAIM : OTHER;
}

/** Returns whether the fields of a value have the form of claims: those of `token.claims`, and of objects in claims. */
function isClaimOwner(owner: Node): boolean {
  return (
    owner.checkedType?.name === 'Claims' ||
    isDynamic(owner) ||
    owner.checkedType?.kind === 'optional'
  );
}

function either(a: ClaimShape, b: ClaimShape): ClaimShape {
  return {
    isClaim: a.isClaim || b.isClaim,
    elementsAreClaims: a.elementsAreClaims || b.elementsAreClaims,
  };
}
