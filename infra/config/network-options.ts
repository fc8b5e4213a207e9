import * as z from 'zod';
import { invalid, listOf, matching, parsed } from '../../app/src/config/schemas.ts';
import { parseCidr } from '../../app/src/signals/address/ranges.ts';
import { MAX_ZONE_NUMBER, zoneNumber } from '../network/address-plan.ts';
import { EXCLUDED_ZONE_IDS } from '../network/zones.ts';

/** Names of two zones, or an empty list. */
export function availabilityZones() {
  return listOf(z.string()).transform((zones, context) => {
    const areNames = zones.every((zone) => /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(zone));
    if (zones.length === 0 || (areNames && zones.length === 2 && zones[0] !== zones[1]))
      return zones;
    return invalid(
      context,
      `must be two availability zones of the region, such as us-east-1a,us-east-1b, got "${zones.join(',')}"`,
    );
  });
}

/** Ids of two or three zones, or an empty list. */
export function zoneIds() {
  return listOf(z.string()).transform((ids, context) => {
    const issue = ids.length === 0 ? undefined : zoneIdIssue(ids);
    return issue === undefined ? ids : invalid(context, issue);
  });
}

function zoneIdIssue(ids: readonly string[]): string | undefined {
  const areIds = ids.every((id) => /^[a-z]{3,5}\d-az\d+$/.test(id));
  if (!areIds || ids.length < 2 || ids.length > 3) {
    return `must be the ids of two or three zones of the region, such as use1-az1,use1-az2, got "${ids.join(',')}"`;
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) return `contains ${repeated} twice: choose different zones`;
  const excluded = ids.find((id) => EXCLUDED_ZONE_IDS.includes(id));
  if (excluded !== undefined) {
    return `contains ${excluded}, which CloudFront VPC origins or Fargate do not support: choose another zone`;
  }
  const unplanned = ids.find((id) => zoneNumber(id) < 1 || zoneNumber(id) > MAX_ZONE_NUMBER);
  return unplanned === undefined
    ? undefined
    : `contains ${unplanned}, but the network has addresses for az1 to az${MAX_ZONE_NUMBER} only: choose another zone`;
}

/** AWS rejects networks in these blocks. */
const RESERVED = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'];

/** An IPv4 network of the VPC, in canonical form. */
export function vpcCidr() {
  return parsed(
    'an IPv4 network of /16 to /22, written with its first address, such as 10.20.0.0/16',
    (value) => {
      const cidr = parseCidr(value);
      const size = Number(value.split('/')[1]);
      const isValid = cidr?.version === 4 && cidr.text === value && size >= 16 && size <= 22;
      return isValid && !RESERVED.some((block) => isInside(cidr, block)) ? value : undefined;
    },
  );
}

function isInside(cidr: { readonly first: number | bigint }, block: string): boolean {
  const outer = parseCidr(block);
  return outer !== undefined && cidr.first >= outer.first && cidr.first <= outer.last;
}

export function vpcId() {
  return matching(/^vpc-[0-9a-f]{8,17}$/, 'the id of a VPC, such as vpc-0123456789abcdef0');
}

/** Ids of subnets in two or more zones, or an empty list. */
export function subnetIds() {
  return listOf(z.string()).transform((ids, context) => {
    if (ids.length === 0) return ids;
    const areIds = ids.every((id) => /^subnet-[0-9a-f]{8,17}$/.test(id));
    if (areIds && ids.length >= 2 && new Set(ids).size === ids.length) return ids;
    return invalid(
      context,
      `must be the ids of two or more different subnets, such as subnet-0123456789abcdef0,subnet-0123456789abcdef1, got "${ids.join(',')}"`,
    );
  });
}
