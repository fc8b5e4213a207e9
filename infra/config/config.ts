import { parseOptions, requireValid } from '../../app/src/config/options.ts';
import type { LogLevel } from '../../app/src/telemetry/log-level.ts';
import type { AddressFormat } from '../../app/src/telemetry/recorded-address.ts';
import { requestsPerTaskAndMinute } from '../scaling.ts';
import { checkOptions, parseAddressHeaderOptions } from './checks.ts';
import { checkNames, optionContext } from './context.ts';
import { type EndpointConfig, toEndpoint } from './endpoint.ts';
import type { FeedsConfig } from './feeds.ts';
import { type NetworkConfig, toNetwork } from './network.ts';
import { OPTIONS, type StackOptions, TASK_SIZES } from './option-table.ts';

/** How the tasks reach the internet. */
export type EgressConfig =
  | { readonly kind: 'nat'; readonly gateways: number }
  /** Tasks have public addresses but accept no connections from outside: saves the price of NAT. */
  | { readonly kind: 'public' };

/** Limits of lookups at AbuseIPDB; `undefined` for the defaults of the service. */
export interface LookupConfig {
  /** New addresses in an hour: for a user, a client without a user, a network, and a /64. */
  readonly budgets: Readonly<Record<'user' | 'client' | 'network' | 'subnet', number | undefined>>;
  /** Maximum age of a high score, as the service expects it. */
  readonly highScoreMemory: string | undefined;
}

/** The configuration of the stack. */
export interface Config {
  /** The physical name of the stack. Every name that is unique in an account or region contains it. */
  readonly stackName: string;
  readonly endpoint: EndpointConfig;
  readonly egress: EgressConfig;
  readonly network: NetworkConfig;
  /** CPU units, and MiB of memory. */
  readonly task: { readonly cpu: number; readonly memory: number };
  readonly minimumTasks: number;
  readonly maximumTasks: number;
  readonly logRetentionDays: number;
  /** Receives pages. */
  readonly alarmEmail: string | undefined;
  /** Receives alarms that can wait. */
  readonly ticketEmail: string | undefined;
  /** An existing topic for pages. */
  readonly pagesTopicArn: string | undefined;
  /** An existing topic for alarms that can wait. */
  readonly ticketsTopicArn: string | undefined;
  /** Percentage of refusals among decisions above which there is a ticket. */
  readonly blockRateCeiling: number;
  /** Hours without a decision after which there is a ticket. */
  readonly noTrafficHours: number;
  /** Whether the stack calls its own endpoint every minute. */
  readonly canary: boolean;
  readonly policyFile: string;
  /** Paths; empty for the database in the image. */
  readonly geoDatabases: readonly string[];
  /** Data about addresses that the refresher downloads; none without the refresher. */
  readonly feeds: FeedsConfig;
  /** Minutes between two runs of the refresher. */
  readonly feedRefreshMinutes: number;
  /** Age from which AbuseIPDB's blacklist proves nothing, as the service expects it. */
  readonly blacklistMaxAge: string | undefined;
  /** Whether the tasks may check whole /24s with CHECK-BLOCK. */
  readonly checkBlock: boolean;
  readonly maxMindSecretArn: string | undefined;
  readonly ipinfoSecretArn: string | undefined;
  readonly crowdSecSecretArn: string | undefined;
  /** Addresses of the identity server; empty to admit every address to the credential check. */
  readonly allowedCidrs: readonly string[];
  readonly actionCredentialSecretArn: string | undefined;
  readonly abuseIpdbSecretArn: string | undefined;
  /** How long the previous version of a rotated secret is accepted, as the service expects it. */
  readonly credentialPreviousTtl: string;
  /** Header of the credential, in lower case: redacted in logs, and never throttled. */
  readonly credentialHeader: string;
  /** Port at which the tasks reach the issuer of OAuth2 access tokens. */
  readonly issuerPort: number;
  /** Maximum number of requests without a credential in five minutes, from all addresses together. */
  readonly unauthenticatedLimit: number;
  /** Maximum number of requests in five minutes from one address, with or without a credential. */
  readonly addressLimit: number;
  /** Milliseconds in which the service decides. */
  readonly decisionDeadlineMs: number;
  readonly lookups: LookupConfig;
  readonly imageUri: string | undefined;
  /** Any word. A new one rebuilds the image. */
  readonly imageRevision: string | undefined;
  /** The base image of the service; `undefined` for that of app/Dockerfile. */
  readonly nodeImage: string | undefined;
  /** The image that builds the service; `undefined` for that of app/Dockerfile. */
  readonly nodeBuildImage: string | undefined;
  /** Protects the stack and its load balancer from deletion; undefined to leave the load balancer as it is. */
  readonly deletionProtection: boolean | undefined;
  /** Keeps the logs and the key of hashed addresses when the stack is removed. */
  readonly retainLogs: boolean;
  readonly containerInsights: boolean;
  readonly addressHeaders: string;
  readonly trustedProxyHops: number;
  /** Whether an address counts only with a signature of the operator's edge. */
  readonly signedAddress: boolean;
  /** An existing secret for the signature. */
  readonly addressSignatureSecretArn: string | undefined;
  readonly logLevel: LogLevel;
  /** Percentage of unremarkable decisions (token issued unchanged) that have a record. */
  readonly decisionLogIssuedPercent: number;
  /** How records show the client's address; the stack generates the key of `hashed`. */
  readonly decisionLogAddress: AddressFormat['form'];
  readonly tags: Readonly<Record<string, string>>;
  /** Names in CDK's context that are not options; the stack warns of them. */
  readonly foreignContext: readonly string[];
}

