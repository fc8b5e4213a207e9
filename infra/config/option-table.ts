import { statSync } from 'node:fs';
import { domainToASCII } from 'node:url';
import * as z from 'zod';
import type { Options } from '../../app/src/config/options.ts';
import {
  flag,
  invalid,
  listOf,
  matching,
  oneOf,
  parsed,
  string,
  wholeNumber,
} from '../../app/src/config/schemas.ts';
import {
  DEFAULT_DECISION_DEADLINE_MS,
  MAX_BLACKLIST_MAX_AGE,
  MAX_HIGH_SCORE_MEMORY,
  MAX_LOOKUP_BUDGET,
} from '../../app/src/config/setting-table.ts';
import { MAX_DECISION_DEADLINE_MS } from '../../app/src/lib/deadline.ts';
import { parseDurationSetting } from '../../app/src/lib/duration.ts';
import {
  DEFAULT_PREVIOUS_TTL,
  PREVIOUS_TTL_FORM,
  parsePreviousTtl,
} from '../../app/src/secrets/previous-ttl.ts';
import { isSecretArn } from '../../app/src/secrets/versions.ts';
import {
  DEFAULT_ADDRESS_HEADER,
  MAX_TRUSTED_PROXY_HOPS,
} from '../../app/src/signals/address/header-formats.ts';
import { parseCidr } from '../../app/src/signals/address/ranges.ts';
import { LOG_LEVELS } from '../../app/src/telemetry/log-level.ts';
import { ADDRESS_FORMATS } from '../../app/src/telemetry/recorded-address.ts';
import { feeds } from './feeds.ts';
import { availabilityZones, subnetIds, vpcCidr, vpcId, zoneIds } from './network-options.ts';

/** CPU units of Fargate, and the MiB of memory that each allows. */
export const TASK_SIZES: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: [1024, 2048, 3072, 4096],
  1024: [2048, 3072, 4096, 5120, 6144, 7168, 8192],
  2048: [4096, 5120, 6144, 7168, 8192, 16384],
};

/** The retention periods that CloudWatch Logs accepts. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653,
];

const HEADER_NAME = /^[a-z0-9][a-z0-9-]+$/i;

/** The stack's name in 0.1.0, which had no option for it. */
export const DEFAULT_STACK_NAME = 'RiskGate';

