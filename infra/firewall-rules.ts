import { CfnIPSet, type CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { errorBody } from '../app/src/action/response.ts';
import { ACTION_PATH } from '../app/src/http/paths.ts';
import type { Config } from './config/config.ts';

/** A rule without its priority. */
export type Rule = Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>;

type Statement = CfnWebACL.StatementProperty;

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

/** AWS managed rule groups. AWS may add rules at any time. */
export const MANAGED_RULE_GROUPS = {
  reputation: 'AWSManagedRulesAmazonIpReputationList',
  common: 'AWSManagedRulesCommonRuleSet',
  inputs: 'AWSManagedRulesKnownBadInputsRuleSet',
} as const;

/** Our own rules that block calls of the action. */
export const BLOCKING_RULES = {
  rate: 'UnauthenticatedRate',
  addresses: 'OnlyAllowedAddresses',
} as const;

/**
 * Returns the rules in order of priority. The allow list precedes the rules that inspect requests, so that they can
 * block only calls of the identity server.
 */
export function firewallRules(scope: Construct, config: Config): Rule[] {
  return [
    // The load balancer's own health checks do not pass through the firewall.
    {
      name: 'OnlyTheAction',
      statement: { notStatement: { statement: isAction() } },
      action: { block: { customResponse: { responseCode: 404 } } },
    },
    ...allowListRules(scope, config),
    {
      // Calls with a credential are never counted, so that logins cannot be throttled. All others are counted
      // together, because behind a proxy a caller can choose its address.
      name: BLOCKING_RULES.rate,
      statement: {
        rateBasedStatement: {
          limit: config.unauthenticatedLimit,
          evaluationWindowSec: 300,
          aggregateKeyType: 'CONSTANT',
          scopeDownStatement: { notStatement: { statement: hasCredential(config) } },
        },
      },
      action: BLOCK_WITH_503,
    },
    // Lists of bad addresses: if they contained the identity server's, every login would fail.
    managedRules(MANAGED_RULE_GROUPS.reputation, [
      'AWSManagedIPReputationList',
      'AWSManagedReconnaissanceList',
      'AWSManagedIPDDoSList',
    ]),
    // Legitimate token requests match these (redirect URIs in development, user agents, many claims), and the
    // service neither fetches, opens nor displays such content.
    managedRules(MANAGED_RULE_GROUPS.common, [
      'SizeRestrictions_BODY',
      'EC2MetaDataSSRF_BODY',
      'GenericRFI_BODY',
      'GenericLFI_BODY',
      'CrossSiteScripting_BODY',
    ]),
    managedRules(MANAGED_RULE_GROUPS.inputs, []),
  ];
}

/** Blocks all addresses except those of the identity server, if they are configured. */
function allowListRules(scope: Construct, config: Config): Rule[] {
  if (config.allowedCidrs.length === 0) return [];
  const behindCloudFront = config.endpoint.kind === 'cloudfront';
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
        // CloudFront appends the address that it sees; a caller can forge the entries before it.
        ...(behindCloudFront && {
          ipSetForwardedIpConfig: {
            headerName: 'X-Forwarded-For',
            fallbackBehavior: 'NO_MATCH',
            position: 'LAST',
          },
        }),
      },
    }),
  );
  return [
    {
      name: BLOCKING_RULES.addresses,
      statement: { notStatement: { statement: any(allowed) } },
      action: BLOCK_WITH_503,
    },
  ];
}

function isAction(): Statement {
  const exactly = (field: CfnWebACL.FieldToMatchProperty, searchString: string): Statement => ({
    byteMatchStatement: {
      fieldToMatch: field,
      positionalConstraint: 'EXACTLY',
      searchString,
      textTransformations: [{ priority: 0, type: 'NONE' }],
    },
  });
  return {
    andStatement: {
      statements: [exactly({ method: {} }, 'POST'), exactly({ uriPath: {} }, ACTION_PATH)],
    },
  };
}

function hasCredential({ credentialHeader }: Config): Statement {
  return any(
    [...new Set([credentialHeader, 'authorization'])].map(
      (name): Statement => ({
        sizeConstraintStatement: {
          fieldToMatch: { singleHeader: { Name: name } },
          comparisonOperator: 'GE',
          // The shortest credential that the service accepts.
          size: 16,
          textTransformations: [{ priority: 0, type: 'NONE' }],
        },
      }),
    ),
  );
}

function any(statements: Statement[]): Statement {
  const [only] = statements;
  return statements.length === 1 && only !== undefined ? only : { orStatement: { statements } };
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
