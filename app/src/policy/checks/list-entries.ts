import { type Cidr, parseCidr } from '../../signals/address/ranges.ts';
import type { Issues } from '../file/issues.ts';
import type { ParsedList } from '../lists.ts';
import type { CheckName } from './names.ts';
import type { PolicyCheck } from './policy-parts.ts';

/** Of one list: a warning for each of 100,000 entries would help nobody. */
const MAX_WARNINGS = 20;

type Entry = ParsedList['entries'][number];

/** Reports entries whose last day has passed. */
export const checkExpiredEntries: PolicyCheck = ({ lists, today, issues }) => {
  for (const [name, { entries }] of lists) {
    const expired = [...entries.entries()].filter(
      ([, { until }]) => until !== undefined && until < today,
    );
    reportSome(expired, issues.at('lists', name), 'expired-entry', (_, { until }) => {
      return `has expired: its last day was ${until}, so the entry does nothing; remove it, or renew its date`;
    });
  }
};

/** Reports entries that repeat another one, and networks inside another one of the list. */
export const checkDuplicateEntries: PolicyCheck = ({ lists, references, today, issues }) => {
  for (const [name, { entries }] of lists) {
    const valid = [...entries.entries()].filter(([, { until }]) => !isBefore(until, today));
    const coveredBy = references.cidrLists.has(name) ? coveredNetworks(valid) : repeated(valid);
    reportSome(
      valid.filter(([index]) => coveredBy.has(index)),
      issues.at('lists', name),
      'duplicate-entry',
      (index, { value }) => {
        const other = coveredBy.get(index)?.value;
        return other === value
          ? `repeats ${value}, which the list already contains; remove one of the entries`
          : `${value} is inside ${other}, which the list already contains; remove one of the entries`;
      },
    );
  }
};

function isBefore(until: string | undefined, date: string): boolean {
  return until !== undefined && until < date;
}

/** Returns whether an entry applies for at least as long as another one. */
function outlasts({ until }: Entry, other: Entry): boolean {
  return until === undefined || (other.until !== undefined && other.until <= until);
}

type IndexedEntry = readonly [index: number, entry: Entry];

/** Returns the entries that repeat another one, by their index, with that one. */
function repeated(entries: readonly IndexedEntry[]): Map<number, Entry> {
  const longest = new Map<string | bigint, IndexedEntry>();
  const covered = new Map<number, Entry>();
  for (const [index, entry] of entries) {
    const other = longest.get(entry.value);
    if (other === undefined) longest.set(entry.value, [index, entry]);
    else if (outlasts(other[1], entry)) covered.set(index, other[1]);
    else {
      covered.set(other[0], entry);
      longest.set(entry.value, [index, entry]);
    }
  }
  return covered;
}

/** Returns the networks that are inside another one, by their index, with that one. */
function coveredNetworks(entries: readonly IndexedEntry[]): Map<number, Entry> {
  const networks = entries.flatMap(([index, entry]) => {
    const cidr = parseCidr(String(entry.value));
    return cidr === undefined ? [] : { index, entry, cidr };
  });
  // Wider networks first; CIDRs never overlap partially.
  networks.sort((one, other) => compare(one.cidr, other.cidr) || one.index - other.index);
  const covered = new Map<number, Entry>();
  const around: typeof networks = [];
  for (const network of networks) {
    while (around.length > 0 && !contains(around.at(-1)?.cidr, network.cidr)) around.pop();
    const wider = around.find(({ entry }) => outlasts(entry, network.entry));
    if (wider !== undefined) covered.set(network.index, wider.entry);
    // A network that is covered covers nothing that the wider one does not.
    else around.push(network);
  }
  return covered;
}

function compare(one: Cidr, other: Cidr): number {
  if (one.version !== other.version) return one.version - other.version;
  if (one.first !== other.first) return one.first < other.first ? -1 : 1;
  return one.prefix - other.prefix;
}

function contains(wide: Cidr | undefined, narrow: Cidr): boolean {
  return wide?.version === narrow.version && wide.first <= narrow.first && narrow.last <= wide.last;
}

function reportSome(
  entries: readonly IndexedEntry[],
  list: Issues,
  check: CheckName,
  message: (index: number, entry: Entry) => string,
): void {
  for (const [index, entry] of entries.slice(0, MAX_WARNINGS)) {
    list.at(index).warn(check, message(index, entry));
  }
  const more = entries.length - MAX_WARNINGS;
  if (more > 0) list.warn(check, `${more} more entries of the list have the same issue`);
}