/** Every option of the stack. docs/configuration.md explains each one. */
export const OPTIONS = {
  stackName: stackName().default(DEFAULT_STACK_NAME),

  domainName: domainName().optional(),
  hostedZoneId: hostedZoneId().optional(),
  hostedZoneName: domainName().optional(),
  certificateArn: matching(
    /^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/\S+$/,
    'the ARN of an ACM certificate: arn:aws:acm:<region>:<account>:certificate/<id>',
  ).optional(),
  cloudFrontPrefixListId: matching(
    /^pl-[0-9a-f]+$/,
    'the id of a prefix list, such as pl-3b927c52',
  ).optional(),
  cloudFrontLogs: flag().default(false),

  egress: oneOf(['nat', 'public']).default('nat'),
  natGateways: wholeNumber(1, 3).optional(),
  zoneIds: zoneIds().default([]),
  availabilityZones: availabilityZones().default([]),
  vpcCidr: vpcCidr().default('10.0.0.0/16'),
  vpcId: vpcId().optional(),
  taskSubnetIds: subnetIds().default([]),
  loadBalancerSubnetIds: subnetIds().default([]),
  allowedCidrs: listOf(cidr()).default([]),

  taskCpu: oneOf(Object.keys(TASK_SIZES)).transform(Number).default(512),
  // Which sizes are valid depends on taskCpu.
  taskMemory: matching(/^\d+$/, 'a number of MiB, such as 1024').transform(Number).optional(),
  minimumTasks: wholeNumber(2, 100).default(2),
  maximumTasks: wholeNumber(2, 1000).default(10),
  imageUri: matching(
    /^[^\s/]+(\/[^\s/]+)+$/,
    'the name of an image with its registry, such as ghcr.io/team/risk-gate:1.2.3',
  ).optional(),
  imageRevision: matching(
    /^[\w.-]{1,64}$/,
    'at most 64 letters, digits, dots, hyphens and underscores, such as 2026-11-29',
  ).optional(),
  nodeImage: imageName().optional(),
  nodeBuildImage: imageName().optional(),
  policyFile: file().default('app/policy.yaml'),
  geoDatabase: listOf(file()).default([]),

  feeds: feeds().default({ text: '', feeds: [], objects: [] }),
  // A CloudWatch alarm on missing runs evaluates at most one day.
  feedRefreshMinutes: wholeNumber(15, 360).default(60),
  blacklistMaxAge: serviceDuration(MAX_BLACKLIST_MAX_AGE).optional(),
  maxMindSecretArn: completeSecretArn().optional(),
  ipinfoSecretArn: completeSecretArn().optional(),
  crowdSecSecretArn: completeSecretArn().optional(),

  actionCredentialSecretArn: completeSecretArn().optional(),
  abuseIpdbSecretArn: completeSecretArn().optional(),
  credentialPreviousTtl: previousTtl().default(DEFAULT_PREVIOUS_TTL),
  // AWS WAF matches header names in lower case.
  credentialHeader: matching(HEADER_NAME, 'a header name, such as x-api-key')
    .transform((name) => name.toLowerCase())
    .default('x-api-key'),
  issuerPort: wholeNumber(1, 65_535).default(443),
  // AWS WAF accepts no limit below 10.
  unauthenticatedLimit: wholeNumber(10, 2_000_000).default(1000),
  // Between AWS WAF's bounds. The default depends on the tasks.
  addressLimit: wholeNumber(10, 2_000_000_000).optional(),
  // Below 300 ms the alarm on slow decisions would have no room, and most lookups would time out.
  decisionDeadlineMs: wholeNumber(300, MAX_DECISION_DEADLINE_MS).default(
    DEFAULT_DECISION_DEADLINE_MS,
  ),

  lookupBudgetUser: lookupBudget().optional(),
  lookupBudgetClient: lookupBudget().optional(),
  lookupBudgetNetwork: lookupBudget().optional(),
  lookupBudgetSubnet: lookupBudget().optional(),
  checkBlock: flag().default(false),
  highScoreMemory: serviceDuration(MAX_HIGH_SCORE_MEMORY).optional(),

  // Checked together, by the service's own parseAddressHeaders.
  addressHeaders: string().default(DEFAULT_ADDRESS_HEADER),
  trustedProxyHops: wholeNumber(0, MAX_TRUSTED_PROXY_HOPS).default(0),
  signedAddress: flag().default(false),
  addressSignatureSecretArn: completeSecretArn().optional(),

  alarmEmail: email().optional(),
  ticketEmail: email().optional(),
  pagesTopicArn: topicArn().optional(),
  ticketsTopicArn: topicArn().optional(),
  blockRateCeiling: wholeNumber(1, 99).default(20),
  // A CloudWatch alarm evaluates at most one day.
  noTrafficHours: wholeNumber(1, 24).default(3),
  canary: flag().default(true),

  logLevel: oneOf(LOG_LEVELS).default('info'),
  logRetentionDays: oneOf(RETENTION_DAYS.map(String)).transform(Number).default(90),
  decisionLogIssuedPercent: wholeNumber(0, 100).default(100),
  decisionLogAddress: oneOf(ADDRESS_FORMATS).default('whole'),

  // Without a default: the protection of an existing stack must not be removed by a deployment that does not mention it.
  deletionProtection: flag().optional(),
  retainLogs: flag().default(false),
  containerInsights: flag().default(false),
  tags: z
    .custom<Readonly<Record<string, string>>>(
      isStringRecord,
      'must be an object of strings: write { "name": "value" } in cdk.json',
    )
    .default({}),
};

/**
 * CloudFormation allows 128 characters, but a Contributor Insights rule has at most 128, and its name is the stack's
 * with 17 more. Another name in lower case would give the firewall's log group the name that the default stack has.
 */
