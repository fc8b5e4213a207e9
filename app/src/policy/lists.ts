import type { Address } from '../signals/address/address.ts';
import { enclosingBlock } from '../signals/address/cidr.ts';
import { type AddressRanges, createAddressRanges, parseCidr } from '../signals/address/ranges.ts';
import { isContinentCode, isCountryCode } from '../signals/geo/codes.ts';
import { indexList } from './cel/semantics/list-index.ts';
import type { Issues } from './file/issues.ts';
import type { ListEntryDefinition } from './file/schemas/lists.ts';
import { notAContinent, notACountry } from './place-codes.ts';

/** The kind of a list's entries, inferred from its use: `within` makes it CIDRs, a comparison with geo.country countries. */
export type ListKind = 'cidr' | 'country' | 'continent' | 'plain';

/** The lists of a policy. Entries whose `until` has passed on the given date are not included. */
export interface PolicyLists {
  /** Returns the variable `lists`, whose fields are immutable arrays. @param date `YYYY-MM-DD`. */
  values(date: string): object;
  /** Returns whether a list of CIDRs contains an address; `undefined` if there is no such list. @param date `YYYY-MM-DD`. */
  within(name: string, date: string, address: Address): boolean | undefined;
}

type Value = string | bigint;

interface Entry {
  readonly value: Value;
  /** The last day on which it applies, `YYYY-MM-DD`. */
  readonly until: string | undefined;
}

export interface ParsedList {
  /** The CEL type. `undefined` if the list is empty or mixed, so that it can be compared with both types. */
  readonly type: 'list<string>' | 'list<int>' | undefined;
  readonly entries: readonly Entry[];
}

/** Parses the entries of a list, which must be all strings or all integers. */
export function parseList(entries: readonly ListEntryDefinition[], issues: Issues): ParsedList {
  const parsed = entries.map((entry): Entry => {
    const { value, until } = typeof entry === 'object' ? entry : { value: entry, until: undefined };
    return { value: typeof value === 'number' ? BigInt(value) : value, until };
  });
  const numbers = parsed.filter((entry) => typeof entry.value === 'bigint').length;
  const mixed = numbers > 0 && numbers < parsed.length;
  if (mixed) issues.add('mixes strings and numbers; quote the numbers or remove the strings');
  const type =
    mixed || parsed.length === 0 ? undefined : numbers > 0 ? 'list<int>' : 'list<string>';
  return { type, entries: parsed };
}

/** Checks the entries of a list against its kind. */
export function checkListKind(list: ParsedList, kind: ListKind, issues: Issues): void {
  list.entries.forEach(({ value }, index) => {
    const text = String(value);
    if (kind === 'cidr' && parseCidr(text) === undefined) {
      issues.at(index).add(notACidr(text));
    }
    const isCode = kind === 'country' ? isCountryCode(text) : isContinentCode(text);
    if ((kind !== 'country' && kind !== 'continent') || isCode) return;
    const { message, ...details } = kind === 'country' ? notACountry(text) : notAContinent(text);
    issues.at(index).add(message, details);
  });
}

function notACidr(text: string): string {
  const block = enclosingBlock(text);
  return block === undefined
    ? `"${text}" is not a valid CIDR; write 10.0.0.0/8, 2001:db8::/32 or one address`
    : `"${text}" has bits set below its prefix; write ${block} for the network, or ${text.split('/')[0]} for the address`;
}

/**
 * Builds the lists: arrays without duplicates, in the order of the file. Lists with entries that expire are
 * rebuilt at the first request of a day.
 *
 * @param cidrLists names of the lists that are used as CIDRs.
 * @param Values the class that CEL knows as the type of `lists`.
 */
export function createLists(
  lists: ReadonlyMap<string, ParsedList>,
  cidrLists: ReadonlySet<string>,
  Values: new () => object,
): PolicyLists {
  const permanentEntries = (name: string) => entriesOn(lists.get(name), undefined);
  const permanentRanges = new Map(
    [...cidrLists].map((name) => [name, rangesOf(permanentEntries(name))]),
  );
  const permanentValues = new Map(
    [...lists].map(([name]) => [name, withoutDuplicates(permanentEntries(name))]),
  );
  const expiring = [...lists].filter(([, list]) => list.entries.some(({ until }) => until));
  const build = (date: string) => ({
    date,
    values: Object.assign(
      new Values(),
      Object.fromEntries(permanentValues),
      Object.fromEntries(
        expiring.map(([name, list]) => [
          name,
          withoutDuplicates([...permanentEntries(name), ...entriesOn(list, date)]),
        ]),
      ),
    ),
    ranges: new Map(
      expiring
        .filter(([name]) => cidrLists.has(name))
        .map(([name, list]) => [name, rangesOf(entriesOn(list, date))]),
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
      const ranges = permanentRanges.get(name);
      if (ranges === undefined) return undefined;
      return ranges.has(address) || on(date).ranges.get(name)?.has(address) === true;
    },
  };
}

function withoutDuplicates(values: readonly Value[]): readonly Value[] {
  const entries = [...new Set(values)];
  indexList(entries);
  return entries;
}

/** Returns the entries without `until` or, for a date, those with an `until` that has not passed. */
function entriesOn(list: ParsedList | undefined, date: string | undefined): Value[] {
  // ISO dates compare as strings.
  const applies = ({ until }: Entry) =>
    date === undefined ? until === undefined : until !== undefined && date <= until;
  return (list?.entries ?? []).filter(applies).map(({ value }) => value);
}

function rangesOf(values: readonly Value[]): AddressRanges {
  return createAddressRanges(values.flatMap((value) => parseCidr(String(value)) ?? []));
}
