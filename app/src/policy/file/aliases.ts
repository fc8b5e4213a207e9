import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import type { YamlIssue } from './issues.ts';

/**
 * Limits what all aliases expand to. A file may use an anchor in each of its rules, but nested aliases that
 * multiply each other ("billion laughs") would not fit into memory.
 */
const MAX_EXPANDED_VALUES = 1_000_000;

/**
 * Checks that each alias has an anchor before it, that merge keys merge mappings, and that the document stays
 * small when its aliases are expanded. Stops at the first issue.
 */
export function checkAliases(document: Document): YamlIssue[] {
  try {
    new AliasReader().measure(document.contents);
    return [];
  } catch (error) {
    if (error instanceof AliasError) return [{ offset: error.offset, message: error.message }];
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

/** Visits a document in the order of the file: an alias refers to the last anchor before it. */
class AliasReader {
  readonly #anchors = new Map<string, Node>();
  /** The number of values of each visited node; a node that is being visited has no entry yet. */
  readonly #sizes = new Map<Node, number>();
  #expanded = 0;

  /** Returns the number of values of a node when its aliases are expanded. */
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
        `Unresolved alias *${source}; define &${source} at an earlier value, or quote a text that begins with *`,
      );
    }
    // A value that contains itself has no size yet. The schema rejects it later.
    const size = this.#sizes.get(target) ?? 1;
    this.#expanded += size;
    if (this.#expanded > MAX_EXPANDED_VALUES) {
      throw new AliasError(
        alias,
        `the aliases up to *${source} expand to more than ${MAX_EXPANDED_VALUES} values; define a list below lists and refer to it as lists.name`,
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
    // Merging a mapping into itself would never end.
    if (mappings.some((mapping) => !this.#sizes.has(mapping))) {
      throw new AliasError(key as Node, '<< must not merge a mapping that contains it');
    }
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? this.#anchors.get(node.source) : node;
  }
}
