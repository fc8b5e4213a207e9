import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { CfnIPSet } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { errorBody } from '../app/src/action/response.ts';
import { ACTION_PATH } from '../app/src/http/paths.ts';
import type { Config } from './config/config.ts';

/** A rule before it has its place in the order. */
export type Rule = Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>;

type Statement = CfnWebACL.StatementProperty;

/**
 * For rules of our own: a block ends a login, and the identity server gives up at a 403. It asks once
 * more after a 503, and its answer is told from one of the service in every log. (The rules of AWS's
 * groups that still block answer with their own 403: a token request fits none of them.)
 */
export const RESPONSE_BODIES = {
  Refused: {
    contentType: 'APPLICATION_JSON',
    content: errorBody('firewall', 'The firewall refused the request.'),
  },
};

const REFUSE = {
  block: { customResponse: { responseCode: 503, customResponseBodyKey: 'Refused' } },
};

/** AWS's groups, by an id. They may get new rules at any time. */
export const MANAGED_GROUPS = {
  reputation: 'AWSManagedRulesAmazonIpReputationList',
  common: 'AWSManagedRulesCommonRuleSet',
  inputs: 'AWSManagedRulesKnownBadInputsRuleSet',
} as const;

/** Rules of our own that refuse calls of the action, by an id. */
export const OWN_REFUSALS = {
  rate: 'UnauthenticatedRate',
  addresses: 'OnlyAllowedAddresses',
} as const;

/**
 * The rules in their order. The identity server's addresses, where they are given, come before what
 * looks at the request: what a later rule blocks is then a call of the identity server's.
 */
export function firewallRules(scope: Construct, config: Config): Rule[] {
  return [
    // Health checks come from the load balancer itself and do not pass here.
    {
      name: 'OnlyTheAction',
      statement: { notStatement: { statement: isAction() } },
      action: { block: { customResponse: { responseCode: 404 } } },
    },
    ...allowListRules(scope, config),
    {
      // Calls that show a credential are never counted, so that logins cannot be throttled; the others
      // are counted together, because behind a proxy their addresses are what they say they are.
      name: OWN_REFUSALS.rate,
      statement: {
        rateBasedStatement: {
          limit: config.unauthenticatedLimit,
          evaluationWindowSec: 300,
          aggregateKeyType: 'CONSTANT',
          scopeDownStatement: { notStatement: { statement: showsCredential(config) } },
        },
      },
      action: REFUSE,
    },
    // It judges the caller's address. One day the identity server's may be on it, and every login fails.
    managedRules(MANAGED_GROUPS.reputation, {
      AWSManagedIPReputationList: 'count',
      AWSManagedReconnaissanceList: 'count',
      AWSManagedIPDDoSList: 'count',
    }),
    // A token request holds such texts by rights (redirect URIs of development, user agents, many
    // claims), and the service neither fetches, opens nor shows what they say.
    managedRules(MANAGED_GROUPS.common, {
      SizeRestrictions_BODY: 'count',
      EC2MetaDataSSRF_BODY: 'count',
      GenericRFI_BODY: 'count',
      GenericLFI_BODY: 'count',
      CrossSiteScripting_BODY: 'count',
    }),
    managedRules(MANAGED_GROUPS.inputs, {}),
  ];
}

/** Only the addresses from which the identity server calls, when they are given. */
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
        // CloudFront appends the address that it sees; what stands before it the caller has made up.
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
      name: OWN_REFUSALS.addresses,
      statement: { notStatement: { statement: any(allowed) } },
      action: REFUSE,
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

function showsCredential({ credentialHeader }: Config): Statement {
  return any(
    [...new Set([credentialHeader, 'authorization'])].map(
      (name): Statement => ({
        sizeConstraintStatement: {
          fieldToMatch: { singleHeader: { Name: name } },
          comparisonOperator: 'GE',
          // No credential is shorter.
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

function managedRules(name: string, overrides: Readonly<Record<string, 'count'>>): Rule {
  return {
    name,
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: Object.keys(overrides).map((rule) => ({
          name: rule,
          actionToUse: { count: {} },
        })),
      },
    },
    overrideAction: { none: {} },
  };
}
