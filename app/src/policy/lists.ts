import type { Address } from '../signals/address/address.ts';
import { enclosingBlock } from '../signals/address/cidr.ts';
import { type AddressRanges, createAddressRanges, parseCidr } from '../signals/address/ranges.ts';
import { CONTINENTS, isContinentCode, isCountryCode } from '../signals/geo/codes.ts';
import { indexList } from './cel/semantics/list-index.ts';
import type { Issues } from './file/issues.ts';
import type { ListEntryFile } from './file/schema.ts';

/** What a list holds. It follows from the use: `within` makes it CIDRs, a comparison with geo.country codes. */
export type ListKind = 'cidr' | 'country' | 'continent' | 'plain';

/** The lists of a policy, as they stand on a day: entries whose `until` has passed are gone. */
export interface PolicyLists {
  /** The object that conditions know as `lists`; its members are arrays that do not change. */
  values(date: string): object;
  /** Whether an address is in a list of CIDRs. */
  within(name: string, date: string, address: Address): boolean;
}

type Value = string | bigint;

interface Entry {
  readonly value: Value;
  /** Last day on which it counts, `YYYY-MM-DD`. */
  readonly until: string | undefined;
}

export interface ParsedList {
  /** Its CEL type. `undefined` when it is empty or mixed, and so goes with texts and with numbers. */
  readonly type: 'list<string>' | 'list<int>' | undefined;
  readonly entries: readonly Entry[];
}

/** Reads a list as it stands in the file. Texts and numbers do not mix. */
export function parseList(entries: readonly ListEntryFile[], problems: Issues): ParsedList {
  const parsed = entries.map((entry): Entry => {
    const { value, until } = typeof entry === 'object' ? entry : { value: entry, until: undefined };
    return { value: typeof value === 'number' ? BigInt(value) : value, until };
  });
  const numbers = parsed.filter((entry) => typeof entry.value === 'bigint').length;
  const mixed = numbers > 0 && numbers < parsed.length;
  if (mixed) problems.add('mixes texts and numbers; quote the numbers or take the texts out');
  const type =
    mixed || parsed.length === 0 ? undefined : numbers > 0 ? 'list<int>' : 'list<string>';
  return { type, entries: parsed };
}

/** Checks a list's values against what its use makes of it. */
export function checkListKind(list: ParsedList, kind: ListKind, problems: Issues): void {
  list.entries.forEach(({ value }, index) => {
    const text = String(value);
    if (kind === 'cidr' && parseCidr(text) === undefined) {
      problems.at(index).add(notACidr(text));
    }
    if (kind === 'country' && !isCountryCode(text)) problems.at(index).add(notACountry(text));
    if (kind === 'continent' && !isContinentCode(text)) problems.at(index).add(notAContinent(text));
  });
}

function notACidr(text: string): string {
  const block = enclosingBlock(text);
  return block === undefined
    ? `"${text}" is no CIDR; write 10.0.0.0/8, 2001:db8::/32 or one address`
    : `"${text}" has bits set below its prefix; write ${block} for the network, or ${text.split('/')[0]} for the address`;
}

export function notACountry(text: string): string {
  return `"${text}" is no ISO 3166-1 alpha-2 country code; write two capital letters such as KP`;
}

export function notAContinent(text: string): string {
  return `"${text}" is not a continent code; write one of ${CONTINENTS.join(', ')}`;
}

/**
 * Builds the lists. `Values` is the class that CEL knows the type of; its members are arrays, as every function
 * of CEL takes them, in the order of the file and each entry once. Only what expires is built again, on the
 * first request of a day.
 */
export function createLists(
  lists: ReadonlyMap<string, ParsedList>,
  cidrLists: ReadonlySet<string>,
  Values: new () => object,
): PolicyLists {
  const lasting = (name: string) => current(lists.get(name), undefined);
  const permanent = new Map([...cidrLists].map((name) => [name, rangesOf(lasting(name))]));
  const plain = new Map([...lists].map(([name]) => [name, eachOnce(lasting(name))]));
  const expiring = [...lists].filter(([, list]) => list.entries.some(({ until }) => until));
  const build = (date: string) => ({
    date,
    values: Object.assign(
      new Values(),
      Object.fromEntries(plain),
      Object.fromEntries(
        expiring.map(([name, list]) => [
          name,
          eachOnce([...lasting(name), ...current(list, date)]),
        ]),
      ),
    ),
    ranges: new Map(
      expiring
        .filter(([name]) => cidrLists.has(name))
        .map(([name, list]) => [name, rangesOf(current(list, date))]),
    ),
  });
  let built = build('');
  const on = (date: string) => {
    if (built.date !== date && expiring.length > 0) built = build(date);
    return built;
  };
  return {
    values: (date) => on(date).values,
    within(name, date, address) {
      const ranges = permanent.get(name);
      if (ranges === undefined) throw new Error(`list ${name} was not compiled as CIDRs`);
      return ranges.has(address) || on(date).ranges.get(name)?.has(address) === true;
    },
  };
}

function eachOnce(values: readonly Value[]): readonly Value[] {
  const entries = [...new Set(values)];
  indexList(entries);
  return entries;
}

/** The entries that last for ever or, with a date, those that expire and have not done so by then. */
function current(list: ParsedList | undefined, date: string | undefined): Value[] {
  // Dates of this form compare as texts.
  const counts = ({ until }: Entry) =>
    date === undefined ? until === undefined : until !== undefined && date <= until;
  return (list?.entries ?? []).filter(counts).map(({ value }) => value);
}

function rangesOf(values: readonly Value[]): AddressRanges {
  return createAddressRanges(values.flatMap((value) => parseCidr(String(value)) ?? []));
}
