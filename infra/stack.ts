import { readFileSync } from 'node:fs';
import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ConfigError } from '../app/src/config/options.ts';
import { ACTION_PATH } from '../app/src/http/paths.ts';
import { UNUSED_CHECK_BLOCK } from '../app/src/policy/check-block.ts';
import { compilePolicy } from '../app/src/policy/compile.ts';
import { missingFeeds } from '../app/src/policy/feeds.ts';
import { decodePolicy } from '../app/src/policy/file/decode.ts';
import type { Policy } from '../app/src/policy/policy.ts';
import { describeIneffectiveWait } from '../app/src/policy/reputation-wait.ts';
import {
  allowedNames,
  computedNamesWarning,
  excludedNames,
  malformedNames,
} from '../app/tools/actions-api/allowed-names.ts';
import { admitCanary, Canary } from './canary.ts';
import type { Config } from './config/config.ts';
import { Endpoint } from './endpoint.ts';
import { Refresher } from './feeds/refresher.ts';
import { Firewall } from './firewall.ts';
import { LoadBalancer } from './load-balancer.ts';
import { Lookup } from './lookup.ts';
import { Monitoring } from './monitoring/index.ts';
import { acknowledgeFindings } from './nag.ts';
import { Network } from './network.ts';
import { warnAboutPolicy } from './policy-warnings.ts';
import { ReputationTable } from './reputation-table.ts';
import { Secrets } from './secrets.ts';
import { Service } from './service.ts';
import { addTags } from './tags.ts';

export interface RiskGateStackProps extends StackProps {
  readonly config: Config;
}

