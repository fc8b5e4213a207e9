import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { isOptional } from '../library/evaluation.ts';
import { type CodeDomain, type Domain, isCodeDomain } from './domains.ts';

/*
 * The possible values of a part of an expression, whatever the request: fields of signals, entries of lists,
 * constants. They show whether a comparison can ever be true.
 */

export type Constant = string | number | bigint | boolean | null;

/** One origin of a value. */
export type Source =
  | { readonly kind: 'constant'; readonly value: Constant }
  /** An entry of a list of the policy. */
  | { readonly kind: 'entry'; readonly list: string }
  | { readonly kind: 'field'; readonly domain: Domain }
  /** The result of a function on a code, which is no longer a code. */
  | { readonly kind: 'derived'; readonly domain: CodeDomain; readonly by: string }
  /** Computed from constants and entries: not known at load time. */
  | { readonly kind: 'computed' }
  /** A complete object, such as the variable `geo`, by its type. */
  | { readonly kind: 'object'; readonly type: string }
  /** A value of the request, or a result that is not compared with codes. */
  | { readonly kind: 'other' };

export interface Flow {
  /** The possible sources of the value itself, by a key that identifies each. */
  readonly sources: ReadonlyMap<string, Source>;
  /** The elements of a list or the values of a map. The content of an optional counts as the value itself. */
  readonly elements?: Flow | undefined;
  /** The keys of a map. */
  readonly keys?: Flow | undefined;
}

const NO_SOURCES: ReadonlyMap<string, Source> = new Map();

/** A value without a source, such as the boolean result of a comparison. */
export const EMPTY_FLOW: Flow = { sources: NO_SOURCES };

export const OTHER_FLOW: Flow = flowOf({ kind: 'other' });

export function flowOf(source: Source): Flow {
  return { sources: new Map([[keyOf(source), source]]) };
}

function keyOf(source: Source): string {
  switch (source.kind) {
    case 'constant':
      return `constant ${typeof source.value} ${source.value}`;
    case 'entry':
      return `entry ${source.list}`;
    case 'field':
      return `field ${source.domain.name}`;
    case 'derived':
      return `derived ${source.domain.name} ${source.by}`;
    case 'object':
      return `object ${source.type}`;
    default:
      return source.kind;
  }
}

/** Returns the flow of a value that may come from any of these flows. */
export function join(flows: readonly (Flow | undefined)[]): Flow {
  const all = flows.filter((flow) => flow !== undefined && flow !== EMPTY_FLOW) as readonly Flow[];
  const [first] = all;
  if (first === undefined) return EMPTY_FLOW;
  if (all.length === 1) return first;
  const inner = (part: 'elements' | 'keys') =>
    all.some((flow) => flow[part] !== undefined) ? join(all.map((flow) => flow[part])) : undefined;
  return {
    sources: new Map(all.flatMap(({ sources }) => [...sources])),
    elements: inner('elements'),
    keys: inner('keys'),
  };
}

export function listFlow(elements: Flow): Flow {
  return { sources: NO_SOURCES, elements };
}

export function mapFlow(keys: Flow, elements: Flow): Flow {
  return { sources: NO_SOURCES, keys, elements };
}

/** Returns the flow of the elements, or of the values, of a value whose type may be known only at run time. */
export function contentFlow(flow: Flow): Flow {
  return join([flow.elements, flow.sources.has('other') ? OTHER_FLOW : undefined]);
}

export function sourcesOf<Kind extends Source['kind']>(
  { sources }: Flow,
  kind: Kind,
): Extract<Source, { kind: Kind }>[] {
  return [...sources.values()].filter(
    (source): source is Extract<Source, { kind: Kind }> => source.kind === kind,
  );
}

/** Returns the sources of a value, its elements and its keys. */
export function allSources(flow: Flow | undefined): Source[] {
  if (flow === undefined) return [];
  return [...flow.sources.values(), ...allSources(flow.elements), ...allSources(flow.keys)];
}

/** Returns the flow of the value of a constant part. */
export function flowOfValue(value: unknown): Flow {
  if (Array.isArray(value) || value instanceof Set) {
    return listFlow(join([...value].map(flowOfValue)));
  }
  if (value instanceof UnsignedInt) return flowOf({ kind: 'constant', value: value.valueOf() });
  if (value instanceof Uint8Array || value instanceof Date || value instanceof Duration) {
    return flowOf({ kind: 'computed' });
  }
  if (typeof value !== 'object' || value === null) {
    return flowOf({ kind: 'constant', value: value as Constant });
  }
  if (isOptional(value)) return value.hasValue() ? flowOfValue(value.value()) : EMPTY_FLOW;
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain && !(value instanceof Map)) return OTHER_FLOW;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return mapFlow(
    join(entries.map(([key]) => flowOfValue(key))),
    join(entries.map(([, content]) => flowOfValue(content))),
  );
}

/** Returns the flow of the result of a function about which nothing else is known. */
export function derive(by: string, flows: readonly Flow[]): Flow {
  const sources = flows.flatMap(allSources);
  const derived = sources.flatMap((source): Flow[] => {
    if (source.kind === 'derived') return [flowOf(source)];
    if (source.kind !== 'field' || !isCodeDomain(source.domain)) return [];
    return [flowOf({ kind: 'derived', domain: source.domain, by })];
  });
  if (derived.length > 0) return join(derived);
  const isOfPolicy = sources.some(({ kind }) => ['constant', 'entry', 'computed'].includes(kind));
  return isOfPolicy ? flowOf({ kind: 'computed' }) : OTHER_FLOW;
}
