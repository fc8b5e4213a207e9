import type { Node } from '../library/node.ts';
import { bindingOf, childrenOf } from '../library/syntax-tree.ts';
import type { Constants } from './constant-issues.ts';

/** The headers and parameters of the token request that expressions read. */
export interface RequestNames {
  /** In lower case. */
  readonly headers: ReadonlySet<string>;
  readonly params: ReadonlySet<string>;
  /** Maps of which an expression reads entries whose names are computed, so that not all names are known. */
  readonly computed: ReadonlySet<RequestMap>;
}

/** A field of `request` with values by name. */
export type RequestMap = 'headers' | 'params';

export const NO_REQUEST_NAMES: RequestNames = {
  headers: new Set(),
  params: new Set(),
  computed: new Set(),
};

/** What a variable stands for: `request`, one of its maps, or one of several constant strings. */
type Meaning = 'request' | RequestMap | readonly string[];

/** The variables that loops and `cel.bind` declare; undefined for one with another meaning. */
type Scope = ReadonlyMap<string, Meaning | undefined>;

/** Returns the names of headers and parameters in a type-checked expression. */
export function requestNames(ast: Node, constants: Constants): RequestNames {
  const search = new NameSearch(constants);
  search.visit(ast, new Map());
  return search.names;
}

/** Returns the names of several expressions together. */
export function mergeRequestNames(all: readonly RequestNames[]): RequestNames {
  const used = all.filter((one) => one !== NO_REQUEST_NAMES);
  return {
    headers: new Set(used.flatMap(({ headers }) => [...headers])),
    params: new Set(used.flatMap(({ params }) => [...params])),
    computed: new Set(used.flatMap(({ computed }) => [...computed])),
  };
}

class NameSearch {
  readonly #constants: Constants;
  readonly #headers = new Set<string>();
  readonly #params = new Set<string>();
  readonly #computed = new Set<RequestMap>();

  constructor(constants: Constants) {
    this.#constants = constants;
  }

  get names(): RequestNames {
    const names = { headers: this.#headers, params: this.#params, computed: this.#computed };
    return Object.values(names).every(({ size }) => size === 0) ? NO_REQUEST_NAMES : names;
  }

  visit(node: Node, scope: Scope): void {
    if (this.#visitAccess(node, scope)) return;
    const meaning = this.#meaningOf(node, scope);
    // The map as a whole, such as in a loop: any entry can be read.
    if (meaning === 'headers' || meaning === 'params') this.#computed.add(meaning);
    else if (meaning === 'request') this.#computed.add('headers').add('params');
    else this.#visitParts(node, scope);
  }

  #visitParts(node: Node, scope: Scope): void {
    const binding = bindingOf(node);
    if (binding === undefined) {
      for (const child of childrenOf(node)) this.visit(child, scope);
      return;
    }
    const { name, value, body } = binding;
    const meaning = this.#meaningOf(value, scope) ?? this.#constantStrings(value);
    // In a loop, the variable is a name and not the map.
    const isLoop = node.op !== 'rcall' || node.args[0] !== 'bind';
    const isMap = typeof meaning === 'string';
    if (!isMap || isLoop) this.visit(value, scope);
    const inside = new Map(scope).set(name, isMap && isLoop ? undefined : meaning);
    for (const part of body) this.visit(part, inside);
  }

  /** Returns whether a node reads an entry of a map, or a field of `request`. */
  #visitAccess(node: Node, scope: Scope): boolean {
    switch (node.op) {
      case '.':
      case '.?': {
        const [owner, field] = node.args;
        return this.#read(this.#meaningOf(owner, scope), [field], node, scope);
      }
      case '[]':
      case '[?]': {
        const [owner, key] = node.args;
        return this.#readComputed(owner, key, node, scope);
      }
      case 'in': {
        const [key, owner] = node.args;
        return this.#readComputed(owner, key, node, scope);
      }
      default:
        return false;
    }
  }

  #readComputed(owner: Node, key: Node, node: Node, scope: Scope): boolean {
    const map = this.#meaningOf(owner, scope);
    if (typeof map !== 'string') return false;
    this.visit(key, scope);
    return this.#read(map, this.#stringsOf(key, scope), node, scope);
  }

  #read(
    owner: Meaning | undefined,
    names: readonly string[] | undefined,
    node: Node,
    scope: Scope,
  ): boolean {
    if (owner === 'request') return this.#meaningOf(node, scope) === undefined;
    if (owner !== 'headers' && owner !== 'params') return false;
    if (names === undefined) this.#computed.add(owner);
    for (const name of names ?? []) {
      if (owner === 'headers') this.#headers.add(name.toLowerCase());
      else this.#params.add(name);
    }
    return true;
  }

  #meaningOf(node: Node, scope: Scope): Meaning | undefined {
    if (node.op === 'id') {
      if (scope.has(node.args)) return scope.get(node.args);
      return node.args === 'request' ? 'request' : undefined;
    }
    const access = this.#fieldOf(node);
    if (access === undefined || this.#meaningOf(access.owner, scope) !== 'request') {
      return undefined;
    }
    return access.field === 'headers' || access.field === 'params' ? access.field : undefined;
  }

  #fieldOf(node: Node): { owner: Node; field: unknown } | undefined {
    switch (node.op) {
      case '.':
      case '.?':
        return { owner: node.args[0], field: node.args[1] };
      case '[]':
      case '[?]':
        return { owner: node.args[0], field: this.#constants.get(node.args[1]) };
      default:
        return undefined;
    }
  }

  /** Returns the constant strings that a key can be. */
  #stringsOf(key: Node, scope: Scope): readonly string[] | undefined {
    const meaning = this.#meaningOf(key, scope);
    if (typeof meaning === 'object') return meaning;
    const constant = this.#constants.get(key);
    return typeof constant === 'string' ? [constant] : undefined;
  }

  /** Returns the elements of a constant list of strings. */
  #constantStrings(node: Node): readonly string[] | undefined {
    const value = this.#constants.get(node);
    if (typeof value === 'string') return [value];
    if (!Array.isArray(value)) return undefined;
    return value.every((element) => typeof element === 'string') ? value : undefined;
  }
}
