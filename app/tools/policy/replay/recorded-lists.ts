import type { PolicyLists } from '../../../src/policy/lists.ts';
import type { Address } from '../../../src/signals/address/address.ts';
import { type Cidr, parseCidr } from '../../../src/signals/address/cidr.ts';
import { floorIndex } from '../../../src/signals/address/floor-index.ts';
import type { MissingParts } from './missing-parts.ts';
import { PartialAddress } from './recorded-address.ts';

/** Whether a list contains each address of a network, none, or only some. */
type Coverage = 'all' | 'none' | 'some';

/** The lists of a policy for recorded addresses: a list may be narrower than the network that a record contains. */
export class RecordedLists implements PolicyLists {
  readonly #lists: PolicyLists;
  readonly #missing: MissingParts;
  #date: string | undefined;
  /** The networks of each list on that date. */
  readonly #networks = new Map<string, SortedNetworks>();

  constructor(lists: PolicyLists, missing: MissingParts) {
    this.#lists = lists;
    this.#missing = missing;
  }

  values(date: string): object {
    return this.#lists.values(date);
  }

  within(name: string, date: string, address: Address): boolean | undefined {
    const recorded: Address | PartialAddress = address;
    if (!(recorded instanceof PartialAddress)) return this.#lists.within(name, date, address);
    const networks = this.#networksOf(name, date);
    if (networks === undefined) return undefined;
    const coverage = coverageOf(recorded, networks);
    return coverage === 'some'
      ? this.#missing.fail(`address.within("${name}")`)
      : coverage === 'all';
  }

  /** Returns `undefined` if the policy has no such list: the name is that of a feed. */
  #networksOf(name: string, date: string): SortedNetworks | undefined {
    if (this.#date !== date) {
      this.#networks.clear();
      this.#date = date;
    }
    const known = this.#networks.get(name);
    if (known !== undefined) return known;
    const values: unknown = Reflect.get(this.#lists.values(date), name);
    if (!Array.isArray(values)) return undefined;
    const networks = sortNetworks(values.flatMap((value) => parseCidr(String(value)) ?? []));
    this.#networks.set(name, networks);
    return networks;
  }
}

/** Networks of one version without nested ones, in ascending order. */
interface Sorted<Bits> {
  readonly firsts: readonly Bits[];
  readonly lasts: readonly Bits[];
}

/** The networks of a list, which may have a hundred thousand of them. */
interface SortedNetworks {
  readonly ipv4: Sorted<number>;
  readonly ipv6: Sorted<bigint>;
  readonly size: number;
}

function sortNetworks(list: readonly Cidr[]): SortedNetworks {
  return {
    ipv4: sorted(list.filter((cidr) => cidr.version === 4)),
    ipv6: sorted(list.filter((cidr) => cidr.version === 6)),
    size: list.length,
  };
}

function sorted<Bits extends number | bigint>(
  blocks: { readonly first: Bits; readonly last: Bits }[],
): Sorted<Bits> {
  // A larger network comes before the networks that it contains.
  const ordered = blocks.sort((one, other) =>
    one.first === other.first ? (one.last > other.last ? -1 : 1) : one.first < other.first ? -1 : 1,
  );
  const firsts: Bits[] = [];
  const lasts: Bits[] = [];
  for (const { first, last } of ordered) {
    const previous = lasts.at(-1);
    if (previous !== undefined && last <= previous) continue;
    firsts.push(first);
    lasts.push(last);
  }
  return { firsts, lasts };
}

function coverageOf({ network, embedded }: PartialAddress, list: SortedNetworks): Coverage {
  if (list.size === 0) return 'none';
  if (network === undefined) return 'some';
  const own = coverageOfNetwork(network, list);
  if (own === 'all' || embedded === undefined) return own;
  const inner = embedded === 'unknown' ? 'some' : coverageOfNetwork(embedded, list);
  if (inner === 'all') return 'all';
  return own === 'none' && inner === 'none' ? 'none' : 'some';
}

function coverageOfNetwork(network: Cidr, { ipv4, ipv6 }: SortedNetworks): Coverage {
  return network.version === 4
    ? coverageOfBlock(ipv4, network.first, network.last)
    : coverageOfBlock(ipv6, network.first, network.last);
}

/** Networks that cover another one only together count as `some`: the decision is then undetermined, never wrong. */
function coverageOfBlock<Bits extends number | bigint>(
  { firsts, lasts }: Sorted<Bits>,
  first: Bits,
  last: Bits,
): Coverage {
  const containing = lasts[floorIndex(firsts, first)];
  if (containing !== undefined && last <= containing) return 'all';
  const nearest = lasts[floorIndex(firsts, last)];
  return nearest !== undefined && first <= nearest ? 'some' : 'none';
}
