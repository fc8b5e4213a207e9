import { SIGNALS, type SignalName } from '../signals/request-signals.ts';
import { isCountryCode } from './countries.ts';
import { firstSignal, SIGNAL_OF } from './first-signal.ts';
import { notACountry } from './lists.ts';
import { type NamedVariable, namedVariables } from './named-variables.ts';
import type { Problems } from './problems.ts';
import { isNode, type Node } from './syntax-tree.ts';

/** What an expression names: signals that it may ask for, and lists with what their use makes of them. */
export interface References {
  readonly signals: ReadonlySet<SignalName>;
  /** The one that it cannot do without, if there is one. */
  readonly firstSignal: SignalName | undefined;
  readonly cidrLists: ReadonlySet<string>;
  readonly countryLists: ReadonlySet<string>;
  /** Fields of `geo` that it reads, for a warning when the database has none of them. */
  readonly geoFields: ReadonlySet<string>;
  /** For who explains a decision by the values behind it. */
  readonly variables: readonly NamedVariable[];
}

interface Collection {
  readonly signals: Set<SignalName>;
  readonly cidrLists: Set<string>;
  readonly countryLists: Set<string>;
  readonly geoFields: Set<string>;
  readonly problems: Problems;
}

/** Variables whose uses are checked by the names of their members. */
const MEMBERS_BY_DOT = new Set(['lists', 'geo', 'address', 'abuse']);

/** Methods that look at the elements of a list one by one. */
const OVER_ELEMENTS = new Set(['exists', 'all', 'exists_one', 'filter']);

/** Walks a parsed expression, and reports uses that could never mean what their author wants. */
export function collectReferences(ast: unknown, problems: Problems): References {
  const found: Collection = {
    signals: new Set(),
    cidrLists: new Set(),
    countryLists: new Set(),
    geoFields: new Set(),
    problems,
  };
  visit(ast, found);
  // Geo and reputation are those of the address.
  if (found.signals.size > 0) found.signals.add('address');
  return {
    ...found,
    signals: new Set(SIGNALS.filter((name) => found.signals.has(name))),
    firstSignal: firstSignal(ast),
    variables: namedVariables(ast),
  };
}

/** All references of several expressions. */
export function mergeReferences(all: readonly References[]): References {
  return {
    signals: new Set(all.flatMap((one) => [...one.signals])),
    cidrLists: new Set(all.flatMap((one) => [...one.cidrLists])),
    countryLists: new Set(all.flatMap((one) => [...one.countryLists])),
    geoFields: new Set(all.flatMap((one) => [...one.geoFields])),
    firstSignal: undefined,
    variables: all.flatMap((one) => one.variables),
  };
}

function visit(value: unknown, found: Collection): void {
  if (Array.isArray(value)) for (const element of value) visit(element, found);
  if (!isNode(value)) return;
  inspect(value, found);
  visit(value.args, found);
}

function inspect(node: Node, found: Collection): void {
  const args = Array.isArray(node.args) ? node.args : [];
  if (node.op === 'id') {
    const signal = SIGNAL_OF[String(node.args)];
    if (signal !== undefined) found.signals.add(signal);
  } else if (node.op === '.') {
    if (isId(args[0], 'geo')) found.geoFields.add(String(args[1]));
  } else if (node.op === '[]') {
    const [base] = args;
    if (isNode(base) && base.op === 'id' && MEMBERS_BY_DOT.has(String(base.args))) {
      found.problems.add(`write ${String(base.args)}.name, not ${String(base.args)}["name"]`);
    }
  } else if (node.op === 'call' && args[0] === 'has') {
    inspectHas(args[1], found);
  } else if (node.op === 'call' && args[0] === 'duration') {
    inspectDuration(args[1], found);
  } else if (node.op === 'rcall') {
    inspectMethod(String(args[0]), args[1], args[2], found);
  } else if (node.op === '==' || node.op === '!=' || node.op === 'in') {
    inspectComparison(args[0], args[1], found);
    if (node.op !== 'in') inspectComparison(args[1], args[0], found);
  }
}

function inspectMethod(name: string, receiver: unknown, args: unknown, found: Collection): void {
  const first: unknown = Array.isArray(args) ? args[0] : undefined;
  if (name === 'within' && isId(receiver, 'address')) {
    if (isNode(first) && first.op === 'value') found.cidrLists.add(String(first.args));
    else
      found.problems.add(
        'within takes the name of a list in quotes, e.g. within("trusted_networks")',
      );
  }
  const list = listName(receiver);
  if (OVER_ELEMENTS.has(name) && list !== undefined && holds(args, isCountry)) {
    found.countryLists.add(list);
  }
}

/** Other members are never absent: they are empty, so `has` would always hold. */
function inspectHas(args: unknown, found: Collection): void {
  let node: unknown = Array.isArray(args) ? args[0] : args;
  while (isNode(node) && Array.isArray(node.args) && node.op !== 'id') node = node.args[0];
  if (!isId(node, 'geo') && !isId(node, 'abuse')) {
    found.problems.add(
      'has() is for fields of geo and abuse; other members are empty when the request lacks them, and "x" in request.headers asks for a header',
    );
  }
}

/** What reads a duration takes hours for a long text of digits. */
function inspectDuration(args: unknown, found: Collection): void {
  const [text] = Array.isArray(args) ? args : [];
  if (isNode(text) && text.op === 'value') return;
  found.problems.add('duration takes a text that is written out, e.g. duration("90m")');
}

function inspectComparison(left: unknown, right: unknown, found: Collection): void {
  const list = listName(right);
  if (list !== undefined && isMember(left, 'address', 'value')) {
    found.problems.add(
      `ask address.within("${list}"): it knows CIDRs, and an address in another spelling`,
    );
  }
  if (!isCountry(left) || !isNode(right)) return;
  if (list !== undefined) found.countryLists.add(list);
  const args = Array.isArray(right.args) ? right.args : [];
  const literals = right.op === 'list' ? args : [right];
  for (const literal of literals) {
    if (!isNode(literal) || literal.op !== 'value' || typeof literal.args !== 'string') continue;
    if (literal.args !== '' && !isCountryCode(literal.args))
      found.problems.add(notACountry(literal.args));
  }
}

function isId(value: unknown, name: string): boolean {
  return isNode(value) && value.op === 'id' && value.args === name;
}

function isCountry(value: unknown): boolean {
  return isMember(value, 'geo', 'country');
}

/** The name in `lists.name`. */
function listName(value: unknown): string | undefined {
  if (!isNode(value) || value.op !== '.' || !Array.isArray(value.args)) return undefined;
  return isId(value.args[0], 'lists') ? String(value.args[1]) : undefined;
}

/** Whether a node of this kind stands anywhere below. */
function holds(value: unknown, matches: (node: unknown) => boolean): boolean {
  if (matches(value)) return true;
  if (Array.isArray(value)) return value.some((element) => holds(element, matches));
  return isNode(value) && holds(value.args, matches);
}

function isMember(value: unknown, object: string, member: string): boolean {
  if (!isNode(value) || value.op !== '.' || !Array.isArray(value.args)) return false;
  return isId(value.args[0], object) && value.args[1] === member;
}
