import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node } from 'yaml';

/** Where aliases of a YAML document cannot be used, and why. */
export interface AliasIssue {
  /** In the text, of characters. */
  readonly offset: number;
  readonly message: string;
}

/**
 * What all aliases of a policy may add up to. A file may use one anchor in each of its rules; one whose
 * aliases multiply each other would not fit into memory.
 */
const MAX_EXPANDED_VALUES = 1_000_000;

/**
 * Checks that every alias has an anchor before it, that merge keys have mappings, and that the document
 * stays small when aliases are replaced by what they stand for.
 */
export function checkAliases(document: Document): AliasIssue | undefined {
  try {
    new AliasReader().measure(document.contents);
    return undefined;
  } catch (error) {
    if (error instanceof AliasError) return { offset: error.offset, message: error.message };
    throw error;
  }
}

class AliasError extends Error {
  readonly offset: number;
  constructor(node: Node, message: string) {
    super(message);
    this.offset = node.range?.[0] ?? 0;
  }
}

/** Reads a document from its beginning to its end: an alias means the last anchor before it. */
class AliasReader {
  readonly #anchors = new Map<string, Node>();
  /** How many values a node with an anchor has; none while it is being read. */
  readonly #sizes = new Map<Node, number>();
  #expanded = 0;

  /** Counts the values that a node stands for. */
  measure(node: unknown): number {
    if (isAlias(node)) return this.#measureAlias(node);
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return 1;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    const size = isScalar(node) ? 1 : this.#measureItems(node.items);
    this.#sizes.set(node, size);
    return size;
  }

  #measureItems(items: readonly unknown[]): number {
    let size = 1;
    for (const item of items) {
      if (!isPair(item)) size += this.measure(item);
      else {
        size += this.measure(item.key) + this.measure(item.value);
        if (isScalar(item.key) && typeof item.key.value === 'symbol') this.#checkMerge(item);
      }
    }
    return size;
  }

  #measureAlias(alias: Node & { readonly source: string }): number {
    const { source } = alias;
    const target = this.#anchors.get(source);
    if (target === undefined) {
      throw new AliasError(
        alias,
        `Unresolved alias *${source}; write &${source} at the value before it that it repeats`,
      );
    }
    // A value that contains itself has no size; nothing in a policy has that form, and the schema says so.
    const size = this.#sizes.get(target) ?? 1;
    this.#expanded += size;
    if (this.#expanded > MAX_EXPANDED_VALUES) {
      throw new AliasError(
        alias,
        `the aliases up to *${source} stand for more than ${MAX_EXPANDED_VALUES} values; repeat less, e.g. name a list below lists and use it as lists.name`,
      );
    }
    return size;
  }

  #checkMerge({ key, value }: { readonly key: unknown; readonly value: unknown }): void {
    const sources = this.#resolve(value);
    const all = isSeq(sources) ? sources.items : [sources];
    const mappings = all.map((source) => this.#resolve(source));
    if (!mappings.every(isMap)) {
      throw new AliasError(
        key as Node,
        '<< merges a mapping, or a list of mappings, e.g. <<: *defaults',
      );
    }
    // A merge copies a mapping, which has no end when that contains the merge.
    if (mappings.some((mapping) => !this.#sizes.has(mapping))) {
      throw new AliasError(key as Node, '<< stands inside of the mapping that it merges');
    }
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? this.#anchors.get(node.source) : node;
  }
}
