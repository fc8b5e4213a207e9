import { OPTIONS } from '../../infra/config/option-table.ts';
import {
  CONFIGURATIONS,
  type Configuration,
  contextOf,
  type SynthesizedStack,
  synthesize,
  synthesizeNow,
  target,
} from '../support/stack.ts';

/** Properties whose change replaces a load balancer, so that a reference to it changes. */
const REPLACING = ['Name', 'Scheme', 'Type'];

/** Returns what CloudFormation compares to decide whether it updates a VPC origin, by logical id. */
function originsOf(stack: SynthesizedStack): ReadonlyMap<string, unknown> {
  const balancers = stack
    .resources('AWS::ElasticLoadBalancingV2::LoadBalancer')
    .map(({ id, Properties }) => [id, ...REPLACING.map((name) => Properties[name])]);
  return new Map(
    stack
      .resources('AWS::CloudFront::VpcOrigin')
      .map(({ id, Properties }) => [id, { Properties, balancers }]),
  );
}

describe('No change of the configuration updates a VPC origin, which AWS rejects', () => {
  test('between any two configurations', () => {
    const known = new Map<string, { readonly name: Configuration; readonly origin: unknown }>();
    const updates: string[] = [];
    for (const name of CONFIGURATIONS) {
      // Nothing moves a stack to another region.
      if ('region' in contextOf(name)) continue;
      for (const [id, origin] of originsOf(synthesize(name))) {
        const before = known.get(id);
        if (before === undefined) known.set(id, { name, origin });
        else if (JSON.stringify(before.origin) !== JSON.stringify(origin)) {
          updates.push(`${id}: from "${before.name}" to "${name}"`);
        }
      }
    }
    expect(updates).toEqual([]);
    expect(known.size).toBeGreaterThanOrEqual(1);
  });

  test('every option is in one of these configurations, in test/support/stack.ts', () => {
    const used = new Set(CONFIGURATIONS.flatMap((name) => Object.keys(contextOf(name))));
    // Nothing renames a stack: another name is another stack.
    const missing = Object.keys(OPTIONS).filter((name) => name !== 'stackName' && !used.has(name));
    expect(missing).toEqual([]);
  });

  test('with another value of a tag', async () => {
    const change = { tags: { team: 'platform', stage: 'production' } };
    const after = await synthesizeNow({ ...contextOf('tags'), ...change });
    expect(originsOf(after)).toEqual(originsOf(synthesize('tags')));
    expect(after.text).not.toBe(synthesize('tags').text);
  });
});

test('A load balancer with another logical id gets a VPC origin with another logical id and name', async () => {
  const { App, Stack } = await import('aws-cdk-lib');
  const { Vpc } = await import('aws-cdk-lib/aws-ec2');
  const { ApplicationLoadBalancer } = await import('aws-cdk-lib/aws-elasticloadbalancingv2');
  const { Template } = await import('aws-cdk-lib/assertions');
  const { createVpcOrigin } = await import('../../infra/vpc-origin.ts');
  const created = ['First', 'Second'].map((id) => {
    const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Stack', {
      env: { region: 'us-east-1' },
    });
    const vpc = new Vpc(stack, 'Vpc');
    const loadBalancer = new ApplicationLoadBalancer(stack, id, { vpc });
    createVpcOrigin(stack, { loadBalancer, subnets: vpc.privateSubnets });
    const [origin] = Object.entries(
      Template.fromStack(stack).findResources('AWS::CloudFront::VpcOrigin'),
    );
    return { id: origin?.[0], name: origin?.[1].Properties.VpcOriginEndpointConfig.Name };
  });
  expect(new Set(created.map(({ id }) => id)).size).toBe(2);
  expect(new Set(created.map(({ name }) => name)).size).toBe(2);
});

test('The VPC origin is not the one of 0.1.0, so that an upgrade creates a new one', async () => {
  const { readFileSync } = await import('node:fs');
  const file = new URL('../deploy/data/0.1.0/cloudfront.json', import.meta.url);
  const { Resources } = JSON.parse(readFileSync(file, 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: Record<string, never> }>;
  };
  const [before] = Object.entries(Resources).filter(
    ([, { Type }]) => Type === 'AWS::CloudFront::VpcOrigin',
  );
  const now = synthesize().only<{ VpcOriginEndpointConfig: { Name: string } }>(
    'AWS::CloudFront::VpcOrigin',
  );
  expect(before?.[0]).toMatch(/VpcOrigin/);
  expect(now.id).not.toBe(before?.[0]);
  expect(JSON.stringify(before)).not.toContain(now.Properties.VpcOriginEndpointConfig.Name);
});

test.each<[before: Configuration, after: Configuration, isNew: boolean]>([
  ['zones az1 and az2', 'zones az2 and az4', true],
  ['zones az1 and az2', 'three zones', true],
  ['cloudfront, egress nat', 'zones az1 and az2', true],
  ['three zones', 'three zones, three NAT gateways', false],
  ['cloudfront, egress nat', 'two NAT gateways', false],
])('After a change from %s to %s, there is a new VPC origin: %s', (before, after, isNew) => {
  const [one, other] = [before, after].map(
    (name) => synthesize(name).only('AWS::CloudFront::VpcOrigin').id,
  );
  expect(one !== other).toBe(isNew);
});

test.each<Configuration>(['cloudfront, egress nat', 'three zones'])(
  'With %s, the VPC origin is deleted before the subnets of the load balancer',
  (name) => {
    const stack = synthesize(name);
    const { Subnets } = stack.only<{ Subnets: unknown[] }>(
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
    ).Properties;
    expect(stack.only('AWS::CloudFront::VpcOrigin').DependsOn).toEqual(
      expect.arrayContaining(Subnets.map(target)),
    );
  },
);