function stackName() {
  return matching(
    /^[A-Za-z][A-Za-z0-9-]{0,110}$/,
    'a letter, then at most 110 letters, digits and hyphens',
  ).refine((name) => name !== DEFAULT_STACK_NAME.toLowerCase(), {
    error: `must differ from ${DEFAULT_STACK_NAME} in more than its case: choose another name`,
  });
}

/**
 * A domain name in its ASCII form (RFC 5890): labels of 1 to 63 letters, digits and hyphens, at most 253
 * characters. The last label is letters, or a Unicode one in its `xn--` form.
 */
const DOMAIN_NAME =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,57}[a-z0-9])$/;

/** A domain name in any spelling: upper case, Unicode, or with a trailing dot. Returns the ASCII form. */
function domainName() {
  return parsed('a domain name, such as login.example.com', (value) => {
    // From a URL, domainToASCII would return the host.
    if (/[\s/?#@:%\\]/.test(value)) return undefined;
    const ascii = domainToASCII(value.replace(/\.$/, ''));
    return DOMAIN_NAME.test(ascii) ? ascii : undefined;
  });
}

/** The Route 53 API returns ids as `/hostedzone/Z…`. */
function hostedZoneId() {
  return parsed(
    'the id of a hosted zone, such as Z0123456789ABCDEFGHIJ',
    (value) => /^(?:\/?hostedzone\/)?(Z[A-Z0-9]+)$/.exec(value)?.[1],
  );
}

/** Returns the canonical form: AWS WAF would compare an IPv4-mapped block with IPv6 callers only. */
function cidr() {
  return string().transform((value, context) => {
    const canonical = value.includes('/') ? parseCidr(value)?.text : undefined;
    if (canonical === undefined) {
      return invalid(
        context,
        `contains "${value}", which is not a valid CIDR: write, for example, 192.0.2.0/24, or 192.0.2.7/32 for one address`,
      );
    }
    // The only prefix that AWS WAF rejects.
    if (canonical.endsWith('/0')) {
      return invalid(
        context,
        `contains "${value}", which is every address and which AWS WAF rejects: to admit every address, remove allowedCidrs`,
      );
    }
    return canonical;
  });
}

function imageName() {
  return matching(
    /^[a-z0-9][a-z0-9._-]*(?::\d+)?(?:\/[a-z0-9._-]+)*(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$/,
    'the name of an image, such as registry.example.com/node:24.21.0-slim',
  );
}

function file() {
  return parsed('the path of an existing file', (path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile() ? path : undefined,
  );
}

/** The six characters that Secrets Manager appends. With them, IAM grants access to this secret alone. */
const SECRET_SUFFIX = /-[A-Za-z0-9]{6}$/;

/** A secret's ARN, as the tasks accept it, in its complete form. */
function completeSecretArn() {
  return string().transform((value, context) =>
    isSecretArn(value) && SECRET_SUFFIX.test(value)
      ? value
      : // Without the value, which may be the secret itself.
        invalid(
          context,
          'must be the complete ARN of a secret: arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>',
        ),
  );
}

/** Returns the value as written: the service parses it. */
function previousTtl() {
  return parsed(PREVIOUS_TTL_FORM, (value) =>
    parsePreviousTtl(value) === undefined ? undefined : value,
  );
}

/** A duration of the service's settings. Returns the value as written: the service parses it. */
function serviceDuration(max: string) {
  return parsed(`a duration from 1s to ${max}, in the form 90s, 15m or 30h`, (value) =>
    parseDurationSetting(value, max) === undefined ? undefined : value,
  );
}

/** New addresses in an hour. */
function lookupBudget() {
  return wholeNumber(1, MAX_LOOKUP_BUDGET);
}

/** CloudWatch alarms cannot publish to FIFO topics, whose names end in `.fifo`. */
function topicArn() {
  return matching(
    /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
    'the ARN of a standard SNS topic: arn:aws:sns:<region>:<account>:<name>',
  );
}

function email() {
  return matching(/^\S+@\S+\.\S+$/, 'an e-mail address');
}

function isStringRecord(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string')
  );
}

export type StackOptions = Options<typeof OPTIONS>;
