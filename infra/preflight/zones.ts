import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2';
import { EXCLUDED_ZONE_IDS, USABLE_ZONE_IDS } from '../network/zones.ts';
import type { Account } from './account.ts';

export interface Zone {
  readonly id: string;
  readonly name: string;
}

/** Returns the availability zones of the account in its region, without local zones, sorted by id. */
export async function readZones({ clients: { ec2 } }: Account): Promise<readonly Zone[]> {
  const { AvailabilityZones = [] } = await ec2.send(
    new DescribeAvailabilityZonesCommand({
      Filters: [
        { Name: 'zone-type', Values: ['availability-zone'] },
        { Name: 'state', Values: ['available'] },
      ],
    }),
  );
  return AvailabilityZones.flatMap(({ ZoneId: id, ZoneName: name }) =>
    id !== undefined && name !== undefined ? { id, name } : [],
  ).sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Returns those zones that a stack may use, in the order in which it chooses them. */
export function usableZones(zones: readonly Zone[], region: string): readonly Zone[] {
  const known = USABLE_ZONE_IDS[region];
  return known === undefined
    ? zones.filter(({ id }) => !EXCLUDED_ZONE_IDS.includes(id))
    : known.flatMap((id) => zones.find((zone) => zone.id === id) ?? []);
}

export const describeZones = (zones: readonly Zone[]): string =>
  zones.map(({ id, name }) => `${id} (${name})`).join(', ') || 'none';
