import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';

/*
 * What a part of an expression can be, whatever the request: which fields of signals, which entries of lists,
 * which constants. It says whether a comparison can mean what its author wants.
 */

/** The values that a field can have, for what is compared with it. */
export type Domain =
  | { readonly kind: 'country' | 'continent'; readonly name: string }
  | { readonly kind: 'address'; readonly name: string }
  | {
      readonly kind: 'number';
      readonly name: string;
      readonly min: number;
      /** `Infinity` where there is no bound. */
      readonly max: number;
      /** Where only some numbers between the bounds occur. */
      readonly values?: readonly number[];
      /** A comparison that is always true is a guard, and no mistake. */
      readonly guarded?: boolean;
    };

/** A domain whose values are codes. */
export type CodeDomain = { readonly kind: 'country' | 'continent'; readonly name: string };

export function isCodeDomain(domain: Domain): domain is CodeDomain {
  return domain.kind === 'country' || domain.kind === 'continent';
}

export type Constant = string | number | bigint | boolean | null;

/** One of the things that a value can be. */
export type Source =
  | { readonly kind: 'constant'; readonly value: Constant }
  /** An entry of a list of the policy. */
  | { readonly kind: 'entry'; readonly list: string }
  | { readonly kind: 'field'; readonly domain: Domain }
  /** Made from a country or continent, so it is no code any more. */
  | { readonly kind: 'derived'; readonly domain: CodeDomain; readonly by: string }
  /** Put together from what stands in the policy: nobody can say what it is. */
  | { readonly kind: 'computed' }
  /** A variable as a whole, by its type: `Geo`. */
  | { readonly kind: 'object'; readonly type: string }
  /** Something of the request, or a result that is not compared with codes. */
  | { readonly kind: 'other' };

export interface Flow {
  /** What the value itself can be. Each once, by what it is. */
  readonly sources: ReadonlyMap<string, Source>;
  /** The elements of a list or the values of a map. What an optional contains is the value itself. */
  readonly elements?: Flow | undefined;
  readonly keys?: Flow | undefined;
}

const NO_SOURCES: ReadonlyMap<string, Source> = new Map();

/** A value without a source: a boolean that a comparison gives. */
export const NOTHING: Flow = { sources: NO_SOURCES };

export const OTHER: Flow = flowOf({ kind: 'other' });

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

/** What can be any one of these. */
export function join(flows: readonly (Flow | undefined)[]): Flow {
  const all = flows.filter((flow) => flow !== undefined && flow !== NOTHING) as readonly Flow[];
  const [first] = all;
  if (first === undefined) return NOTHING;
  if (all.length === 1) return first;
  const inner = (part: 'elements' | 'keys') =>
    all.some((flow) => flow[part] !== undefined) ? join(all.map((flow) => flow[part])) : undefined;
  return {
    sources: new Map(all.flatMap(({ sources }) => [...sources])),
    elements: inner('elements'),
    keys: inner('keys'),
  };
}

export function listOf(elements: Flow): Flow {
  return { sources: NO_SOURCES, elements };
}

export function mapOf(keys: Flow, elements: Flow): Flow {
  return { sources: NO_SOURCES, keys, elements };
}

export function sourcesOf<Kind extends Source['kind']>(
  { sources }: Flow,
  kind: Kind,
): Extract<Source, { kind: Kind }>[] {
  return [...sources.values()].filter(
    (source): source is Extract<Source, { kind: Kind }> => source.kind === kind,
  );
}

/** The flow of a value that CEL has worked out. */
export function flowOfValue(value: unknown): Flow {
  if (Array.isArray(value) || value instanceof Set) {
    return listOf(join([...value].map(flowOfValue)));
  }
  if (value instanceof UnsignedInt) return flowOf({ kind: 'constant', value: value.valueOf() });
  if (value instanceof Uint8Array || value instanceof Date || value instanceof Duration) {
    return flowOf({ kind: 'computed' });
  }
  if (typeof value !== 'object' || value === null) {
    return flowOf({ kind: 'constant', value: value as Constant });
  }
  if (isOptional(value)) return value.hasValue() ? flowOfValue(value.value()) : NOTHING;
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain && !(value instanceof Map)) return OTHER;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return mapOf(
    join(entries.map(([key]) => flowOfValue(key))),
    join(entries.map(([, member]) => flowOfValue(member))),
  );
}

/** The library does not export the class. */
function isOptional(value: object): value is { hasValue(): boolean; value(): unknown } {
  return 'hasValue' in value && typeof value.hasValue === 'function';
}

/** Everything that a value is made of, its elements and keys included. */
export function allSources(flow: Flow | undefined): Source[] {
  if (flow === undefined) return [];
  return [...flow.sources.values(), ...allSources(flow.elements), ...allSources(flow.keys)];
}

/** What a function makes of its arguments, unless it is known better. */
export function derive(by: string, flows: readonly Flow[]): Flow {
  const sources = flows.flatMap(allSources);
  const derived = sources.flatMap((source): Flow[] => {
    if (source.kind === 'derived') return [flowOf(source)];
    if (source.kind !== 'field' || !isCodeDomain(source.domain)) return [];
    return [flowOf({ kind: 'derived', domain: source.domain, by })];
  });
  if (derived.length > 0) return join(derived);
  const inPolicy = sources.some(({ kind }) => ['constant', 'entry', 'computed'].includes(kind));
  return inPolicy ? flowOf({ kind: 'computed' }) : OTHER;
}
