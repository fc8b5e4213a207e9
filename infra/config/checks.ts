import { isSet } from '../../app/src/config/options.ts';
import { MAX_HIGH_SCORE_MEMORY } from '../../app/src/config/setting-table.ts';
import { parseDurationSetting } from '../../app/src/lib/duration.ts';
import { parseAddressHeaders } from '../../app/src/signals/address/header-formats.ts';
import { REPUTATION_DEFAULTS } from '../../app/src/signals/reputation/limits.ts';
import { checkEndpoint } from './endpoint.ts';
import { checkFeeds } from './feed-checks.ts';
import { checkNetwork } from './network.ts';
import { type StackOptions, TASK_SIZES } from './option-table.ts';

const HOUR_MS = 3_600_000;

/**
 * Returns an issue for each conflict between options. A check that depends on an invalid option reports nothing.
 *
 * @param values raw values, which show which options are set.
 */
export function checkOptions(
  options: Partial<StackOptions>,
  values: Readonly<Record<string, unknown>>,
): readonly string[] {
  return [
    ...checkEndpoint(options, values),
    ...checkNetwork(options, values),
    ...checkAllowedCidrs(options),
    ...checkCanary(options),
    ...checkTasks(options),
    ...checkImage(values),
    ...checkCredentialHeader(options, values),
    ...checkSignature(options, values),
    ...checkTopics(values),
    ...checkFeeds(options, values),
    ...checkHighScoreMemory(options),
    ...parseAddressHeaderOptions(options).issues,
  ];
}

/** Neither the load balancer nor the distribution has IPv6 addresses. */
function checkAllowedCidrs({ allowedCidrs = [] }: Partial<StackOptions>): readonly string[] {
  if (allowedCidrs.length === 0 || allowedCidrs.some((cidr) => !cidr.includes(':'))) return [];
  return [
    'allowedCidrs contains only IPv6 networks, but the endpoint has IPv4 addresses only, so that the firewall would refuse every login: add the IPv4 networks of the identity server.',
  ];
}

/** Lambda gives a function in a public subnet no address, and one outside of a VPC an unknown one. */
function checkCanary({ canary, egress, allowedCidrs }: Partial<StackOptions>): readonly string[] {
  if (canary !== true || egress !== 'public') return [];
  if (allowedCidrs === undefined || allowedCidrs.length === 0) return [];
  return [
    'allowedCidrs is set with egress=public, but then the canary has no address of its own that the firewall could admit: set egress=nat, or canary=false.',
  ];
}

function checkTasks(options: Partial<StackOptions>): readonly string[] {
  const { taskCpu, taskMemory, minimumTasks, maximumTasks } = options;
  const issues: string[] = [];
  const sizes =
    taskCpu === undefined ? Object.values(TASK_SIZES).flat() : (TASK_SIZES[taskCpu] ?? []);
  if (taskMemory !== undefined && !sizes.includes(taskMemory)) {
    issues.push(`taskMemory must be one of ${sizes.join(', ')}, got "${taskMemory}".`);
  }
  if (minimumTasks !== undefined && maximumTasks !== undefined && maximumTasks < minimumTasks) {
    issues.push(
      `maximumTasks must be at least minimumTasks, ${minimumTasks}, got "${maximumTasks}".`,
    );
  }
  return issues;
}

/** The service would not start: the stack leaves its other limits at their defaults. */
function checkHighScoreMemory({ highScoreMemory }: Partial<StackOptions>): readonly string[] {
  if (highScoreMemory === undefined) return [];
  const { maxStaleAge } = REPUTATION_DEFAULTS;
  const duration = parseDurationSetting(highScoreMemory, MAX_HIGH_SCORE_MEMORY);
  if (duration === undefined || duration >= maxStaleAge) return [];
  return [
    `highScoreMemory must be at least ${maxStaleAge / HOUR_MS}h, for which other records are kept, got "${highScoreMemory}".`,
  ];
}

function checkImage(values: Readonly<Record<string, unknown>>): readonly string[] {
  if (!isSet(values.imageUri)) return [];
  return ['imageRevision', 'nodeImage', 'nodeBuildImage']
    .filter((name) => isSet(values[name]))
    .map((name) => `${name} is set, but imageUri replaces the image build: remove one of them.`);
}

/** Headers of calls that mark a test, or that CloudFront's function overwrites. */
const OWN_HEADER_PREFIX = 'x-risk-gate-';

/** With another header, the firewall would throttle and log the calls with the generated credential. */
function checkCredentialHeader(
  { credentialHeader }: Partial<StackOptions>,
  values: Readonly<Record<string, unknown>>,
): readonly string[] {
  if (credentialHeader === undefined || credentialHeader === 'x-api-key') return [];
  if (credentialHeader.startsWith(OWN_HEADER_PREFIX)) {
    return [
      `credentialHeader must not start with ${OWN_HEADER_PREFIX}, as such headers have a meaning of their own, got "${credentialHeader}": send the credential in another header.`,
    ];
  }
  if (isSet(values.actionCredentialSecretArn)) return [];
  return [
    'credentialHeader is set without actionCredentialSecretArn, but the generated credential is sent in x-api-key: set both or neither.',
  ];
}

function checkSignature(
  { signedAddress }: Partial<StackOptions>,
  values: Readonly<Record<string, unknown>>,
): readonly string[] {
  const isOff = isSet(values.signedAddress) && signedAddress === false;
  if (!isOff || !isSet(values.addressSignatureSecretArn)) return [];
  return ['addressSignatureSecretArn is set, but signedAddress is false: remove one of them.'];
}

/** The stack does not add subscriptions to a topic that it does not own. */
function checkTopics(values: Readonly<Record<string, unknown>>): readonly string[] {
  const conflicts = [
    ['alarmEmail', 'pagesTopicArn'],
    ['ticketEmail', 'ticketsTopicArn'],
  ] as const;
  return conflicts
    .filter((names) => names.every((name) => isSet(values[name])))
    .map(
      ([email, topic]) =>
        `${email} and ${topic} are both set: subscribe the address to that topic, and remove ${email}.`,
    );
}

/** Parses the names of the address headers as the service does: an issue that would stop its start stops synth. */
export function parseAddressHeaderOptions(
  options: Partial<
    Pick<
      StackOptions,
      'addressHeaders' | 'trustedProxyHops' | 'signedAddress' | 'addressSignatureSecretArn'
    >
  >,
): ReturnType<typeof parseAddressHeaders> {
  const {
    addressHeaders,
    trustedProxyHops = 0,
    signedAddress,
    addressSignatureSecretArn,
  } = options;
  if (addressHeaders === undefined) return { names: [], issues: [] };
  return parseAddressHeaders(addressHeaders, {
    trustedProxyHops,
    signed: signedAddress === true || addressSignatureSecretArn !== undefined,
    settings: { headers: 'addressHeaders', hops: 'trustedProxyHops' },
  });
}
