import type { PolicyLists } from '../../../src/policy/lists.ts';
import type { Address } from '../../../src/signals/address/address.ts';
import { type Cidr, parseCidr } from '../../../src/signals/address/cidr.ts';
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
  readonly #networks = new Map<string, readonly Cidr[]>();

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
  #networksOf(name: string, date: string): readonly Cidr[] | undefined {
    if (this.#date !== date) {
      this.#networks.clear();
      this.#date = date;
    }
    const known = this.#networks.get(name);
    if (known !== undefined) return known;
    const values: unknown = Reflect.get(this.#lists.values(date), name);
    if (!Array.isArray(values)) return undefined;
    const networks = values.flatMap((value) => parseCidr(String(value)) ?? []);
    this.#networks.set(name, networks);
    return networks;
  }
}

function coverageOf({ network, embedded }: PartialAddress, list: readonly Cidr[]): Coverage {
  if (list.length === 0) return 'none';
  if (network === undefined) return 'some';
  const own = coverageOfNetwork(network, list);
  if (own === 'all' || embedded === undefined) return own;
  const inner = embedded === 'unknown' ? 'some' : coverageOfNetwork(embedded, list);
  if (inner === 'all') return 'all';
  return own === 'none' && inner === 'none' ? 'none' : 'some';
}

/** Networks that cover another one only together count as `some`: the candidate is then undetermined, never wrong. */
function coverageOfNetwork({ version, first, last }: Cidr, list: readonly Cidr[]): Coverage {
  const overlapping = list.filter(
    (other) => other.version === version && other.first <= last && first <= other.last,
  );
  if (overlapping.length === 0) return 'none';
  return overlapping.some((other) => other.first <= first && last <= other.last) ? 'all' : 'some';
}
