import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type YAMLMap,
} from 'yaml';

/** The nodes of a place in a policy. */
export interface FoundNode {
  /** The key, or the element of a list; of the deepest part of the path that exists in the file. */
  readonly node: Node | undefined;
  /** The value as written, which may be an alias. `undefined` if a part of the path does not exist. */
  readonly value: Node | undefined;
}

/** Finds the nodes of a path, also through aliases and merge keys. */
export function findNode(document: Document, path: readonly (string | number)[]): FoundNode {
  let value: unknown = document.contents;
  let node = isNode(value) ? value : undefined;
  for (const key of path) {
    const owner = resolveAlias(document, value);
    if (isMap(owner)) {
      const pair = findPair(document, owner, String(key));
      if (pair === undefined) return { node, value: undefined };
      if (isNode(pair.key)) node = pair.key;
      value = pair.value;
    } else if (isSeq(owner) && typeof key === 'number') {
      value = owner.items[key];
      if (isNode(value)) node = value;
    } else {
      return { node, value: undefined };
    }
  }
  return { node, value: isNode(value) ? value : undefined };
}

/** Returns the node to which an alias refers, or another node unchanged. */
export function resolveAlias(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

interface Entry {
  readonly key: unknown;
  readonly value: unknown;
}

/** Returns the entry of a mapping, or that of the first mapping it merges. */
function findPair(document: Document, map: YAMLMap, key: string): Entry | undefined {
  const own = map.items.find((item) => isPair(item) && keyText(item.key) === key);
  if (own !== undefined) return own;
  for (const item of map.items) {
    if (!isScalar(item.key) || typeof item.key.value !== 'symbol') continue;
    const merged = resolveAlias(document, item.value);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const mapping = resolveAlias(document, source);
      const found = isMap(mapping) ? findPair(document, mapping, key) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function keyText(key: unknown): string | undefined {
  if (isScalar(key) && typeof key.value === 'symbol') return undefined;
  return isNode(key) ? String(key.toJSON()) : String(key);
}
