import { CfnIPSet, type CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { errorBody } from '../app/src/action/response.ts';
import type { Config } from './config/config.ts';
import { any, hasHeader, isAction, not, type Statement } from './firewall-statements.ts';

/** A rule without its priority. */
export type Rule = Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>;

/**
 * The body of a refusal by our own rules. Its status is 503: the identity server retries after a 503 but not after a
 * 403, and the service never responds with 503. (AWS's managed rules that block respond with 403, but no token request
 * matches them.)
 */
export const RESPONSE_BODIES = {
  Refused: {
    contentType: 'APPLICATION_JSON',
    content: errorBody('firewall', 'The firewall refused the request.'),
  },
};

const BLOCK_WITH_503 = {
  block: { customResponse: { responseCode: 503, customResponseBodyKey: 'Refused' } },
};

/** The options state their limits for five minutes. */
const RATE_WINDOW_SECONDS = 300;

/** AWS managed rule groups. AWS may add rules at any time. */
export const MANAGED_RULE_GROUPS = {
  common: 'AWSManagedRulesCommonRuleSet',
  inputs: 'AWSManagedRulesKnownBadInputsRuleSet',
} as const;

/** Our own rules that block calls of the action. */
export const BLOCKING_RULES = {
  addresses: 'OnlyAllowedAddresses',
  noAddress: 'NoViewerAddress',
  addressRate: 'AddressRate',
  rate: 'UnauthenticatedRate',
} as const;

/**
 * Set by the function in `functions/viewer-address.js`, which also removes what a caller sends. Behind CloudFront every
 * connection to the load balancer comes from CloudFront, so the firewall takes the caller's address from here.
 */
export const VIEWER_ADDRESS_HEADER = 'x-risk-gate-viewer-address';

/** Matches every request with a body above 8 KB, which is all that AWS WAF inspects: a token with many claims. */
const LARGE_BODY_RULE = 'SizeRestrictions_BODY';

/**
 * Rules of the common group that only count: legitimate token requests match them (redirect URIs in development, user
 * agents, many claims), and the service neither fetches, opens nor displays such content.
 */
const COUNTED_COMMON_RULES = [
  LARGE_BODY_RULE,
  'EC2MetaDataSSRF_BODY',
  'GenericRFI_BODY',
  'GenericLFI_BODY',
  'CrossSiteScripting_BODY',
] as const;

/** Labels of counted rules whose matches are worth a log entry: all but large bodies, which are frequent. */
export const LOGGED_LABELS: readonly string[] = COUNTED_COMMON_RULES.filter(
  (rule) => rule !== LARGE_BODY_RULE,
).map((rule) => `awswaf:managed:aws:core-rule-set:${rule.replace('_BODY', '_Body')}`);

/**
 * Returns the rules in order of priority. The allow list precedes the rules that inspect requests, so that they can
 * block only calls of the identity server.
 */
export function firewallRules(scope: Construct, config: Config): Rule[] {
  return [
    // The load balancer's own health checks do not pass through the firewall.
    {
      name: 'OnlyTheAction',
      statement: not(isAction()),
      action: { block: { customResponse: { responseCode: 404 } } },
    },
    ...allowListRules(scope, config),
    {
      // Counts every call, because any text may look like a credential. The limit is above what the tasks can serve.
      name: BLOCKING_RULES.addressRate,
      statement: {
        rateBasedStatement: {
          limit: config.addressLimit,
          evaluationWindowSec: RATE_WINDOW_SECONDS,
          ...(isBehindCloudFront(config)
            ? {
                aggregateKeyType: 'FORWARDED_IP',
                forwardedIpConfig: {
                  headerName: VIEWER_ADDRESS_HEADER,
                  fallbackBehavior: 'NO_MATCH',
                },
              }
            : { aggregateKeyType: 'IP' }),
        },
      },
      action: BLOCK_WITH_503,
    },
    {
      // Never counts calls with a credential, so that logins are not throttled. Counts all others together, because
      // they may come from many addresses.
      name: BLOCKING_RULES.rate,
      statement: {
        rateBasedStatement: {
          limit: config.unauthenticatedLimit,
          evaluationWindowSec: RATE_WINDOW_SECONDS,
          aggregateKeyType: 'CONSTANT',
          scopeDownStatement: not(hasCredential(config)),
        },
      },
      action: BLOCK_WITH_503,
    },
    managedRules(MANAGED_RULE_GROUPS.common, COUNTED_COMMON_RULES),
    managedRules(MANAGED_RULE_GROUPS.inputs, []),
  ];
}

/** Blocks all addresses except those of the identity server, if they are configured. */
function allowListRules(scope: Construct, config: Config): Rule[] {
  if (config.allowedCidrs.length === 0) return [];
  const sets = [4, 6].flatMap((version) => {
    const addresses = config.allowedCidrs.filter((cidr) => cidr.includes(':') === (version === 6));
    if (addresses.length === 0) return [];
    const ipAddressVersion = `IPV${version}`;
    return [
      new CfnIPSet(scope, `AllowedIpv${version}`, {
        addresses,
        ipAddressVersion,
        scope: 'REGIONAL',
      }),
    ];
  });
  const allowed = sets.map(
    (set): Statement => ({
      ipSetReferenceStatement: {
        arn: set.attrArn,
        ...(isBehindCloudFront(config) && {
          ipSetForwardedIpConfig: {
            headerName: VIEWER_ADDRESS_HEADER,
            fallbackBehavior: 'NO_MATCH',
            position: 'FIRST',
          },
        }),
      },
    }),
  );
  const onlyAllowed: Rule = {
    name: BLOCKING_RULES.addresses,
    statement: not(any(allowed)),
    action: BLOCK_WITH_503,
  };
  if (!isBehindCloudFront(config)) return [onlyAllowed];
  // AWS WAF does not apply a rule to a request without the header that its addresses come from.
  return [
    {
      name: BLOCKING_RULES.noAddress,
      statement: not(hasHeader(VIEWER_ADDRESS_HEADER, 1)),
      action: BLOCK_WITH_503,
    },
    onlyAllowed,
  ];
}

function isBehindCloudFront({ endpoint }: Config): boolean {
  return endpoint.kind === 'cloudfront';
}

function hasCredential({ credentialHeader }: Config): Statement {
  // The shortest credential that the service accepts.
  const minLength = 16;
  const names = [...new Set([credentialHeader, 'authorization'])];
  return any(names.map((name) => hasHeader(name, minLength)));
}

/** Returns a managed rule group. The rules of `countOnly` count the requests that they match and do not block them. */
function managedRules(name: string, countOnly: readonly string[]): Rule {
  return {
    name,
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: countOnly.map((rule) => ({
          name: rule,
          actionToUse: { count: {} },
        })),
      },
    },
    overrideAction: { none: {} },
  };
}
