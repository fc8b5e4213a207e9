import { readFileSync } from 'node:fs';
import type { Context } from '../support/app.ts';
import { describeWithMoto } from '../support/moto.ts';
import { publishFunctionOf010, type Template010 } from './assets.ts';
import { contextArguments, IMAGE } from './cdk.ts';
import { deployVersion } from './deploy-version.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import {
  createExistingResources,
  DOMAIN,
  type ExistingResources,
  ZONE,
} from './existing-resources.ts';
import { protectionOf } from './protection.ts';
import { readSecret, writeSecret } from './secrets.ts';
import { type DeployedResource, type Event, failures, type Stacks, stacksOf } from './stacks.ts';

const ENDPOINTS = {
  cloudfront: () => ({}),
  certificate: ({ Certificate }: ExistingResources) => ({
    domainName: DOMAIN,
    certificateArn: Certificate,
  }),
  'hosted-zone': ({ Zone }: ExistingResources) => ({
    domainName: DOMAIN,
    hostedZoneId: Zone,
    hostedZoneName: ZONE,
  }),
};

type Endpoint = keyof typeof ENDPOINTS;

/** The files in data/0.1.0, without their extension. */
const TEMPLATES = (Object.keys(ENDPOINTS) as Endpoint[]).flatMap((endpoint) =>
  ['', '-public-egress'].flatMap((egress) =>
    ['', '-tags'].map((tags) => ({ name: `${endpoint}${egress}${tags}`, endpoint })),
  ),
);

/** The types whose resources an upgrade must keep: what is in them, or what depends on their ids, would be lost. */
const KEPT = [
  'AWS::CloudFront::Distribution',
  'AWS::DynamoDB::Table',
  'AWS::EC2::EIP',
  'AWS::EC2::NatGateway',
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::ECS::Cluster',
  'AWS::ECS::Service',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic',
];

const KEY = 'the-key-of-the-operator';

type Resources = Readonly<Record<string, DeployedResource>>;

interface Upgrade {
  readonly status: string;
  readonly before: Resources;
  readonly after: Resources;
  readonly events: readonly Event[];
  /** The values of the secrets, by ARN. */
  readonly secretsBefore: Readonly<Record<string, string>>;
  readonly secretsAfter: Readonly<Record<string, string>>;
}

/** Returns a template of 0.1.0 for the certificate and the hosted zone of this account. */
function templateOf010(name: string, { Certificate, Zone }: ExistingResources): Template010 {
  const text = readFileSync(new URL(`data/0.1.0/${name}.json`, import.meta.url), 'utf8')
    .replace(/arn:aws:acm:[^"]*/g, Certificate)
    .replaceAll('Z0123456789EXAMPLE', Zone);
  return JSON.parse(text);
}

/** Returns the options with which 0.1.0 was deployed, for this version. */
function contextOf(name: string, endpoint: Endpoint, existing: ExistingResources) {
  return {
    imageUri: IMAGE,
    ...ENDPOINTS[endpoint](existing),
    ...(name.includes('public-egress') && { egress: 'public' }),
    ...(name.endsWith('-tags') && { tags: { team: 'iam', stage: 'production' } }),
  };
}

async function secretsOf(aws: EmulatedAws, resources: Resources): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { Type, PhysicalResourceId: arn } of Object.values(resources)) {
    if (Type === 'AWS::SecretsManager::Secret') values[arn] = await readSecret(aws, arn);
  }
  return values;
}

/** Deploys 0.1.0, stores a key as its operator does, and deploys this version. */
async function upgrade(
  aws: EmulatedAws,
  stacks: Stacks,
  template: Template010,
  deploy: () => Promise<string>,
): Promise<Upgrade> {
  await publishFunctionOf010(aws, template);
  const created = await stacks.create(template);
  if (created !== 'CREATE_COMPLETE') {
    throw new Error(`0.1.0: ${created}\n${failures(await stacks.events()).join('\n')}`);
  }
  const before = await stacks.resources();
  const [key] = Object.entries(before).filter(([id]) => id.startsWith('SecretsAbuseIpdbKey'));
  await writeSecret(aws, key?.[1].PhysicalResourceId, KEY);
  const secretsBefore = await secretsOf(aws, before);
  const status = await deploy();
  const after = await stacks.resources();
  const events = await stacks.events();
  return {
    status,
    before,
    after,
    events,
    secretsBefore,
    secretsAfter: await secretsOf(aws, after),
  };
}

