import type { Zone } from '../network/account-zones.ts';
import { EXCLUDED_ZONE_IDS, USABLE_ZONE_IDS } from '../network/zones.ts';

/** Returns those zones that a stack may use, in the order in which it chooses them. */
export function usableZones(zones: readonly Zone[], region: string): readonly Zone[] {
  const known = USABLE_ZONE_IDS[region];
  return known === undefined
    ? zones.filter(({ id }) => !EXCLUDED_ZONE_IDS.includes(id))
    : known.flatMap((id) => zones.find((zone) => zone.id === id) ?? []);
}

export const describeZones = (zones: readonly Zone[]): string =>
  zones.map(({ id, name }) => `${id} (${name})`).join(', ') || 'none';
