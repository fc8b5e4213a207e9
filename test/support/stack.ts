import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AppOptions, type Context, createApp } from './app.ts';

export { type Context, createApp };

export interface Resource<P = Readonly<Record<string, unknown>>> {
  readonly id: string;
  readonly Type: string;
  readonly Properties: P;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

interface TemplateJson {
  readonly Resources: Readonly<Record<string, Omit<Resource, 'id'>>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface SynthesizedStack {
  /** The template as JSON. */
  readonly text: string;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Returns all resources, or those of a type. */
  resources<P = Readonly<Record<string, unknown>>>(type?: string): readonly Resource<P>[];
  /** Returns the only resource of a type. @throws Error if there are none or several. */
  only<P = Readonly<Record<string, unknown>>>(type: string): Resource<P>;
}

const DOMAIN = { domainName: 'gate.example.com' };
const ZONE = { ...DOMAIN, hostedZoneId: 'Z0123456789EXAMPLE', hostedZoneName: 'example.com' };
export const CERTIFICATE_ARN = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d';
const CERTIFICATE = { ...DOMAIN, certificateArn: CERTIFICATE_ARN };
const PUBLIC = { egress: 'public' };

export const TASK_SUBNETS = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
export const LOAD_BALANCER_SUBNETS = ['subnet-0123456789abcdef1', 'subnet-0123456789abcdef2'];
const EXISTING_NETWORK = {
  vpcId: 'vpc-0123456789abcdef0',
  taskSubnetIds: TASK_SUBNETS,
  loadBalancerSubnetIds: LOAD_BALANCER_SUBNETS,
};

const MODE_CONTEXTS = {
  'cloudfront, egress nat': {},
  'cloudfront, egress public': PUBLIC,
  'hosted zone, egress nat': ZONE,
  'hosted zone, egress public': { ...ZONE, ...PUBLIC },
  'certificate, egress nat': CERTIFICATE,
  'certificate, egress public': { ...CERTIFICATE, ...PUBLIC },
} as const;

export type Mode = keyof typeof MODE_CONTEXTS;

/** Each kind of endpoint with each kind of egress. */
export const MODES = Object.keys(MODE_CONTEXTS) as readonly Mode[];

const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:gate';
export const CREDENTIAL_ARN = `${SECRET}/credential-AbCdEf`;
export const KEY_ARN = `${SECRET}/abuseipdb-GhIjKl`;
export const SIGNATURE_ARN = `${SECRET}/signature-JkLmNo`;
export const PAGES_ARN = 'arn:aws:sns:us-east-1:111122223333:on-call';
export const TICKETS_ARN = 'arn:aws:sns:us-east-1:111122223333:work';
export const MAXMIND_ARN = `${SECRET}/maxmind-MnOpQr`;
export const IPINFO_ARN = `${SECRET}/ipinfo-StUvWx`;
const EXISTING_SECRETS = { actionCredentialSecretArn: CREDENTIAL_ARN, abuseIpdbSecretArn: KEY_ARN };
export const ALLOWED = ['192.0.2.0/24', '198.51.100.7/32', '2001:db8::/32'];
export const ECR_IMAGE = '444455556666.dkr.ecr.eu-west-1.amazonaws.com/team/risk-gate';
export const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** One feed of each content and credential that the stack knows. */
const FEEDS = {
  feeds: [
    'geolite2-country',
    'geolite2-asn#interval=24h',
    'geoip2-anonymous-ip',
    'ipinfo-lite',
    'abuseipdb-blacklist#minimum=25&limit=500000',
    'tor-exits',
    'partners=s3://partners/lists/v4%2C*.txt',
  ],
};

/** The configurations of the tests. `region` is the region of the stack. @default us-east-1 */
const CONTEXTS = {
  ...MODE_CONTEXTS,
  'configured zones': { availabilityZones: 'us-east-1b,us-east-1d' },
  'zones az1 and az2': { zoneIds: 'use1-az1,use1-az2' },
  'zones az2 and az4': { zoneIds: ['use1-az2', 'use1-az4'] },
  'three zones': { zoneIds: 'use1-az1,use1-az2,use1-az4' },
  'three zones, three NAT gateways': { zoneIds: 'use1-az1,use1-az2,use1-az4', natGateways: 3 },
  'zones by id, certificate, egress public': {
    ...CERTIFICATE,
    ...PUBLIC,
    zoneIds: 'use1-az5,use1-az6',
  },
  'a small network': { vpcCidr: '10.20.4.0/22' },
  'a small network, zones by id': { vpcCidr: '10.20.4.0/22', zoneIds: 'use1-az1,use1-az6' },
  'an existing network': EXISTING_NETWORK,
  'an existing network, certificate': { ...CERTIFICATE, ...EXISTING_NETWORK },
  'an existing network, allowed addresses': { ...EXISTING_NETWORK, allowedCidrs: ALLOWED },
  'an existing network, egress public': { ...EXISTING_NETWORK, ...PUBLIC },
  'in eu-central-1': { region: 'eu-central-1' },
  'in ap-southeast-1': { region: 'ap-southeast-1' },
  'in eu-south-2': { region: 'eu-south-2' },
  // Without VPC origins.
  'in ap-southeast-6': {
    ...DOMAIN,
    region: 'ap-southeast-6',
    certificateArn: 'arn:aws:acm:ap-southeast-6:111122223333:certificate/0a1b2c3d',
  },
  'a configured prefix list': {
    region: 'eu-south-2',
    cloudFrontPrefixListId: 'pl-0123456789abcdef0',
  },
  'two NAT gateways': { natGateways: 2 },
  'three to forty tasks': { minimumTasks: 3, maximumTasks: 40 },
  // The columns of the table in docs/costs.md, with the default.
  'the smallest stack': { egress: 'public', taskCpu: '256', taskMemory: '512' },
  'a highly available stack': { ...ZONE, natGateways: 2, minimumTasks: 4 },
  'large tasks': { taskCpu: '1024', taskMemory: '4096' },
  'settings of the service': {
    addressHeaders: 'X-Edge-IP',
    trustedProxyHops: 2,
    logLevel: 'debug',
    credentialPreviousTtl: '90m',
    decisionLogIssuedPercent: '25',
    decisionLogAddress: 'truncated',
    ...{ lookupBudgetUser: 1, lookupBudgetClient: '60000', lookupBudgetNetwork: 100 },
    ...{ lookupBudgetSubnet: 8, highScoreMemory: '2160h' },
    checkBlock: 'true',
  },
  'signed addresses': { signedAddress: 'true' },
  'signed addresses, existing secret': { addressSignatureSecretArn: SIGNATURE_ARN },
  'hashed addresses': { decisionLogAddress: 'hashed' },
  'deletion protection': { deletionProtection: 'true' },
  'no deletion protection': { deletionProtection: 'false' },
  'retained logs': { retainLogs: 'true', decisionLogAddress: 'hashed' },
  'container insights': { containerInsights: 'true' },
  'existing topics': { pagesTopicArn: PAGES_ARN, ticketsTopicArn: TICKETS_ARN },
  'an existing topic for pages, an address for tickets': {
    pagesTopicArn: PAGES_ARN,
    ticketEmail: 'team@example.com',
  },
  'a year of logs': { logRetentionDays: '365' },
  'an alarm address': { alarmEmail: 'ops@example.com' },
  'an address for tickets': { alarmEmail: 'ops@example.com', ticketEmail: 'team@example.com' },
  'configured thresholds': { blockRateCeiling: 35, noTrafficHours: 12 },
  tags: { tags: { team: 'iam', stage: 'production' } },
  'allowed addresses, cloudfront': { allowedCidrs: ALLOWED },
  'allowed addresses, certificate': { ...CERTIFICATE, allowedCidrs: ALLOWED },
  'allowed addresses, no canary': { ...PUBLIC, allowedCidrs: ALLOWED, canary: 'false' },
  'one allowed address': { allowedCidrs: '192.0.2.7/32' },
  'the lowest rate': { unauthenticatedLimit: '10' },
  'a limit for each address': { addressLimit: '200' },
  'a limit for each address, certificate': { ...CERTIFICATE, addressLimit: '200' },
  'the largest and most tasks': { maximumTasks: 1000, taskCpu: '2048', taskMemory: '4096' },
  'a deadline of 800 ms': { decisionDeadlineMs: '800' },
  'the longest deadline behind CloudFront': { decisionDeadlineMs: '1700' },
  'CloudFront logs': { cloudFrontLogs: 'true', logRetentionDays: '30' },
  'existing secrets': EXISTING_SECRETS,
  'an existing API key': { abuseIpdbSecretArn: KEY_ARN },
  'an existing credential in x-gate': { ...EXISTING_SECRETS, credentialHeader: 'X-Gate' },
  'an existing credential in authorization': {
    ...EXISTING_SECRETS,
    credentialHeader: 'authorization',
  },
  'an issuer at port 9443': { issuerPort: '9443' },
  'another policy': { policyFile: 'test/faults/policy.yaml' },
  'a country database': { geoDatabase: 'cdk.json' },
  'countries and networks': { geoDatabase: ['cdk.json', 'package.json'] },
  'an image by tag': { imageUri: `${ECR_IMAGE}:1.2.3` },
  'an image by digest': { imageUri: `${ECR_IMAGE}@${DIGEST}` },
  'an image by tag and digest': { imageUri: `${ECR_IMAGE}:1.2.3@${DIGEST}` },
  'another base image': {
    imageRevision: '2026-48',
    nodeImage: 'example.com/node:24',
    nodeBuildImage: 'example.com/node-build:24',
  },
  'an image without tag and digest': { imageUri: ECR_IMAGE },
  'an image of another registry': { imageUri: 'ghcr.io/team/risk-gate:1.2.3' },
  feeds: FEEDS,
  'feeds, allowed addresses': {
    ...{ ...CERTIFICATE, ...FEEDS, allowedCidrs: ALLOWED },
    blacklistMaxAge: '720h',
  },
  'feeds, existing secrets, egress public': {
    ...FEEDS,
    ...PUBLIC,
    ...{ maxMindSecretArn: MAXMIND_ARN, ipinfoSecretArn: IPINFO_ARN },
    ...{ feedRefreshMinutes: 15, blacklistMaxAge: '24h' },
  },
  'a list of CrowdSec': {
    feeds: 'crowdsec#integration=0123456789ab',
    crowdSecSecretArn: `${SECRET}/crowdsec-YzAbCd`,
  },
  'a feed without a credential': { feeds: 'dbip-country-lite', feedRefreshMinutes: '360' },
  'everything at once': {
    ...ZONE,
    ...EXISTING_SECRETS,
    natGateways: 2,
    allowedCidrs: ALLOWED,
    credentialHeader: 'x-gate',
    alarmEmail: 'ops@example.com',
    geoDatabase: 'cdk.json',
    imageUri: `${ECR_IMAGE}:1.2.3`,
    decisionLogAddress: 'hashed',
    addressSignatureSecretArn: SIGNATURE_ARN,
    tags: { team: 'iam' },
  },
} as const satisfies Record<string, Context>;

/** Each way to place the stack in a network, beside the default one. */
export const NETWORKS = [
  'configured zones',
  'zones az1 and az2',
  'three zones, three NAT gateways',
  'zones by id, certificate, egress public',
  'a small network, zones by id',
  'an existing network',
  'an existing network, certificate',
  'an existing network, egress public',
] as const satisfies readonly (keyof typeof CONTEXTS)[];

export type Configuration = keyof typeof CONTEXTS;

export const CONFIGURATIONS = Object.keys(CONTEXTS) as readonly Configuration[];

export const contextOf = (name: Configuration): Context => CONTEXTS[name];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/risk-gate');
const HOUR_MS = 3_600_000;
/** The inputs of a template. */
const SOURCES = ['app', 'infra', 'test/support/app.ts', 'test/support/stack.ts'];
const SOURCE_FILES = [
  '.dockerignore',
  'LICENSE',
  'NOTICE',
  'cdk.json',
  'package.json',
  'package-lock.json',
];

/**
 * Synthesizes without the cache. `directory` is the cloud assembly; it is removed after the tests of the file, and
 * contains the assets only if they are staged.
 */
export async function synthesizeNow(
  context: Context,
  options: AppOptions = { stageAssets: false },
): Promise<SynthesizedStack & { readonly directory: string }> {
  const { Template } = await import('aws-cdk-lib/assertions');
  const { app, stack } = await createApp(context, options);
  const { directory } = app.synth();
  // `fromStack` also rejects circular dependencies.
  const template = Template.fromStack(stack).toJSON() as TemplateJson;
  return { ...toStack(template, JSON.stringify(template)), directory };
}

/** @param text the template as JSON. */
function toStack(template: TemplateJson, text: string): SynthesizedStack {
  const { Resources, Outputs } = template;
  const all = Object.entries(Resources).map(
    ([id, resource]): Resource => ({ ...resource, id, Properties: resource.Properties ?? {} }),
  );
  const resources = <P>(type?: string) =>
    all.filter(({ Type }) => type === undefined || Type === type) as unknown as Resource<P>[];
  return {
    text,
    outputs: Object.fromEntries(Object.entries(Outputs).map(([name, { Value }]) => [name, Value])),
    resources,
    only<P>(type: string) {
      const found = resources<P>(type);
      const [first] = found;
      if (first === undefined || found.length > 1) {
        throw new Error(`Expected one resource of type ${type}, got ${found.length}.`);
      }
      return first;
    },
  };
}

/** Returns a folder whose name changes with every input of the templates. */
function cacheFolder(): string {
  const hash = createHash('sha256').update(process.version);
  const paths = SOURCES.flatMap((source) =>
    source.endsWith('.ts')
      ? source
      : readdirSync(join(ROOT, source), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
          // The template does not depend on them.
          .filter((path) => !/^(?:infra\/preflight|app\/(?:cli|dev))\//.test(path)),
  );
  for (const path of [...paths, ...SOURCE_FILES].sort()) {
    hash.update(`\0${path}\0`).update(readFileSync(join(ROOT, path)));
  }
  return join(CACHE, `templates-${hash.digest('hex').slice(0, 16)}`);
}

const templates = cacheFolder();

const fileOf = (name: Configuration) => join(templates, `${encodeURIComponent(name)}.json`);

/**
 * Writes the templates that are missing in the cache, because loading CDK takes seconds in each test file. The workers
 * of a run share the work: each writes templates that no other has begun.
 */
async function completeCache(): Promise<void> {
  if (!existsSync(templates)) startCache();
  let missing = CONFIGURATIONS.filter((name) => !existsSync(fileOf(name)));
  while (missing.length > 0) {
    for (const name of missing) if (claim(name)) await writeTemplate(name);
    missing = missing.filter((name) => !existsSync(fileOf(name)));
    // Other workers are writing them.
    if (missing.length > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const POLL_MS = 50;
/** After this time a claim counts as that of an aborted run. A template that is written twice does no harm. */
const MAX_CLAIM_AGE_MS = 30_000;

const claimOf = (name: Configuration) => `${fileOf(name)}.claim`;

/** Returns whether this process is to write a template: nobody has written it or is writing it. */
function claim(name: Configuration): boolean {
  const path = claimOf(name);
  const claimed = statSync(path, { throwIfNoEntry: false });
  if (claimed !== undefined) {
    if (Date.now() - claimed.mtimeMs < MAX_CLAIM_AGE_MS) return false;
    rmSync(path, { force: true });
  }
  try {
    writeFileSync(path, '', { flag: 'wx' });
  } catch {
    // Another process has just claimed it.
    return false;
  }
  if (!existsSync(fileOf(name))) return true;
  rmSync(path, { force: true });
  return false;
}

async function writeTemplate(name: Configuration): Promise<void> {
  try {
    const { text } = await synthesizeNow(CONTEXTS[name]);
    // Atomically, because other processes may read it.
    const unfinished = `${fileOf(name)}.${process.pid}`;
    writeFileSync(unfinished, text);
    renameSync(unfinished, fileOf(name));
  } finally {
    rmSync(claimOf(name), { force: true });
  }
}

/** Creates the folder, and removes those of other inputs that no run still uses. */
function startCache(): void {
  mkdirSync(templates, { recursive: true });
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > HOUR_MS) rmSync(path, { recursive: true, force: true });
  }
}

await completeCache();

const synthesized = new Map<Configuration, SynthesizedStack>();

/** Returns the stack of a configuration. @default the stack with all defaults */
export function synthesize(name: Configuration = 'cloudfront, egress nat'): SynthesizedStack {
  let stack = synthesized.get(name);
  if (stack === undefined) {
    const text = readFileSync(fileOf(name), 'utf8');
    stack = toStack(JSON.parse(text), text);
    synthesized.set(name, stack);
  }
  return stack;
}

/** Returns the logical id of the resource that a `Ref` or `Fn::GetAtt` refers to. */
export function target(reference: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (reference ?? {}) as {
    Ref?: string;
    'Fn::GetAtt'?: readonly [id: string, attribute: string];
  };
  return Ref ?? attribute?.[0];
}
