import type { SignalName } from '../../../signals/request-signals.ts';
import type { Issues } from '../../file/issues.ts';
import type { ParsedList } from '../../lists.ts';
import { type CelType, typeOf } from '../library/cel-js.ts';
import { isNode, type Node } from '../library/syntax-tree.ts';
import { SIGNAL_OF } from '../signal-reader.ts';
import { Comparisons, type ListUses, type Order } from './comparisons.ts';
import {
  boundVariable,
  type Constants,
  conversionIssue,
  show,
  timeZoneIssue,
} from './constants.ts';
import { domainOfField, domainOfTimestampPart, SIZE } from './domains.ts';
import {
  allSources,
  derive,
  type Flow,
  flowOf,
  flowOfValue,
  join,
  listOf,
  mapOf,
  NOTHING,
  OTHER,
  sourcesOf,
} from './flow.ts';
import { LOOPS } from './loop-costs.ts';
import { checkTypes } from './type-rules.ts';

/** What an expression uses, and what its use makes of lists. */
export interface FlowUses extends ListUses {
  readonly signals: Set<SignalName>;
  readonly cidrLists: Set<string>;
  readonly geoFields: Set<string>;
}

/** What the variables of the policy language are. */
export interface Declarations {
  /** The CEL type of each variable. */
  readonly variables: Readonly<Record<string, string>>;
  /** The fields of each type, with their types; `undefined` where any name may be read. */
  readonly fields: ReadonlyMap<string, Readonly<Record<string, string>> | undefined>;
  readonly lists: ReadonlyMap<string, ParsedList>;
}

/**
 * Follows values through a type-checked expression, from where they come from to what they are compared with,
 * and reports uses that could never mean what their author wants.
 */
export function analyzeFlow(
  ast: Node,
  constants: Constants,
  declarations: Declarations,
  problems: Issues,
): FlowUses {
  const uses: FlowUses = {
    signals: new Set(),
    cidrLists: new Set(),
    countryLists: new Set(),
    continentLists: new Set(),
    geoFields: new Set(),
  };
  new Analysis(constants, declarations, uses, problems).flow(ast, new Map());
  return uses;
}

/** What the variables of loops and of `cel.bind` can be. */
type Scope = ReadonlyMap<string, Flow>;

/** Types whose fields are read by name alone, so that every use of a field is known. */
const BY_NAME: Readonly<Record<string, string>> = {
  Lists: 'lists',
  Geo: 'geo',
  Address: 'address',
  Abuse: 'abuse',
};

/** Types whose fields can be absent. */
const ABSENT_FIELDS = new Set(['Geo', 'Abuse', 'Address']);

/** Methods that look for a text in another one. */
const SEARCHES = new Set([
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'indexOf',
  'lastIndexOf',
]);

/** Methods that leave a code as it is. */
const HARMLESS = new Set(['upperAscii', 'trim']);

/** Functions that read a value of another type, and fail on one that they cannot read. */
const CONVERSIONS = new Set(['bool', 'double', 'int', 'timestamp', 'uint']);

class Analysis {
  readonly #constants: Constants;
  readonly #declarations: Declarations;
  readonly #uses: FlowUses;
  readonly #problems: Issues;
  readonly #comparisons: Comparisons;

  constructor(constants: Constants, declarations: Declarations, uses: FlowUses, problems: Issues) {
    this.#constants = constants;
    this.#declarations = declarations;
    this.#uses = uses;
    this.#problems = problems;
    this.#comparisons = new Comparisons(declarations.lists, uses, problems);
  }

