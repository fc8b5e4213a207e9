import { stringify } from 'yaml';
import { isMapping } from '../../../src/policy/file/validate.ts';

/** A line of a difference: in both policies, in the old one, or in the new one. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** A part of a policy that differs: a rule, a list, an entry of `unknown`, or a setting. */
export interface PolicyDifference {
  /** Such as `rule high-ip-risk`, `lists.trusted_networks`, `unknown.geo` or `mode`. */
  readonly part: string;
  /** A rule that is moved and changed is `changed`. */
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** What a rule that is moved now follows, as a sentence. */
  readonly order?: string;
  readonly lines: readonly DiffLine[];
}

/** Compares the values of two policy files, which need not be valid. Comments, anchors and formatting do not count. */
export function findDifferences(before: unknown, after: unknown): PolicyDifference[] {
  const [old, now] = [before, after].map((value) => (isMapping(value) ? value : {}));
  const { rules: _, lists: __, unknown: ___, ...oldSettings } = withoutExtensions(old);
  const { rules, lists, unknown, ...settings } = withoutExtensions(now);
  return [
    ...compareFields(oldSettings, settings, (key) => key, diffValues),
    ...compareRules(rulesOf(old?.rules), rulesOf(rules)),
    ...compareFields(old?.lists, lists, (name) => `lists.${name}`, diffEntries),
    ...compareFields(old?.unknown, unknown, (signal) => `unknown.${signal}`, diffValues),
  ];
}

type Mapping = Readonly<Record<string, unknown>>;

function withoutExtensions(value: Mapping | undefined): Mapping {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => !key.startsWith('x-')));
}

function compareFields(
  before: unknown,
  after: unknown,
  partOf: (key: string) => string,
  diff: (before: unknown, after: unknown) => DiffLine[],
): PolicyDifference[] {
  const [old, now] = [before, after].map((value) => new Map(entriesOf(value)));
  return comparePairs(old ?? new Map(), now ?? new Map(), partOf, diff);
}

function entriesOf(value: unknown): [string, unknown][] {
  return isMapping(value) ? Object.entries(value) : [];
}

function comparePairs(
  old: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
  partOf: (key: string) => string,
  diff: (before: unknown, after: unknown) => DiffLine[],
): PolicyDifference[] {
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const lines = diff(old.get(key), now.get(key));
    if (lines.every(({ sign }) => sign === ' ')) return [];
    const kind = !old.has(key) ? 'added' : now.has(key) ? 'changed' : 'removed';
    return { part: partOf(key), kind, lines };
  });
}

/** Rules by id. A rule without one, or with one that another rule has, is known by its place. */
function rulesOf(rules: unknown): Map<string, unknown> {
  const byId = new Map<string, unknown>();
  for (const [index, rule] of (Array.isArray(rules) ? rules : []).entries()) {
    const id = isMapping(rule) && typeof rule.id === 'string' ? rule.id : undefined;
    byId.set(id === undefined || byId.has(id) ? `${index + 1}` : id, rule);
  }
  return byId;
}

function compareRules(
  old: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
): PolicyDifference[] {
  const changed = comparePairs(old, now, (id) => `rule ${id}`, diffValues);
  const ids = [...now.keys()];
  const orders = movedIds([...old.keys()], ids).map((id): PolicyDifference => {
    const previous = ids[ids.indexOf(id) - 1];
    const order = previous === undefined ? 'is now the first rule' : `now follows ${previous}`;
    const part = `rule ${id}`;
    return { part, kind: 'moved', order, lines: [] };
  });
  const orderOf = new Map(orders.map((difference) => [difference.part, difference]));
  const parts = new Set(changed.map(({ part }) => part));
  return [
    ...changed.map((difference) => ({ ...orderOf.get(difference.part), ...difference })),
    ...orders.filter(({ part }) => !parts.has(part)),
  ];
}

/** Returns the fewest ids, among those in both lists, that must move to get from one order to the other. */
function movedIds(old: readonly string[], now: readonly string[]): string[] {
  const places = new Map(old.map((id, index) => [id, index]));
  const common = now.filter((id) => places.has(id));
  // The longest ascending sequence of old places keeps its order. `chains[n]` ends the best one of length n + 1.
  const chains: { readonly id: string; readonly place: number; readonly before: unknown }[] = [];
  for (const id of common) {
    const place = places.get(id) ?? 0;
    const found = chains.findIndex((chain) => chain.place > place);
    const length = found < 0 ? chains.length : found;
    chains[length] = { id, place, before: chains[length - 1] };
  }
  const kept = new Set<string>();
  type Chain = (typeof chains)[number];
  for (let chain = chains.at(-1); chain !== undefined; chain = chain.before as Chain | undefined) {
    kept.add(chain.id);
  }
  return common.filter((id) => !kept.has(id));
}

/** Compares two values field by field, if both are mappings. */
function diffValues(before: unknown, after: unknown): DiffLine[] {
  if (!isMapping(before ?? {}) || !isMapping(after ?? {})) {
    return diffLines(toYaml(before), toYaml(after));
  }
  const [old, now] = [before, after].map((value) => new Map(entriesOf(value)));
  return [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].flatMap((key) => {
    const [removed, added] = [old, now].map((fields) =>
      fields?.has(key) ? toYaml({ [key]: fields.get(key) }) : [],
    );
    return diffLines(removed ?? [], added ?? []);
  });
}

function diffLines(removed: readonly string[], added: readonly string[]): DiffLine[] {
  if (removed.join('\n') === added.join('\n')) return sign(' ', added);
  return [...sign('-', removed), ...sign('+', added)];
}

/** Compares the entries of lists, which have no order. */
function diffEntries(before: unknown, after: unknown): DiffLine[] {
  if (!Array.isArray(before ?? []) || !Array.isArray(after ?? [])) return diffValues(before, after);
  const [old, now] = [before, after].map(
    (list) => new Set((list as unknown[] | undefined)?.map(toFlow)),
  );
  return [
    ...sign(
      '-',
      [...(old ?? [])].filter((entry) => !now?.has(entry)),
    ),
    ...sign(
      '+',
      [...(now ?? [])].filter((entry) => !old?.has(entry)),
    ),
  ];
}

function sign(sign: DiffLine['sign'], lines: readonly string[]): DiffLine[] {
  return lines.map((text) => ({ sign, text }));
}

const FORMAT = { lineWidth: 0, aliasDuplicateObjects: false };

function toYaml(value: unknown): string[] {
  return value === undefined ? [] : stringify(value, FORMAT).trimEnd().split('\n');
}

function toFlow(value: unknown): string {
  return stringify(value, { ...FORMAT, collectionStyle: 'flow' }).trimEnd();
}
