import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { type Zone, zonesOfAccount } from '../network/account-zones.ts';
import type { CallEc2 } from './call-ec2.ts';
import type { CustomResourceRequest } from './custom-resource.ts';

/** The properties of the custom resource. */
export interface ZoneLookup {
  /** Logical ids of one subnet in each zone. */
  readonly Subnets: readonly string[];
  /** The ids of the zones to choose from. @default every zone of the account without `ExcludedZoneIds` */
  readonly ZoneIds?: readonly string[];
  readonly ExcludedZoneIds: readonly string[];
}

/**
 * Chooses a zone for each subnet, and returns the names as `Zone1`, `Zone2` and so on. A subnet that the stack already has
 * stays in its zone; any other is in the first zone of the list that the account has and that no other subnet uses.
 *
 * @throws Error if the account has too few of the zones.
 */
export async function lookUpZones(
  call: CallEc2,
  { StackId, ResourceProperties }: CustomResourceRequest,
): Promise<Readonly<Record<string, string>>> {
  const { Subnets, ZoneIds, ExcludedZoneIds } = ResourceProperties as unknown as ZoneLookup;
  try {
    const present = await zonesOfSubnets(call, StackId, Subnets);
    const available = present.includes(undefined) ? await call(zonesOfAccount) : [];
    const candidates =
      ZoneIds ?? available.map(({ id }) => id).filter((id) => !ExcludedZoneIds.includes(id));
    const free = candidates
      .flatMap((id) => available.find((zone) => zone.id === id)?.name ?? [])
      .filter((name) => !present.includes(name));
    const names = present.map((name) => name ?? free.shift());
    if (names.includes(undefined)) throw tooFew(Subnets.length, candidates, available);
    return Object.fromEntries(names.map((name, index) => [`Zone${index + 1}`, String(name)]));
  } catch (error) {
    if (error instanceof TooFewZones) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`The availability zones cannot be looked up (${cause}): set zoneIds.`);
  }
}

class TooFewZones extends Error {}

function tooFew(count: number, candidates: readonly string[], available: readonly Zone[]): Error {
  const has = available.map(({ id }) => id).join(', ') || 'none';
  return new TooFewZones(
    candidates.length < count
      ? `The account has too few usable availability zones in this region (${has}): set zoneIds, or use another region.`
      : `Fewer than ${count} of the zones ${candidates.join(', ')} are available in this account, which has ${has}: set zoneIds, or use another region.`,
  );
}

/** Returns the zone of each subnet, or `undefined` for one that the stack does not have. CloudFormation tags them. */
async function zonesOfSubnets(
  call: CallEc2,
  stackId: string,
  logicalIds: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const { Subnets = [] } = await call((ec2) =>
    ec2.send(
      new DescribeSubnetsCommand({
        Filters: [
          { Name: 'tag:aws:cloudformation:stack-id', Values: [stackId] },
          { Name: `tag:${LOGICAL_ID_TAG}`, Values: [...logicalIds] },
        ],
      }),
    ),
  );
  return logicalIds.map(
    (id) =>
      Subnets.find(({ Tags = [] }) =>
        Tags.some(({ Key, Value }) => Key === LOGICAL_ID_TAG && Value === id),
      )?.AvailabilityZone,
  );
}

const LOGICAL_ID_TAG = 'aws:cloudformation:logical-id';
