import {
  DEFAULT_PREVIOUS_TTL,
  PREVIOUS_TTL_FORM,
  parsePreviousTtl,
} from '../app/src/secrets/previous-ttl.ts';
import {
  DEFAULT_ADDRESS_HEADER,
  MAX_TRUSTED_PROXY_HOPS,
  parseAddressHeaders,
} from '../app/src/signals/address/header-formats.ts';
import { parseCidr } from '../app/src/signals/address/ranges.ts';
import { ADDRESS_FORMATS, type AddressFormat } from '../app/src/telemetry/recorded-address.ts';
import { ConfigReader } from './config-reader.ts';
import { type EndpointConfig, readEndpoint } from './endpoint-config.ts';

/** How the tasks reach the internet. */
export type EgressConfig =
  | { readonly kind: 'nat'; readonly gateways: number }
  /** Tasks with public addresses and no way in: no fixed cost for NAT. */
  | { readonly kind: 'public' };

/** Everything that can be chosen of the stack. README.md has the table with defaults. */
export interface Config {
  readonly endpoint: EndpointConfig;
  readonly egress: EgressConfig;
  /** Two names of zones; the first two of the region when empty. */
  readonly availabilityZones: readonly string[];
  readonly task: { readonly cpu: number; readonly memory: number };
  readonly minimumTasks: number;
  readonly maximumTasks: number;
  readonly logRetentionDays: number;
  /** Who is woken by alarms. */
  readonly alarmEmail: string | undefined;
  /** Who gets the alarms that can wait. */
  readonly ticketEmail: string | undefined;
  /** Refusals, in per cent of decisions, from which on there is a ticket. */
  readonly blockRateCeiling: number;
  /** How long a time without any decision may be. */
  readonly noTrafficHours: number;
  readonly policyFile: string;
  /** Files; the image's own database when empty. */
  readonly geoDatabases: readonly string[];
  /** Where the identity server calls from; empty lets everybody reach the check of the credential. */
  readonly allowedCidrs: readonly string[];
  readonly actionCredentialSecretArn: string | undefined;
  readonly abuseIpdbSecretArn: string | undefined;
  /** How long the previous version of a rotated secret is accepted, as the service reads it. */
  readonly credentialPreviousTtl: string;
  /** Header of the API key, or `authorization`: what is redacted in logs, and never throttled. */
  readonly credentialHeader: string;
  /** Port at which the tasks reach the issuer of OAuth2 access tokens. */
  readonly issuerPort: number;
  /** Requests without a credential, of everybody together, in five minutes. */
  readonly unauthenticatedLimit: number;
  readonly imageUri: string | undefined;
  readonly deletionProtection: boolean;
  readonly addressHeaders: string;
  readonly trustedProxyHops: number;
  /** Whether an address counts only with a signature of the operator's edge. */
  readonly signedAddress: boolean;
  /** The secret of the signature, if it exists already. */
  readonly addressSignatureSecretArn: string | undefined;
  readonly logLevel: string;
  /** Of decisions that issue a token as it is, with nothing to say of it: how many per cent have a record. */
  readonly decisionLogIssuedPercent: number;
  /** How records write the client's address; the stack makes the key of `hashed`. */
  readonly decisionLogAddress: AddressFormat['form'];
  readonly tags: Readonly<Record<string, string>>;
  /** Names in CDK's context that are not ours, to be mentioned once. */
  readonly foreignContext: readonly string[];
}

/** CPU units of Fargate, and the MiB of memory that each takes. */
const TASK_SIZES: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: [1024, 2048, 3072, 4096],
  1024: [2048, 3072, 4096, 5120, 6144, 7168, 8192],
  2048: [4096, 5120, 6144, 7168, 8192, 16384],
};

/** What CloudWatch Logs takes for a retention. */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653,
];

const E_MAIL = /^\S+@\S+\.\S+$/;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

/**
 * Reads the configuration from CDK's context: `cdk.json`'s `riskGate`, over which `-c name=value` goes.
 *
 * @throws ConfigError with a sentence for each mistake.
 */
