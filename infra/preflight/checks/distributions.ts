import { ListDistributionsCommand } from '@aws-sdk/client-cloudfront';
import { ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Check } from '../check.ts';

/**
 * AWS refuses the first distribution of some new accounts until it has verified the account. No API says whether it has:
 * only a distribution proves it, one that exists or the one of `--probe`.
 */
export const distributionsCheck: Check = {
  name: 'CloudFront',
  async run({ account, config, isProbed }) {
    if (config.endpoint.kind !== 'cloudfront' || isProbed) return [];
    const { DistributionList } = await account.clients.cloudFront.send(
      new ListDistributionsCommand({ MaxItems: 1 }),
    );
    if ((DistributionList?.Items?.length ?? 0) > 0) {
      return [ok('The account has a distribution, so AWS has verified it.')];
    }
    return [
      warning(
        `The account has no distribution, and AWS may refuse the first one of a new account: run npm run preflight -- --probe to see, and if it does, ask AWS Support in a case of type "Account and billing" to verify account ${account.id} for CloudFront.`,
      ),
    ];
  },
};
