import { paginateDescribeManagedPrefixLists } from '@aws-sdk/client-ec2';
import { error, ok } from '../../../app/tools/findings/finding.ts';
import type { Check, Facts } from '../check.ts';
import { type Quota, raiseQuota, readQuota } from './quota.ts';

const RULES: Quota = { name: 'rules', service: 'vpc', code: 'L-0EA8095F' };

const PREFIX_LIST = 'com.amazonaws.global.cloudfront.origin-facing';

/** Rules of the load balancer's security group, in which CloudFront's prefix list counts as often as its size says. */
export const securityGroupRulesCheck: Check = {
  name: 'quota of rules in a security group',
  async run({ account, config }) {
    if (config.endpoint.kind !== 'cloudfront') return [];
    const { ec2, quotas } = account.clients;
    const [limit, size] = await Promise.all([
      readQuota(quotas, RULES),
      prefixListSize(ec2, config.endpoint.prefixListId),
    ]);
    if (size === undefined) return [];
    if (size > limit) {
      return [
        error(
          `CloudFront's prefix list counts as ${size} rules, but a security group may have ${limit}: ${raiseQuota(RULES, size, account.region)}.`,
        ),
      ];
    }
    return [ok(`CloudFront's prefix list counts as ${size} of ${limit} rules.`)];
  },
};

/** Returns the maximum number of entries of CloudFront's prefix list; `undefined` if the region has none. */
async function prefixListSize(
  client: Facts['account']['clients']['ec2'],
  id: string | undefined,
): Promise<number | undefined> {
  const filter = id === undefined ? { Name: 'prefix-list-name', Values: [PREFIX_LIST] } : undefined;
  const input = filter ? { Filters: [filter] } : { PrefixListIds: id ? [id] : [] };
  for await (const { PrefixLists = [] } of paginateDescribeManagedPrefixLists({ client }, input)) {
    const [list] = PrefixLists;
    if (list !== undefined) return list.MaxEntries;
  }
  return undefined;
}