  /** What a node can be. Checks it and everything in it. */
  flow(node: unknown, scope: Scope): Flow {
    if (!isNode(node)) return NOTHING;
    checkTypes(node, this.#problems);
    const flow = this.#flowOfNode(node, scope);
    // A constant is what it evaluates to, however it is put together; a literal shows what it is made of.
    const isLiteral = node.op === 'list' || node.op === 'map';
    if (isLiteral || !this.#constants.has(node)) return flow;
    return flowOfValue(this.#constants.get(node));
  }

  #flowOfNode(node: Node, scope: Scope): Flow {
    const args: readonly unknown[] = Array.isArray(node.args) ? node.args : [node.args];
    const [first, second, third] = args;
    switch (node.op) {
      case 'value':
        return NOTHING;
      case 'id':
        return this.#variable(String(first), scope);
      case '.':
      case '.?':
        this.#isRead.add(first as Node);
        return this.#field(node, this.flow(first, scope), String(second));
      case '[]':
      case '[?]':
        this.#isRead.add(first as Node);
        return this.#element(node, this.flow(first, scope), second, scope);
      case 'call':
        return this.#call(String(first), second, scope);
      case 'rcall':
        return this.#method(node, String(first), second, third, scope);
      case 'list':
        return listOf(join(args.map((element) => this.flow(element, scope))));
      case 'map':
        return this.#map(args, scope);
      case '?:':
        this.flow(first, scope);
        return join([this.flow(second, scope), this.flow(third, scope)]);
      default:
        return this.#operator(node, args, scope);
    }
  }

  #variable(name: string, scope: Scope): Flow {
    const bound = scope.get(name);
    if (bound !== undefined) return bound;
    const signal = SIGNAL_OF[name];
    if (signal !== undefined) this.#uses.signals.add(signal);
    const { variables } = this.#declarations;
    if (!Object.hasOwn(variables, name)) return NOTHING;
    return flowOf({ kind: 'object', type: variables[name] as string });
  }

  /** A field of what a flow can be. */
  #field(node: Node, owner: Flow, field: string): Flow {
    const objects = sourcesOf(owner, 'object').map(({ type }) =>
      this.#fieldOfType(node, type, field),
    );
    if (owner.keys !== undefined) {
      this.#comparisons.equal(owner.keys, flowOf({ kind: 'constant', value: field }));
    }
    const isRequest = owner.sources.has('other');
    return join([...objects, owner.elements, isRequest ? OTHER : undefined]);
  }

  #fieldOfType(node: Node, type: string, field: string): Flow {
    if (type === 'Lists') {
      return listOf(flowOf({ kind: 'entry', list: field }));
    }
    const fields = this.#declarations.fields.get(type);
    const name = `${nameOfType(type, this.#declarations)}.${field}`;
    if (fields !== undefined && !Object.hasOwn(fields, field)) {
      // The type checker takes `.?` and has() for any name.
      this.#problems.add(`there is no member ${field} (in: ${name})`);
      return NOTHING;
    }
    if (type === 'Geo') this.#uses.geoFields.add(field);
    if (fields === undefined) return this.#fieldOfRequest(node, field);
    const fieldType = fields[field] as string;
    if (this.#declarations.fields.has(fieldType))
      return flowOf({ kind: 'object', type: fieldType });
    if (fieldType.startsWith('list<')) return listOf(OTHER);
    const domain = domainOfField(type, field, name);
    return domain === undefined ? OTHER : flowOf({ kind: 'field', domain });
  }

