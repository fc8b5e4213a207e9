import type { Issues } from '../../file/issues.ts';
import { typeOf } from '../library/cel-js.ts';
import { isNode, type Node } from '../library/syntax-tree.ts';

/*
 * A request of 1 MiB has lists of thousands and texts of a million letters. A loop over such a list is
 * no matter, unless each turn takes as long as another list or text is long: then a client chooses how
 * many minutes a condition takes. Such conditions are mistakes of the policy.
 */

/** Methods that take a variable and look at the elements of a list one by one. */
export const LOOPS: ReadonlySet<string> = new Set(['exists', 'all', 'exists_one', 'filter', 'map']);

/** Methods whose time grows with the text or list that they are asked of. */
const GROWING = new Set([
  ...['contains', 'matches', 'indexOf', 'lastIndexOf', 'split', 'join', 'trim', 'lowerAscii'],
  ...['upperAscii', 'bytes', 'json', 'hex', 'base64', 'substring', 'replace', 'reverse'],
]);

/** Functions whose time does not grow: all others read the whole of a text, to turn it into something else. */
const SHORT = new Set(['has', 'type', 'dyn', 'cel.bind']);

const ORDER = new Set(['<', '<=', '>', '>=']);

/** Kinds of values that are as short as they are. */
const SCALARS = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'null',
  'null_type',
  'timestamp',
  'duration',
]);

const ADVICE =
  'asks for work of unknown length at each element of a list; do it once around the loop, as in cel.bind(all, token.scopes + ["x"], request.scopes.all(scope, scope in all))';

/** What surrounds a part of a condition. */
interface Scope {
  /** The variable of the nearest loop over a list of the request. */
  readonly element?: string;
  /** Those of loops over what stands in the policy: the request does not choose how often they turn. */
  readonly fixed: readonly string[];
  /** Those of all loops. */
  readonly variables: readonly string[];
}

type Report = (what: string) => void;

/** Reports work inside of loops that is not bounded by the element. The tree must be type-checked. */
export function checkLoopCosts(ast: unknown, problems: Issues): void {
  visit(ast, { fixed: ['lists'], variables: [] }, (what) => problems.add(`${what} ${ADVICE}`));
}

function visit(value: unknown, scope: Scope, report: Report): void {
  if (Array.isArray(value)) for (const member of value) visit(member, scope, report);
  if (!isNode(value)) return;
  if (scope.element !== undefined) inspect(value, scope.element, scope, report);
  const loop = loopOf(value);
  visit(loop === undefined ? value.args : loop.range, scope, report);
  if (loop !== undefined) visit(loop.body, inside(loop, scope), report);
}

function inside({ range, variable }: Loop, { element, fixed, variables }: Scope): Scope {
  const inner = { variables: [...variables, variable] };
  return names(range, fixed)
    ? { ...inner, fixed: [...fixed, variable], ...(element !== undefined && { element }) }
    : { ...inner, fixed, element: variable };
}

function inspect(node: Node, element: string, scope: Scope, report: Report): void {
  const [first, second] = Array.isArray(node.args) ? node.args : [];
  const bounded = (value: unknown) => names(value, [...scope.fixed, element]);
  if (node.op === 'rcall' && isNode(second)) {
    const grows = LOOPS.has(first) || GROWING.has(first) || (first === 'size' && !isList(second));
    if (grows && !bounded(second)) report(`${show(second)}.${first}`);
  } else if (node.op === 'call' && Array.isArray(second)) {
    const grows = first === 'size' ? !isList(second[0]) : !SHORT.has(first);
    if (grows && second.some((value) => mayBeLong(value) && !bounded(value))) report(String(first));
  } else if (node.op === '+') {
    // A text that is put together is copied whole when it is looked at.
    const long = [first, second].find((side) => mayBeLong(side) && !bounded(side));
    if (long !== undefined) report(`${show(long)} + …`);
  } else if (ORDER.has(node.op)) {
    // Texts are compared as far as the shorter one goes.
    const long = [first, second].every((side) => mayBeLong(side) && !bounded(side));
    if (long) report(`${show(first)} ${node.op} …`);
  } else if (node.op === 'in' && isList(first)) {
    // Texts and numbers are found at once; objects and lists are compared with one after the other.
    if (!bounded(second)) report(`… in ${show(second)}`);
  } else if ((node.op === '==' || node.op === '!=') && mayBeList(first) && mayBeList(second)) {
    // Lists are compared only as far as an element is as long as the other one.
    const both = [first, second];
    if (!both.some((side) => mentions(side, scope.variables)) && !bounded(both)) {
      report(`${show(first)} ${node.op} …`);
    }
  }
}

/** Whether a value is made of nothing but what stands in the policy and of these variables. */
function names(value: unknown, variables: readonly string[]): boolean {
  if (Array.isArray(value)) return value.every((member) => names(member, variables));
  if (!isNode(value)) return true;
  if (value.op === 'id') return variables.includes(String(value.args));
  const loop = loopOf(value);
  if (loop === undefined) return names(value.args, variables);
  return names(loop.range, variables) && names(loop.body, [...variables, loop.variable]);
}

/** Whether a value has one of these variables in it. */
function mentions(value: unknown, variables: readonly string[]): boolean {
  if (Array.isArray(value)) return value.some((member) => mentions(member, variables));
  if (!isNode(value)) return false;
  return value.op === 'id'
    ? variables.includes(String(value.args))
    : mentions(value.args, variables);
}

interface Loop {
  readonly variable: string;
  readonly range: unknown;
  readonly body: readonly unknown[];
}

function loopOf({ op, args }: Node): Loop | undefined {
  if (op !== 'rcall' || !Array.isArray(args) || !LOOPS.has(args[0])) return undefined;
  const [, range, [variable, ...body]] = args;
  return { variable: isNode(variable) ? String(variable.args) : '', range, body };
}

const kindOf = (value: unknown) => typeOf(value)?.kind;

const isList = (value: unknown) => kindOf(value) === 'list' || kindOf(value) === 'map';

const mayBeLong = (value: unknown) => !SCALARS.has(kindOf(value) ?? 'dyn');

const mayBeList = (value: unknown) => isList(value) || kindOf(value) === 'dyn';

/** A path of members as it is written; anything else is left to the reader. */
function show(value: unknown): string {
  if (isNode(value) && value.op === 'id') return String(value.args);
  if (!isNode(value) || !Array.isArray(value.args)) return '(…)';
  const [base, member] = value.args;
  if (value.op === '.') return `${show(base)}.${member}`;
  if (value.op !== '[]' || !isNode(member) || member.op !== 'value') return '(…)';
  return `${show(base)}[${JSON.stringify(member.args)}]`;
}
