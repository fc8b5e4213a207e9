import { error, type Finding, ok } from '../../../app/tools/findings/finding.ts';
import { type Zone, zonesOfAccount } from '../../network/account-zones.ts';
import { ZONES_WITHOUT_FARGATE, ZONES_WITHOUT_VPC_ORIGINS } from '../../network/zones.ts';
import type { Check, Facts } from '../check.ts';
import { describeZones, usableZones } from '../zones.ts';

/** Zones of a stack without `zoneIds`. */
const DEFAULT_ZONES = 2;

/** The availability zones: the account has them, and they have Fargate and VPC origins. */
export const zonesCheck: Check = {
  name: 'zones',
  async run(facts) {
    const { account, config } = facts;
    if (config.network.kind === 'existing') return [];
    const zones = await zonesOfAccount(account.clients.ec2);
    const usable = usableZones(zones, account.region);
    const choice = config.network.zones;
    if (choice.kind === 'lookup') return [await checkLookup(facts, zones, usable)];
    return choice.kind === 'ids'
      ? checkIds(choice.ids, zones, usable)
      : checkNames(choice.names, zones, usable, config.endpoint.kind === 'cloudfront');
  },
};

/** The deployment looks them up in the same way: `functions/lookup-zones.ts`. */
async function checkLookup(
  { stack, account }: Facts,
  zones: readonly Zone[],
  usable: readonly Zone[],
): Promise<Finding> {
  if (await hasSubnets(stack)) return ok('The subnets of the stack stay in their zones.');
  if (usable.length < DEFAULT_ZONES) {
    return error(
      `The account has too few usable zones in ${account.region} (${describeZones(zones)}): use another region.`,
    );
  }
  return ok(`The stack will use ${describeZones(usable.slice(0, DEFAULT_ZONES))}.`);
}

async function hasSubnets(stack: Facts['stack']): Promise<boolean> {
  const resources = (await stack())?.resources.values() ?? [];
  return [...resources].some(({ type }) => type === 'AWS::EC2::Subnet');
}

function checkIds(
  ids: readonly string[],
  zones: readonly Zone[],
  usable: readonly Zone[],
): readonly Finding[] {
  const chosen = zones.filter(({ id }) => ids.includes(id));
  const findings = ids
    .filter((id) => !zones.some((zone) => zone.id === id))
    .map((id) =>
      error(
        `zoneIds contains ${id}, which the account does not have: choose among ${describeZones(usable)}.`,
      ),
    );
  return findings.length > 0 ? findings : [ok(`The stack will use ${describeZones(chosen)}.`)];
}

function checkNames(
  names: readonly string[],
  zones: readonly Zone[],
  usable: readonly Zone[],
  hasVpcOrigin: boolean,
): readonly Finding[] {
  const missing = hasVpcOrigin ? ZONES_WITHOUT_VPC_ORIGINS : [];
  const findings = names.flatMap((name) => {
    const zone = zones.find((each) => each.name === name);
    if (zone === undefined) {
      return error(
        `availabilityZones contains ${name}, which the account does not have: use zoneIds with two of ${describeZones(usable)}.`,
      );
    }
    const service = ZONES_WITHOUT_FARGATE.includes(zone.id)
      ? 'Fargate'
      : missing.includes(zone.id) && 'VPC origins';
    if (!service) return [];
    return error(
      `availabilityZones contains ${name}, which is ${zone.id} in this account and has no ${service}: use zoneIds with two of ${describeZones(usable)}.`,
    );
  });
  const chosen = zones.filter(({ name }) => names.includes(name));
  return findings.length > 0 ? findings : [ok(`The stack will use ${describeZones(chosen)}.`)];
}
