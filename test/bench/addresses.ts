import { parseCheckedAddress } from '../../app/dev/simulator/address.ts';
import { profileFor } from '../../app/dev/simulator/profiles.ts';
import { SeededRandom } from '../../app/dev/simulator/seeded-random.ts';
import { parseAddress } from '../../app/src/signals/address/parse.ts';
import {
  bundledGeoDatabase,
  type GeoDatabase,
  openGeoDatabase,
} from '../../app/src/signals/geo/database.ts';

/** Countries that the default policy refuses. */
const REFUSED_COUNTRIES = new Set(['KP', 'IR', 'RU', 'SY', 'CN']);

/** IPv6 prefixes of access networks, which the country database contains. */
const IPV6_PREFIXES = ['2600:1700', '2a02:8108', '2a01:cb00', '2804:14c', '2405:201'] as const;

export type AddressSource = Awaited<ReturnType<typeof openAddressSource>>;

/** Opens a source of addresses like those of users: public, of a known country that is not refused, one in eight IPv6. */
export async function openAddressSource() {
  const geo = await openGeoDatabase([bundledGeoDatabase()]);
  return {
    /** Returns distinct addresses with a low score, for which the default policy issues a token. */
    clean: (count: number, seed: string) => draw(geo, count, seed, isClean),
    /** Returns distinct addresses with any score, which are found faster. */
    any: (count: number, seed: string) => draw(geo, count, seed, () => true),
  };
}

function draw(
  geo: GeoDatabase,
  count: number,
  seed: string,
  accepts: (address: string) => boolean,
): string[] {
  const draws = new SeededRandom(seed);
  const found = new Set<string>();
  while (found.size < count) {
    const address = parseAddress(draws.chance(12.5) ? ipv6(draws) : ipv4(draws));
    if (address === undefined || found.has(address.value)) continue;
    const place = geo.lookup(address);
    if (!place.known || REFUSED_COUNTRIES.has(place.value.country ?? '')) continue;
    if (accepts(address.value)) found.add(address.value);
  }
  return [...found];
}

function ipv4(draws: SeededRandom): string {
  const octet = () => draws.integer(0, 255);
  return `${draws.integer(1, 223)}.${octet()}.${octet()}.${octet()}`;
}

function ipv6(draws: SeededRandom): string {
  const group = () => draws.integer(1, 0xffff).toString(16);
  const prefix = draws.pick([...IPV6_PREFIXES] as [string, ...string[]]);
  return `${prefix}:${group()}:${group()}:${group()}:${group()}:${group()}:${group()}`;
}

function isClean(address: string): boolean {
  const checked = parseCheckedAddress(address);
  return checked !== undefined && profileFor(checked).score < 25;
}

/** Draws from a list by Zipf's law: the n-th item is drawn 1/n as often as the first. */
export function drawByZipf<Item>(items: readonly Item[], count: number, seed: string): Item[] {
  const draws = new SeededRandom(seed);
  let sum = 0;
  const sums = items.map((_, at) => {
    sum += 1 / (at + 1);
    return sum;
  });
  return Array.from({ length: count }, () => {
    const target = draws.next() * sum;
    const item = items[firstAbove(sums, target)];
    if (item === undefined) throw new RangeError('Expected at least one item to draw from.');
    return item;
  });
}

function firstAbove(sums: readonly number[], target: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
