import { DescribeSubnetsCommand, paginateDescribeNatGateways } from '@aws-sdk/client-ec2';
import { ok } from '../../../app/tools/findings/finding.ts';
import { zonesOfAccount } from '../../network/account-zones.ts';
import type { Account } from '../account.ts';
import type { Check, Facts } from '../check.ts';
import { usableZones } from '../zones.ts';
import { type Quota, quotaFinding, readQuota } from './quota.ts';
import { countNew } from './quotas.ts';

const NAT_GATEWAYS: Quota = {
  name: 'NAT gateways',
  service: 'vpc',
  code: 'L-FE5A380F',
  alternative: 'set egress to public, or choose other zones with zoneIds',
};

/** NAT gateways, whose quota is one of each zone. */
export const natQuotaCheck: Check = {
  name: 'quota of NAT gateways',
  async run(facts) {
    const { account } = facts;
    if ((await countNew(facts, 'AWS::EC2::NatGateway')) === 0) return [];
    const [limit, used, zones] = await Promise.all([
      readQuota(account.clients.quotas, NAT_GATEWAYS),
      countByZone(account),
      zonesWithGateway(facts),
    ]);
    const findings = zones.map((zone) =>
      quotaFinding(
        NAT_GATEWAYS,
        { limit, used: used.get(zone) ?? 0, needed: 1 },
        `in ${zone}`,
        account.region,
      ),
    );
    const errors = findings.filter(({ level }) => level === 'error');
    return errors.length > 0 ? errors : [ok(`Each of ${zones.join(', ')} has room for one.`)];
  },
};

/** Returns the names of the zones in which the stack creates a gateway. */
async function zonesWithGateway({ account, config }: Facts): Promise<readonly string[]> {
  const { egress, network } = config;
  if (egress.kind !== 'nat' || network.kind !== 'new') return [];
  const zones = await zonesOfAccount(account.clients.ec2);
  const { zones: choice } = network;
  const chosen =
    choice.kind === 'names'
      ? choice.names
      : (choice.kind === 'ids'
          ? choice.ids.flatMap((id) => zones.find((zone) => zone.id === id) ?? [])
          : usableZones(zones, account.region)
        ).map(({ name }) => name);
  return chosen.slice(0, egress.gateways);
}

async function countByZone({ clients: { ec2: client } }: Account) {
  const subnets: string[] = [];
  const Filter = [{ Name: 'state', Values: ['pending', 'available'] }];
  for await (const { NatGateways = [] } of paginateDescribeNatGateways({ client }, { Filter })) {
    subnets.push(...NatGateways.flatMap(({ SubnetId = [] }) => SubnetId));
  }
  const counts = new Map<string, number>();
  if (subnets.length === 0) return counts;
  const { Subnets = [] } = await client.send(
    new DescribeSubnetsCommand({ SubnetIds: [...new Set(subnets)] }),
  );
  for (const id of subnets) {
    const { AvailabilityZone: zone = '' } = Subnets.find(({ SubnetId }) => SubnetId === id) ?? {};
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return counts;
}
