import { ArnFormat, Stack } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as waf from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { Config } from './config/config.ts';
import { DEFAULT_STACK_NAME } from './config/option-table.ts';
import { firewallRules, LOGGED_LABELS, RESPONSE_BODIES, type Rule } from './firewall-rules.ts';
import { retainedIf } from './retention.ts';

export interface FirewallProps {
  readonly config: Config;
  readonly loadBalancerArn: string;
  readonly logRetention: RetentionDays;
}

/** AWS WAF on the load balancer. It blocks noise; the service authenticates the caller. */
export class Firewall extends Construct {
  /** The metric name of the web ACL. It is the stack's name, so that two stacks in an account have separate metrics. */
  readonly metricName = Stack.of(this).stackName;

  constructor(
    scope: Construct,
    id: string,
    { config, loadBalancerArn, logRetention }: FirewallProps,
  ) {
    super(scope, id);
    const acl = new waf.CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      description: 'Admits only calls of the Risk Gate action',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(this.metricName),
      customResponseBodies: RESPONSE_BODIES,
      rules: prioritize(firewallRules(this, config)),
    });
    new waf.CfnWebACLAssociation(this, 'Association', {
      resourceArn: loadBalancerArn,
      webAclArn: acl.attrArn,
    });
    this.#log(acl, config, logRetention);
  }

  #log(acl: waf.CfnWebACL, config: Config, retention: RetentionDays): void {
    const logs = new LogGroup(this, 'Logs', {
      logGroupName: logGroupName(Stack.of(this).stackName),
      retention,
      removalPolicy: retainedIf(config.retainLogs),
    });
    const redacted = [...new Set(['authorization', config.credentialHeader])];
    new waf.CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      // Without the ":*" that CloudFormation appends.
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logs.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: redacted.map((Name) => ({ singleHeader: { Name } })),
      // Admitted requests are in the logs of the load balancer and the service.
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [
              { ActionCondition: { Action: 'BLOCK' } },
              ...LOGGED_LABELS.map((LabelName) => ({ LabelNameCondition: { LabelName } })),
            ],
          },
        ],
      },
    });
  }
}

/**
 * AWS WAF requires the prefix. Names of log groups are case-sensitive; the one of the default stack is in lower case since
 * 0.1.0, and must stay, because a new name would replace the log group.
 */
function logGroupName(stackName: string): string {
  const name = stackName === DEFAULT_STACK_NAME ? stackName.toLowerCase() : stackName;
  return `aws-waf-logs-${name}`;
}

/** Assigns priorities in the order of the rules. */
function prioritize(rules: readonly Rule[]): waf.CfnWebACL.RuleProperty[] {
  return rules.map((rule, priority) => ({
    ...rule,
    priority,
    visibilityConfig: visibility(rule.name),
  }));
}

/** Switches sampled requests off: they would contain the credential. */
function visibility(metricName: string): waf.CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