/** The whole deployment in one stack. */
export class RiskGateStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...props }: RiskGateStackProps) {
    super(scope, id, {
      stackName: config.stackName,
      description: 'Risk Gate: pre-issue access token action',
      ...props,
      terminationProtection: config.deletionProtection ?? false,
    });
    // An invalid policy must fail at synth and not at the start of the tasks.
    const policyText = decodePolicy(readFileSync(config.policyFile), config.policyFile);
    const policy = compilePolicy(policyText, config.policyFile);
    warnAboutPolicy(this, policy);
    const waitWarning = describeIneffectiveWait(policy, config.decisionDeadlineMs);
    if (waitWarning !== undefined) {
      Annotations.of(this).addWarningV2('RiskGate:waitWithoutEffect', waitWarning);
    }
    if (config.checkBlock && policy.readsAbuseRecord) {
      Annotations.of(this).addWarningV2('RiskGate:checkBlockUnused', UNUSED_CHECK_BLOCK);
    }
    checkPolicyFeeds(policy.feeds, config);
    const names = this.#allowedNames(config, policy);
    const logRetention: RetentionDays = config.logRetentionDays;
    const lookup = new Lookup(this, 'Lookup', { logRetention });
    const network = new Network(this, 'Network', { ...config, lookup, logRetention });
    const { table } = new ReputationTable(this, 'Reputation');
    const secrets = new Secrets(this, 'Secrets', config);
    const service = new Service(this, 'Service', { config, network, table, secrets, logRetention });
    const refresher =
      config.feeds.feeds.length > 0
        ? new Refresher(this, 'Refresher', {
            config,
            network,
            cluster: service.service.cluster,
            bucket: service.taskDefinition.bucket,
            abuseIpdbKey: secrets.abuseIpdbKey,
            logGroup: service.logGroup,
            logRetention,
          })
        : undefined;
    const loadBalancer = new LoadBalancer(this, 'LoadBalancer', {
      network,
      service,
      internetFacing: config.endpoint.kind !== 'cloudfront',
      deletionProtection: config.deletionProtection,
      logRetentionDays: config.logRetentionDays,
    });
    const endpoint = new Endpoint(this, 'Endpoint', {
      config: config.endpoint,
      loadBalancer,
      lookup,
      logRetentionDays: config.logRetentionDays,
    });
    service.scaleOn(loadBalancer.targetGroup);
    const firewall = new Firewall(this, 'Firewall', {
      config: admitCanary(config, network),
      loadBalancerArn: loadBalancer.loadBalancer.loadBalancerArn,
      logRetention,
    });
    // The firewall expects the header that CloudFront sets.
    if (config.endpoint.kind === 'cloudfront') firewall.node.addDependency(endpoint);
    const canary = config.canary
      ? new Canary(this, 'Canary', {
          config,
          endpoint,
          network,
          credential: secrets.actionCredential,
          logGroup: service.logGroup,
          path: [service.service, loadBalancer, endpoint, firewall],
          logRetention,
        })
      : undefined;
    const monitoring = new Monitoring(this, 'Monitoring', {
      config,
      loadBalancer,
      service,
      table,
      firewallMetricName: firewall.metricName,
      endpointName: endpoint.domainName,
      canary,
      refresher,
    });
    service.rollBackOn(monitoring.rollbackAlarms);
    this.#output({
      ActionEndpoint: [
        'The endpoint to register in the action',
        `${endpoint.origin}${ACTION_PATH}`,
      ],
      ...(config.endpoint.kind === 'certificate' && {
        LoadBalancerDnsName: [
          'The name to which your DNS record of the domain must lead',
          loadBalancer.loadBalancer.loadBalancerDnsName,
        ],
      }),
      ActionCredentialSecretArn: [
        'The secret with the credential of the action',
        secrets.actionCredential.secretArn,
      ],
      ActionAllowedHeaders: [
        'The headers to allow in the action, comma-separated',
        names.headers.join(','),
      ],
      // An output must not be empty.
      ...(names.parameters.length > 0 && {
        ActionAllowedParameters: [
          'The parameters to allow in the action, comma-separated',
          names.parameters.join(','),
        ],
      }),
      CredentialPreviousTtl: [
        'How long the previous version of the credential is accepted',
        config.credentialPreviousTtl,
      ],
      AbuseIpdbSecretArn: [
        'The secret for the API key of AbuseIPDB',
        secrets.abuseIpdbKey.secretArn,
      ],
      ...(secrets.addressSignature && {
        AddressSignatureSecretArn: [
          'The secret with which your edge signs addresses',
          secrets.addressSignature.secretArn,
        ],
      }),
      ...(secrets.addressHashKey && {
        AddressHashKeySecretArn: [
          'The secret with the key of hashed addresses in records',
          secrets.addressHashKey.secretArn,
        ],
      }),
      ...refresher?.outputs,
      PagesTopicArn: [
        'The topic that receives pages',
        monitoring.notifications.pagesTopic.topicArn,
      ],
      TicketsTopicArn: [
        'The topic that receives tickets',
        monitoring.notifications.ticketsTopic.topicArn,
      ],
      LogGroupName: ['The log group with the decision records', service.logGroup.logGroupName],
      DecisionLogIssuedPercent: [
        'The percentage of unremarkable decisions that are recorded',
        String(config.decisionLogIssuedPercent),
      ],
      DashboardUrl: [
        'The CloudWatch dashboard',
        `https://${this.region}.console.aws.amazon.com/cloudwatch/home?region=${this.region}#dashboards/dashboard/${monitoring.dashboard.dashboardName}`,
      ],
    });
    addTags(this, config.tags);
    acknowledgeFindings(this);
  }

  /** Returns the names that the action must allow; warns of those that cannot be allowed. */
  #allowedNames({ addressHeaders, signedAddress }: Config, policy: Policy) {
    const names = allowedNames({
      addressHeaders: addressHeaders.split(','),
      signedAddress,
      policy,
    });
    const warnings = [
      ...malformedNames(names),
      ...excludedNames(names),
      computedNamesWarning(policy.requestNames),
    ].filter((warning) => warning !== undefined);
    for (const [index, warning] of warnings.entries()) {
      Annotations.of(this).addWarningV2(`RiskGate:allowedNames:${index}`, warning);
    }
    return names;
  }

  #output(outputs: Readonly<Record<string, readonly [description: string, value: string]>>): void {
    for (const [name, [description, value]] of Object.entries(outputs)) {
      new CfnOutput(this, name, { description, value });
    }
  }
}

/** @throws ConfigError if the policy names a feed that the service would not have. */
function checkPolicyFeeds(
  feeds: readonly string[],
  { feeds: { feeds: configured } }: Config,
): void {
  const missing = missingFeeds(
    { feeds },
    configured.map(({ feed }) => feed.id),
  );
  if (missing.length === 0) return;
  throw new ConfigError(
    missing.map(({ warning }) => `${warning} (FEEDS is the option feeds of the stack.)`).join('\n'),
  );
}
