import { DescribeAvailabilityZonesCommand, type EC2Client } from '@aws-sdk/client-ec2';

export interface Zone {
  readonly id: string;
  readonly name: string;
}

/** Returns the availability zones of the account in the client's region, without local zones, sorted by id. */
export async function zonesOfAccount(ec2: EC2Client): Promise<readonly Zone[]> {
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