function idsOf(resources: Resources, types: readonly string[]): Record<string, string> {
  const entries = Object.entries(resources).filter(([, { Type }]) => types.includes(Type));
  return Object.fromEntries(
    entries.map(([id, { PhysicalResourceId }]) => [id, PhysicalResourceId]),
  );
}

function testUpgrade(upgraded: () => Upgrade): void {
  test('the update succeeds, and leaves nothing that it could not delete', () => {
    const { status, events } = upgraded();
    expect(failures(events)).toEqual([]);
    expect(status).toBe('UPDATE_COMPLETE');
  });

  test('no resource that has data or a name of its own is replaced or removed', () => {
    const { before, after } = upgraded();
    expect(idsOf(after, KEPT)).toMatchObject(idsOf(before, KEPT));
  });

  test('the secrets keep their values', () => {
    const { secretsBefore, secretsAfter } = upgraded();
    expect(Object.values(secretsBefore)).toContain(KEY);
    expect(secretsAfter).toMatchObject(secretsBefore);
  });
}

describeWithMoto('an upgrade from 0.1.0', () => {
  let aws: EmulatedAws;
  let stacks: Stacks;
  let existing: ExistingResources;

  async function startAccount(): Promise<void> {
    aws = await startEmulatedAws({ bootstrap: 'fast' });
    stacks = stacksOf(aws);
    existing = await createExistingResources(aws);
  }

  const deployWith = (context: Context) => deployVersion(aws, stacks, context);

  describe.each(TEMPLATES)('$name', ({ name, endpoint }) => {
    let upgraded: Upgrade;
    let context: ReturnType<typeof contextOf>;

    beforeAll(async () => {
      await startAccount();
      context = contextOf(name, endpoint, existing);
      const template = templateOf010(name, existing);
      upgraded = await upgrade(aws, stacks, template, () => deployWith(context));
    });

    afterAll(() => aws?.stop());

    testUpgrade(() => upgraded);

    test('the protection of the load balancer stays on', async () => {
      expect(await protectionOf(aws, stacks)).toBe('true');
    });

    if (endpoint === 'cloudfront') {
      test('the distribution moves to the new VPC origin before the old one is deleted', () => {
        const { before, after, events } = upgraded;
        const type = 'AWS::CloudFront::VpcOrigin';
        const [old] = Object.entries(idsOf(before, [type]));
        const [origin] = Object.entries(idsOf(after, [type]));
        expect(origin?.[0]).not.toBe(old?.[0]);
        const at = (wanted: Partial<Event>) =>
          events.findIndex((event) =>
            Object.entries(wanted).every(([field, value]) => event[field as keyof Event] === value),
          );
        const order = [
          at({ id: origin?.[0] ?? '', status: 'CREATE_COMPLETE' }),
          at({ type: 'AWS::CloudFront::Distribution', status: 'UPDATE_COMPLETE' }),
          at({ id: old?.[0] ?? '', status: 'DELETE_IN_PROGRESS' }),
          at({ id: old?.[0] ?? '', status: 'DELETE_COMPLETE' }),
        ];
        expect(order).not.toContain(-1);
        expect(order).toEqual([...order].sort((a, b) => a - b));
      });
    }

    if (name === endpoint) {
      test('the stack can be removed once its protection is off', async () => {
        expect(await deployWith({ ...context, deletionProtection: 'false' })).toBe(
          'UPDATE_COMPLETE',
        );
        expect(await stacks.delete()).toBe('DELETE_COMPLETE');
        expect(failures(await stacks.events())).toEqual([]);
      });
    }
  });

  describe('with cdk deploy', () => {
    let upgraded: Upgrade;

    beforeAll(async () => {
      await startAccount();
      const template = templateOf010('cloudfront', existing);
      upgraded = await upgrade(aws, stacks, template, async () => {
        const output = `--output=${aws.folder}/cdk.out`;
        await aws.cdk('deploy', '--require-approval=never', output, ...contextArguments({}));
        return stacks.status();
      });
    });

    afterAll(() => aws?.stop());

    testUpgrade(() => upgraded);

    test('the protection of the load balancer stays on', async () => {
      expect(await protectionOf(aws, stacks)).toBe('true');
    });
  });
});
