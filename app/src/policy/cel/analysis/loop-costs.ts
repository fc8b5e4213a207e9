import type { Issues } from '../../file/issues.ts';
import type { Node } from '../library/node.ts';
import { printPath } from '../library/print.ts';
import {
  type Binding,
  childrenOf,
  LOOPS,
  loopOf,
  someNode,
  usesOnly,
} from '../library/syntax-tree.ts';
import { issuesAt } from './issues-at.ts';

/*
 * A request of 1 MiB can have lists of thousands of elements and strings of a million characters. A loop over such
 * a list is fast, unless the cost of each iteration grows with another list or string of the request: then a client
 * can make a condition take minutes. Such conditions are rejected at load time.
 */

/** Methods whose cost grows with the length of the receiver. */
const GROWING_METHODS = new Set([
  ...['contains', 'matches', 'indexOf', 'lastIndexOf', 'split', 'join', 'trim', 'lowerAscii'],
  ...['upperAscii', 'bytes', 'json', 'hex', 'base64', 'substring', 'replace', 'reverse'],
]);

/** Functions whose cost does not grow. All others read their whole argument to convert it. */
const CONSTANT_COST_FUNCTIONS = new Set(['has', 'type', 'dyn']);

/** Kinds of types whose values have a bounded length. */
const SCALAR_KINDS = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'null',
  'null_type',
  'timestamp',
  'duration',
]);

const REASON_AND_REMEDY =
  'has no bounded cost in a loop; evaluate it once outside the loop, as in cel.bind(all, token.scopes + ["x"], request.scopes.all(scope, scope in all))';

/** The loops around a part of a condition. */
interface Scope {
  /** The variable of the innermost loop over a value of the request. */
  readonly element?: string;
  /** Variables of loops over values of the policy, which a client cannot make longer. */
  readonly policyVariables: ReadonlySet<string>;
  /** Variables of all loops. */
  readonly variables: ReadonlySet<string>;
}

/** Reports operations in loops over the request whose cost grows with another value of the request. */
export function checkLoopCosts(ast: Node, issues: Issues): void {
  const scope: Scope = { policyVariables: new Set(['lists']), variables: new Set() };
  visit(ast, scope, (operation, node) =>
    issuesAt(issues, node).add(`${operation} ${REASON_AND_REMEDY}`),
  );
}

type Report = (operation: string, node: Node) => void;

function visit(node: Node, scope: Scope, report: Report): void {
  const { element } = scope;
  if (element !== undefined) {
    const bounded = new Set([...scope.policyVariables, element]);
    const operation = unboundedOperation(node, bounded, scope.variables);
    if (operation !== undefined) report(operation, node);
  }
  const loop = loopOf(node);
  if (loop === undefined) {
    for (const child of childrenOf(node)) visit(child, scope, report);
  } else {
    visit(loop.value, scope, report);
    for (const part of loop.body) visit(part, insideLoop(loop, scope), report);
  }
}

function insideLoop({ name, value }: Binding, scope: Scope): Scope {
  const variables = new Set([...scope.variables, name]);
  if (!usesOnly(value, scope.policyVariables)) return { ...scope, variables, element: name };
  return { ...scope, variables, policyVariables: new Set([...scope.policyVariables, name]) };
}

/**
 * Returns a short form of the operation of a node if its cost in a loop has no bound.
 *
 * @param bounded variables whose cost is bounded: the element of the loop, and values of the policy.
 * @param variables variables of all loops around the node.
 */
function unboundedOperation(
  node: Node,
  bounded: ReadonlySet<string>,
  variables: ReadonlySet<string>,
): string | undefined {
  const isUnbounded = (part: Node) => !usesOnly(part, bounded);
  const isLong = (part: Node) => mayBeLong(part) && isUnbounded(part);
  switch (node.op) {
    case 'rcall': {
      const [name, receiver] = node.args;
      const isSizeOfString = name === 'size' && !isCollection(receiver);
      const grows = LOOPS.has(name) || GROWING_METHODS.has(name) || isSizeOfString;
      return grows && isUnbounded(receiver) ? `${printPath(receiver)}.${name}` : undefined;
    }
    case 'call': {
      const [name, args] = node.args;
      const [only] = args;
      const grows =
        name === 'size'
          ? only === undefined || !isCollection(only)
          : !CONSTANT_COST_FUNCTIONS.has(name);
      return grows && args.some(isLong) ? name : undefined;
    }
    case '+': {
      // Reading a concatenated string copies it.
      const long = node.args.find(isLong);
      return long && `${printPath(long)} + …`;
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      // Strings are compared up to the length of the shorter one.
      return node.args.every(isLong) ? `${printPath(node.args[0])} ${node.op} …` : undefined;
    case 'in': {
      // Strings and numbers are found through an index. Objects and lists are compared one by one.
      const [value, list] = node.args;
      return isCollection(value) && isUnbounded(list) ? `… in ${printPath(list)}` : undefined;
    }
    case '==':
    case '!=': {
      // A comparison with a loop variable is bounded by the length of the element.
      const comparesElement = node.args.some((side) => mentions(side, variables));
      return node.args.every(mayBeCollection) && !comparesElement && node.args.some(isUnbounded)
        ? `${printPath(node.args[0])} ${node.op} …`
        : undefined;
    }
    default:
      return undefined;
  }
}

function mentions(node: Node, variables: ReadonlySet<string>): boolean {
  return someNode(node, (one) => one.op === 'id' && variables.has(one.args));
}

function kindOf(node: Node): string {
  return node.checkedType?.kind ?? 'dyn';
}

function isCollection(node: Node): boolean {
  const kind = kindOf(node);
  return kind === 'list' || kind === 'map';
}

function mayBeCollection(node: Node): boolean {
  return isCollection(node) || kindOf(node) === 'dyn';
}

function mayBeLong(node: Node): boolean {
  return !SCALAR_KINDS.has(kindOf(node));
}
