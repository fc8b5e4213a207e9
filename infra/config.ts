import { parseCidr } from '../app/src/signals/address/ranges.ts';
import { ConfigReader } from './config-reader.ts';

/** How the identity server reaches the service over HTTPS. */
export type EndpointConfig =
  /** No domain: CloudFront's own name in front of an internal load balancer. */
  | { readonly kind: 'cloudfront'; readonly prefixListId: string | undefined }
  /** A public load balancer, with a certificate and a DNS record that the stack makes. */
  | {
      readonly kind: 'hosted-zone';
      readonly domainName: string;
      readonly hostedZoneId: string;
      readonly hostedZoneName: string;
    }
  /** A public load balancer with a certificate that exists; its DNS record is yours to make. */
  | { readonly kind: 'certificate'; readonly domainName: string; readonly certificateArn: string };

/** How the tasks reach the internet. */
export type EgressConfig =
  | { readonly kind: 'nat'; readonly gateways: number }
  /** Tasks with public addresses and no way in: no fixed cost for NAT. */
  | { readonly kind: 'public' };

/** Everything that can be chosen of the stack. README.md has the table with defaults. */
export interface Config {
  readonly endpoint: EndpointConfig;
  readonly egress: EgressConfig;
  readonly task: { readonly cpu: number; readonly memory: number };
  readonly minimumTasks: number;
  readonly maximumTasks: number;
  readonly logRetentionDays: number;
  readonly alarmEmail: string | undefined;
  readonly policyFile: string;
  /** A file; the image's own database when absent. */
  readonly geoDatabase: string | undefined;
  /** Where the identity server calls from; empty lets everybody reach the check of the credential. */
  readonly allowedCidrs: readonly string[];
  readonly actionCredentialSecretArn: string | undefined;
  readonly abuseIpdbSecretArn: string | undefined;
  /** Header of the API key, or `authorization`: what is redacted in logs, and never throttled. */
  readonly credentialHeader: string;
  /** Requests without a credential, of everybody together, in five minutes. */
  readonly unauthenticatedLimit: number;
  readonly imageUri: string | undefined;
  readonly deletionProtection: boolean;
  readonly addressHeaders: string;
  readonly trustedProxyHops: number;
  readonly logLevel: string;
  readonly tags: Readonly<Record<string, string>>;
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

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

/**
 * Reads the configuration from CDK's context: `cdk.json`'s `riskGate`, over which `-c name=value` goes.
 *
 * @throws ConfigError with a sentence for each mistake.
 */
export function readConfig(context: Readonly<Record<string, unknown>>): Config {
  const read = new ConfigReader(context);
  const config: Config = {
    endpoint: readEndpoint(read),
    egress:
      read.oneOf('egress', ['nat', 'public'], 'nat') === 'public'
        ? { kind: 'public' }
        : { kind: 'nat', gateways: read.number('natGateways', 1, 1, 2) },
    task: readTask(read),
    minimumTasks: read.number('minimumTasks', 2, 2, 100),
    maximumTasks: read.number('maximumTasks', 10, 2, 1000),
    logRetentionDays: Number(read.oneOf('logRetentionDays', RETENTIONS.map(String), '90')),
    alarmEmail: read.matching('alarmEmail', /^\S+@\S+\.\S+$/, 'an e-mail address'),
    policyFile: read.text('policyFile') ?? 'app/policy.yaml',
    geoDatabase: read.text('geoDatabase'),
    allowedCidrs: readCidrs(read),
    actionCredentialSecretArn: readSecretArn(read, 'actionCredentialSecretArn'),
    abuseIpdbSecretArn: readSecretArn(read, 'abuseIpdbSecretArn'),
    credentialHeader: (
      read.matching('credentialHeader', /^[A-Za-z0-9][A-Za-z0-9-]+$/, 'a header name') ??
      'x-api-key'
    ).toLowerCase(),
    // The lowest that AWS WAF takes is 10.
    unauthenticatedLimit: read.number('unauthenticatedLimit', 1000, 10, 2_000_000),
    imageUri: read.matching(
      'imageUri',
      /^[^\s/]+(\/[^\s/]+)+$/,
      'the name of an image with its registry',
    ),
    deletionProtection: read.oneOf('deletionProtection', ['true', 'false'], 'true') === 'true',
    addressHeaders: read.text('addressHeaders') ?? 'x-client-source-ip',
    trustedProxyHops: read.number('trustedProxyHops', 0, 0, 32),
    logLevel: read.oneOf('logLevel', LOG_LEVELS, 'info'),
    tags: read.record('tags'),
  };
  if (config.maximumTasks < config.minimumTasks) {
    read.mistake(`maximumTasks is below minimumTasks (${config.minimumTasks}): raise it.`);
  }
  read.finish();
  return config;
}

function readEndpoint(read: ConfigReader): EndpointConfig {
  const domainName = read.matching('domainName', /^([a-z0-9-]+\.)+[a-z]{2,}$/, 'a domain name');
  const hostedZoneId = read.matching('hostedZoneId', /^Z[A-Z0-9]+$/, 'the id of a hosted zone');
  const hostedZoneName = read.text('hostedZoneName');
  const certificateArn = read.matching(
    'certificateArn',
    /^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/\S+$/,
    'the ARN of an ACM certificate',
  );
  const prefixListId = read.matching(
    'cloudFrontPrefixListId',
    /^pl-[0-9a-f]+$/,
    'the id of a prefix list',
  );
  if (domainName === undefined) {
    for (const [name, value] of Object.entries({ hostedZoneId, hostedZoneName, certificateArn })) {
      if (value !== undefined) {
        read.mistake(
          `${name} is set without domainName: set the name under which the service is reached.`,
        );
      }
    }
    return { kind: 'cloudfront', prefixListId };
  }
  if (certificateArn !== undefined) {
    if (hostedZoneId !== undefined || hostedZoneName !== undefined) {
      read.mistake('certificateArn and a hosted zone are both set: set one of them.');
    }
    return { kind: 'certificate', domainName, certificateArn };
  }
  if (hostedZoneId === undefined || hostedZoneName === undefined) {
    read.mistake(
      'domainName is set without hostedZoneId and hostedZoneName, or certificateArn: set the zone to put the name into, or a certificate for it.',
    );
  } else if (domainName !== hostedZoneName && !domainName.endsWith(`.${hostedZoneName}`)) {
    read.mistake(
      `domainName ${domainName} is not in the zone ${hostedZoneName}: correct one of them.`,
    );
  }
  return {
    kind: 'hosted-zone',
    domainName,
    hostedZoneId: hostedZoneId ?? '',
    hostedZoneName: hostedZoneName ?? '',
  };
}

function readTask(read: ConfigReader): Config['task'] {
  const cpu = Number(read.oneOf('taskCpu', Object.keys(TASK_SIZES), '512'));
  const sizes = TASK_SIZES[cpu] ?? [];
  const smallest = String(Math.max(1024, sizes[0] ?? 1024));
  return { cpu, memory: Number(read.oneOf('taskMemory', sizes.map(String), smallest)) };
}

function readCidrs(read: ConfigReader): readonly string[] {
  const cidrs = read.list('allowedCidrs');
  for (const cidr of cidrs) {
    if (!cidr.includes('/') || parseCidr(cidr) === undefined) {
      read.mistake(
        `allowedCidrs holds "${cidr}", which is no CIDR: write e.g. 192.0.2.0/24 or 192.0.2.7/32.`,
      );
    }
  }
  return cidrs;
}

function readSecretArn(read: ConfigReader, name: string): string | undefined {
  // With the six characters that Secrets Manager appends: IAM is then granted this secret alone.
  const arn = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}$/;
  return read.matching(name, arn, 'the complete ARN of a secret');
}
