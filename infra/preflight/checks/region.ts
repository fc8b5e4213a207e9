import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import { error, ok, warning } from '../../../app/tools/findings/finding.ts';
import { USABLE_ZONE_IDS } from '../../network/zones.ts';
import { globalRegion } from '../account.ts';
import type { Check } from '../check.ts';

/** The region exists, the account has enabled it, and it has the services. */
export const regionCheck: Check = {
  name: 'region',
  async run({ account, config }) {
    const { region, partition } = account;
    // Asked in a region that is always enabled: an endpoint of a disabled one refuses every request.
    const { ec2 } = account.clientsIn(globalRegion(region));
    const { Regions = [] } = await ec2.send(new DescribeRegionsCommand({ AllRegions: true }));
    const found = Regions.find(({ RegionName }) => RegionName === region);
    if (found === undefined) {
      return [
        error(`${region} is not a region of AWS: set AWS_REGION, or the region of the profile.`),
      ];
    }
    if (found.OptInStatus === 'not-opted-in') {
      return [
        error(
          `The account has not enabled ${region}: enable it with aws account enable-region --region-name ${region}, or set AWS_REGION to another one.`,
        ),
      ];
    }
    if (config.endpoint.kind === 'cloudfront' && partition !== 'aws') {
      return [
        error(`CloudFront has no VPC origins in the partition ${partition}: set domainName.`),
      ];
    }
    if (config.endpoint.kind === 'cloudfront' && USABLE_ZONE_IDS[region] === undefined) {
      return [
        warning(
          `${region} is not known to have VPC origins of CloudFront: look it up in the CloudFront documentation, or set domainName.`,
        ),
      ];
    }
    return [ok(`${region} is enabled.`)];
  },
};