  /** A header, parameter or claim: one that is missing is a value too, so it is never absent. */
  #fieldOfRequest(node: Node, field: string): Flow {
    if ((node.op === '.?' || node.op === '[?]') && !this.#isRead.has(node)) {
      const [owner] = node.args as readonly unknown[];
      this.#problems.add(
        `${show(owner)}.${field} is never absent: a header or parameter that is missing is "", and a claim null; compare it with that`,
      );
    }
    return OTHER;
  }

  /** Optional nodes whose fields are read: `token.claims.?address.?country`. */
  readonly #isRead = new Set<Node>();

  #element(node: Node, owner: Flow, key: unknown, scope: Scope): Flow {
    const index = this.flow(key, scope);
    const objects = sourcesOf(owner, 'object').map(({ type }) => {
      const name = BY_NAME[type];
      if (name !== undefined) this.#problems.add(`write ${name}.name, not ${name}["name"]`);
      const constant = this.#constants.get(key as Node);
      if (name !== undefined) return NOTHING;
      return typeof constant === 'string' ? this.#fieldOfType(node, type, constant) : OTHER;
    });
    if (owner.keys !== undefined) this.#comparisons.equal(owner.keys, index);
    if (node.op === '[]') this.#checkIndex(owner, key);
    const isRequest = owner.sources.has('other');
    return join([...objects, owner.elements, isRequest ? OTHER : undefined]);
  }

  #checkIndex(owner: Flow, key: unknown): void {
    const index = this.#constants.get(key as Node) ?? 0n;
    const [entry, ...others] = owner.elements?.sources.values() ?? [];
    if (typeof index !== 'bigint' || entry?.kind !== 'entry' || others.length > 0) return;
    const entries = this.#declarations.lists.get(entry.list)?.entries ?? [];
    const count = new Set(entries.map(({ value }) => value)).size;
    if (index < count) return;
    this.#problems.add(
      count === 0
        ? `lists.${entry.list} has no entries, so it has none at an index`
        : `lists.${entry.list}[${index}] does not exist: the list has ${count} entries`,
    );
  }

  #map(entries: readonly unknown[], scope: Scope): Flow {
    const pairs = entries.filter((entry): entry is unknown[] => Array.isArray(entry));
    return mapOf(
      join(pairs.map(([key]) => this.flow(key, scope))),
      join(pairs.map(([, value]) => this.flow(value, scope))),
    );
  }

  #operator({ op }: Node, args: readonly unknown[], scope: Scope): Flow {
    const [left = NOTHING, right = NOTHING] = args.map((arg) => this.flow(arg, scope));
    switch (op) {
      case '==':
      case '!=':
        this.#comparisons.equal(left, right);
        return NOTHING;
      case 'in':
        // In a map it is the keys; in a value of the request it may be anything.
        this.#comparisons.equal(left, right.keys ?? right.elements);
        return NOTHING;
      case '<':
      case '<=':
      case '>':
      case '>=':
        this.#comparisons.order(left, op as Order, right);
        return NOTHING;
      case '+':
        if (left.elements !== undefined || right.elements !== undefined) return join([left, right]);
        return derive('+', [left, right]);
      default:
        return op === '-' || op === '*' || op === '/' || op === '%' ? OTHER : NOTHING;
    }
  }

  #call(name: string, args: unknown, scope: Scope): Flow {
    const nodes: readonly unknown[] = Array.isArray(args) ? args : [];
    if (name === 'has') return this.#has(nodes[0], scope);
    if (name === 'duration' && !this.#constants.has(nodes[0] as Node)) {
      // What reads a duration takes hours for a long text of digits.
      this.#problems.add('duration takes a text that is written out, e.g. duration("90m")');
    }
    const flows = nodes.map((node) => this.flow(node, scope));
    const [first = NOTHING] = flows;
    if (CONVERSIONS.has(name)) {
      this.#checkValues(nodes[0], first, (value) => conversionIssue(name, value));
    }
    switch (name) {
      case 'dyn':
      case 'string':
      case 'int':
      case 'double':
      case 'uint':
        return first;
      case 'size':
        return flowOf({ kind: 'field', domain: SIZE });
      case 'type':
      case 'bool':
        return NOTHING;
      default:
        return derive(name, flows);
    }
  }

  /** Other fields are never absent: they are empty, so `has` would always hold. */
  #has(node: unknown, scope: Scope): Flow {
    const owner = isNode(node) && Array.isArray(node.args) ? node.args[0] : undefined;
    let root: unknown = node;
    while (isNode(root) && Array.isArray(root.args) && root.op !== 'id') root = root.args[0];
    const isOwn = isNode(root) && scope.has(String(root.args));
    const types = sourcesOf(this.flow(root, scope), 'object').map(({ type }) => type);
    const canBeAbsent = isOwn
      ? types.every((type) => ABSENT_FIELDS.has(type))
      : types.some((type) => ABSENT_FIELDS.has(type));
    if (!canBeAbsent) {
      this.#problems.add(
        'has() is for fields of address, geo and abuse; other members are empty when the request lacks them, and "x" in request.headers asks for a header',
      );
    } else if (types.length > 0 && owner !== root) {
      this.#problems.add('has() takes one field, e.g. has(geo.city)');
    } else {
      this.flow(node, scope);
    }
    return NOTHING;
  }

  #method(node: Node, name: string, receiver: unknown, args: unknown, scope: Scope): Flow {
    const nodes: readonly unknown[] = Array.isArray(args) ? args : [];
    const bound = boundVariable(node);
    if (bound !== undefined) {
      const value = this.flow(bound.value, scope);
      const variable = LOOPS.has(name) ? elementOf(value, typeOf(receiver)) : value;
      const inner = new Map(scope).set(bound.name, variable);
      const body = bound.body.map((part) => this.flow(part, inner));
      if (!LOOPS.has(name)) return body.at(-1) ?? NOTHING;
      if (name === 'filter') return listOf(variable);
      return name === 'map' ? listOf(body.at(-1) ?? NOTHING) : NOTHING;
    }
    if (name === 'within') return this.#within(receiver, nodes[0], scope);
    const owner = this.flow(receiver, scope);
    const flows = nodes.map((argument) => this.flow(argument, scope));
    const isTimestamp = typeOf(receiver)?.name === 'google.protobuf.Timestamp';
    if (isTimestamp && flows[0] !== undefined) {
      this.#checkValues(nodes[0], flows[0], timeZoneIssue);
    }
    return this.#resultOf(name, owner, flows, typeOf(receiver));
  }

  #resultOf(name: string, owner: Flow, args: readonly Flow[], type: CelType | undefined): Flow {
    if (SEARCHES.has(name)) {
      const text = join(args);
      this.#comparisons.search(owner, text, `${name} looks at a part of the code`);
      this.#comparisons.search(text, owner, `${name} finds the code in another text`);
      return name.endsWith('ndexOf') ? OTHER : NOTHING;
    }
    const isTimestamp = type?.name === 'google.protobuf.Timestamp';
    const part = isTimestamp ? domainOfTimestampPart(name) : undefined;
    if (part !== undefined) return flowOf({ kind: 'field', domain: part });
    if (HARMLESS.has(name) && isUnchanged(owner)) return owner;
    switch (name) {
      case 'size':
        return flowOf({ kind: 'field', domain: SIZE });
      case 'value':
        return owner;
      case 'or':
      case 'orValue':
        return join([owner, ...args]);
      case 'of':
        return args[0] ?? NOTHING;
      case 'none':
      case 'hasValue':
        return NOTHING;
      case 'split':
        return listOf(derive(name, [owner]));
      default:
        return derive(name, [owner]);
    }
  }

  /**
   * Checks the values of the policy that reach a function under another name: that of a loop, of `cel.bind`, or of
   * a list. With values of the request among them, the condition may have made sure of what it passes on.
   */
  #checkValues(node: unknown, flow: Flow, issueOf: (value: unknown) => string | undefined): void {
    // What is written out has been tried already.
    if (this.#constants.has(node as Node)) return;
    const sources = [...flow.sources.values()];
    if (!sources.every(({ kind }) => kind === 'constant' || kind === 'entry')) return;
    for (const source of sources) {
      if (source.kind === 'constant') {
        const issue = issueOf(source.value);
        if (issue !== undefined) this.#problems.add(`${issue} (for ${showValue(source.value)})`);
      } else if (source.kind === 'entry') this.#checkEntries(source.list, issueOf);
    }
  }

  #checkEntries(list: string, issueOf: (value: unknown) => string | undefined): void {
    for (const { value } of this.#declarations.lists.get(list)?.entries ?? []) {
      const issue = issueOf(value);
      if (issue !== undefined) this.#problems.add(`lists.${list} contains "${value}": ${issue}`);
    }
  }

  #within(receiver: unknown, name: unknown, scope: Scope): Flow {
    this.flow(receiver, scope);
    this.flow(name, scope);
    const list = this.#constants.get(name as Node);
    if (typeof list !== 'string') {
      this.#problems.add(
        'within takes the name of a list in quotes, e.g. within("trusted_networks")',
      );
    } else if (!this.#declarations.lists.has(list)) {
      this.#problems.add(`within("${list}") names a list that is not there`);
    } else {
      this.#uses.cidrLists.add(list);
    }
    return NOTHING;
  }
}

function showValue(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function isUnchanged(flow: Flow): boolean {
  const sources = allSources(flow);
  return sources.length > 0 && sources.every(({ kind }) => kind === 'field' || kind === 'derived');
}

/** What the variable of a loop can be: an element of a list, a key of a map. */
function elementOf(range: Flow, type: CelType | undefined): Flow {
  if (type?.kind === 'list') return range.elements ?? NOTHING;
  if (type?.kind === 'map') return range.keys ?? NOTHING;
  return join([range.elements, range.keys, range.sources.has('other') ? OTHER : undefined]);
}

function nameOfType(type: string, { variables }: Declarations): string {
  const own = Object.entries(variables).find(([, other]) => other === type)?.[0];
  return own ?? ({ Texts: 'request.headers', Claims: 'token.claims' }[type] || type);
}