export function readConfig(context: Readonly<Record<string, unknown>>): Config {
  const read = new ConfigReader(context);
  const alarmEmail = read.matching('alarmEmail', E_MAIL, 'an e-mail address');
  const config: Config = {
    endpoint: readEndpoint(read),
    egress: readEgress(read),
    availabilityZones: readZones(read),
    task: readTask(read),
    minimumTasks: read.number('minimumTasks', 2, 2, 100),
    maximumTasks: read.number('maximumTasks', 10, 2, 1000),
    logRetentionDays: Number(read.oneOf('logRetentionDays', RETENTIONS.map(String), '90')),
    alarmEmail,
    ticketEmail: read.matching('ticketEmail', E_MAIL, 'an e-mail address') ?? alarmEmail,
    blockRateCeiling: read.number('blockRateCeiling', 20, 1, 99),
    // An alarm of CloudWatch looks back one day at most.
    noTrafficHours: read.number('noTrafficHours', 3, 1, 24),
    policyFile: read.file('policyFile') ?? 'app/policy.yaml',
    geoDatabases: read.files('geoDatabase'),
    allowedCidrs: readCidrs(read),
    actionCredentialSecretArn: readSecretArn(read, 'actionCredentialSecretArn'),
    abuseIpdbSecretArn: readSecretArn(read, 'abuseIpdbSecretArn'),
    credentialPreviousTtl: readPreviousTtl(read),
    credentialHeader: (
      read.matching('credentialHeader', /^[A-Za-z0-9][A-Za-z0-9-]+$/, 'a header name') ??
      'x-api-key'
    ).toLowerCase(),
    issuerPort: read.number('issuerPort', 443, 1, 65_535),
    // The lowest that AWS WAF takes is 10.
    unauthenticatedLimit: read.number('unauthenticatedLimit', 1000, 10, 2_000_000),
    imageUri: read.matching(
      'imageUri',
      /^[^\s/]+(\/[^\s/]+)+$/,
      'the name of an image with its registry',
    ),
    deletionProtection: read.oneOf('deletionProtection', ['true', 'false'], 'true') === 'true',
    ...readAddressConfig(read),
    logLevel: read.oneOf('logLevel', LOG_LEVELS, 'info'),
    decisionLogIssuedPercent: read.number('decisionLogIssuedPercent', 100, 0, 100),
    decisionLogAddress: read.oneOf('decisionLogAddress', ADDRESS_FORMATS, 'whole'),
    tags: read.record('tags'),
    foreignContext: [],
  };
  const tasksAreWrong = read.isWrong('minimumTasks') || read.isWrong('maximumTasks');
  if (config.maximumTasks < config.minimumTasks && !tasksAreWrong) {
    read.mistake(`maximumTasks is below minimumTasks (${config.minimumTasks}): raise it.`);
  }
  if (config.credentialHeader !== 'x-api-key' && config.actionCredentialSecretArn === undefined) {
    // The firewall would throttle the calls that show the generated credential, and log it.
    read.mistake(
      'credentialHeader is set without actionCredentialSecretArn: the generated credential is shown in x-api-key, so set both or neither.',
    );
  }
  return { ...config, foreignContext: read.finish() };
}

function readEgress(read: ConfigReader): EgressConfig {
  const kind = read.oneOf('egress', ['nat', 'public'], 'nat');
  const gateways = read.number('natGateways', 1, 1, 2);
  if (kind !== 'public') return { kind: 'nat', gateways };
  if (read.isSet('natGateways'))
    read.mistake('natGateways is set, but egress is public: remove one of them.');
  return { kind: 'public' };
}

function readZones(read: ConfigReader): readonly string[] {
  const zones = read.list('availabilityZones');
  const named = zones.every((zone) => /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(zone));
  if (zones.length > 0 && !(named && new Set(zones).size === 2 && zones.length === 2)) {
    read.mistake(
      `availabilityZones is "${zones.join(',')}": set it to two zones of the region, such as us-east-1a,us-east-1b.`,
    );
  }
  return zones;
}

function readTask(read: ConfigReader): Config['task'] {
  const cpu = Number(read.oneOf('taskCpu', Object.keys(TASK_SIZES), '512'));
  const sizes = read.isWrong('taskCpu')
    ? Object.values(TASK_SIZES).flat()
    : (TASK_SIZES[cpu] ?? []);
  const smallest = String(Math.max(1024, sizes[0] ?? 1024));
  return { cpu, memory: Number(read.oneOf('taskMemory', sizes.map(String), smallest)) };
}

function readCidrs(read: ConfigReader): readonly string[] {
  return read.list('allowedCidrs').flatMap((text) => {
    // In canonical form: AWS WAF takes an IPv4-mapped block for an IPv6 block, which nobody calls from.
    const cidr = text.includes('/') ? parseCidr(text)?.text : undefined;
    if (cidr === undefined) {
      read.mistake(
        `allowedCidrs holds "${text}", which is no CIDR: write e.g. 192.0.2.0/24 or 192.0.2.7/32.`,
      );
      return [];
    }
    if (cidr.endsWith('/0')) {
      // AWS WAF takes every prefix but this one.
      read.mistake(
        `allowedCidrs holds "${text}", which is everybody: leave allowedCidrs empty for that.`,
      );
    }
    return [cidr];
  });
}

type AddressConfig = Pick<
  Config,
  'addressHeaders' | 'trustedProxyHops' | 'signedAddress' | 'addressSignatureSecretArn'
>;

/** By the service's own check: what would end its start ends synth. */
function readAddressConfig(read: ConfigReader): AddressConfig {
  const settings = { headers: 'addressHeaders', hops: 'trustedProxyHops' };
  const trustedProxyHops = read.number(settings.hops, 0, 0, MAX_TRUSTED_PROXY_HOPS);
  const addressSignatureSecretArn = readSecretArn(read, 'addressSignatureSecretArn');
  const signed = read.oneOf('signedAddress', ['true', 'false'], 'false') === 'true';
  if (read.isSet('addressSignatureSecretArn') && read.isSet('signedAddress') && !signed) {
    read.mistake(
      'addressSignatureSecretArn is set, but signedAddress is false: remove one of them.',
    );
  }
  const signedAddress = signed || addressSignatureSecretArn !== undefined;
  const text = read.text(settings.headers) ?? DEFAULT_ADDRESS_HEADER;
  const { names, issues } = parseAddressHeaders(text, {
    trustedProxyHops,
    signed: signedAddress,
    settings,
  });
  for (const issue of issues) read.mistake(issue);
  const addressHeaders = names.join(',');
  return { addressHeaders, trustedProxyHops, signedAddress, addressSignatureSecretArn };
}

function readPreviousTtl(read: ConfigReader): string {
  return (
    read.parsed('credentialPreviousTtl', parsePreviousTtl, PREVIOUS_TTL_FORM) ??
    DEFAULT_PREVIOUS_TTL
  );
}

function readSecretArn(read: ConfigReader, name: string): string | undefined {
  // With the six characters that Secrets Manager appends: IAM is then granted this secret alone.
  const arn = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}$/;
  return read.matching(name, arn, 'the complete ARN of a secret');
}