/**
 * Reads the configuration from CDK's context: `riskGate` of cdk.json, overridden by `-c name=value`.
 *
 * @throws ConfigError with all issues.
 */
export function readConfig(context: Readonly<Record<string, unknown>>): Config {
  const given = optionContext(context);
  const names = checkNames(given, Object.keys(OPTIONS));
  const parsed = parseOptions(OPTIONS, given.values);
  parsed.issues.push(
    ...given.issues,
    ...checkOptions(parsed.options, given.values),
    ...names.issues,
  );
  const { taskCpu, taskMemory, geoDatabase, ...options } = requireValid(parsed);
  return {
    ...options,
    endpoint: toEndpoint(options),
    network: toNetwork(options),
    egress: toEgress(options),
    task: { cpu: taskCpu, memory: taskMemory ?? defaultMemory(taskCpu) },
    // An existing topic has its own subscriptions.
    ticketEmail:
      options.ticketsTopicArn === undefined
        ? (options.ticketEmail ?? options.alarmEmail)
        : undefined,
    geoDatabases: geoDatabase,
    addressHeaders: parseAddressHeaderOptions(options).names.join(','),
    signedAddress: options.signedAddress || options.addressSignatureSecretArn !== undefined,
    lookups: toLookups(options),
    addressLimit: options.addressLimit ?? defaultAddressLimit(options.maximumTasks, taskCpu),
    foreignContext: names.foreign,
  };
}

function toEgress({
  egress,
  natGateways,
}: Pick<StackOptions, 'egress' | 'natGateways'>): EgressConfig {
  return egress === 'public' ? { kind: 'public' } : { kind: 'nat', gateways: natGateways ?? 1 };
}

function toLookups({
  lookupBudgetUser: user,
  lookupBudgetClient: client,
  lookupBudgetNetwork: network,
  lookupBudgetSubnet: subnet,
  highScoreMemory,
}: Pick<
  StackOptions,
  | 'lookupBudgetUser'
  | 'lookupBudgetClient'
  | 'lookupBudgetNetwork'
  | 'lookupBudgetSubnet'
  | 'highScoreMemory'
>): LookupConfig {
  return { budgets: { user, client, network, subnet }, highScoreMemory };
}

/**
 * Returns more requests than all tasks can serve in five minutes, so that an identity server that sends everything from
 * one address is not throttled: three times the load at which scaling adds a task. With all of its CPU a task serves
 * about twice that load (docs/scale.md).
 */
function defaultAddressLimit(maximumTasks: number, taskCpu: number): number {
  return 3 * 5 * maximumTasks * requestsPerTaskAndMinute(taskCpu);
}

/** The smallest memory for a CPU, but at least 1 GiB. */
function defaultMemory(cpu: number): number {
  return Math.max(1024, TASK_SIZES[cpu]?.[0] ?? 0);
}
