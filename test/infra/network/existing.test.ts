import {
  type Configuration,
  LOAD_BALANCER_SUBNETS,
  synthesize,
  TASK_SUBNETS,
} from '../../support/stack.ts';

describe.each<[configuration: Configuration, scheme: string, publicAddress: string]>([
  ['an existing network', 'internal', 'DISABLED'],
  ['an existing network, certificate', 'internet-facing', 'DISABLED'],
  ['an existing network, egress public', 'internal', 'ENABLED'],
])('With %s', (configuration, scheme, publicAddress) => {
  const stack = synthesize(configuration);

  test('the stack creates only security groups and their rules in the VPC', () => {
    const types = stack.resources().map(({ Type }) => Type);
    expect([...new Set(types.filter((type) => type.startsWith('AWS::EC2::')))].sort()).toEqual([
      'AWS::EC2::SecurityGroup',
      'AWS::EC2::SecurityGroupEgress',
      'AWS::EC2::SecurityGroupIngress',
    ]);
    expect(types.filter((type) => /^Custom::(Zones|Vpc)/.test(type))).toEqual([]);
    const vpcs = stack.resources<{ VpcId: unknown }>('AWS::EC2::SecurityGroup');
    expect(vpcs.map(({ Properties }) => Properties.VpcId)).toEqual(
      vpcs.map(() => 'vpc-0123456789abcdef0'),
    );
  });

  test('tasks and load balancer are in the subnets of the operator', () => {
    const { Properties: service } = stack.only<{
      NetworkConfiguration: {
        AwsvpcConfiguration: { Subnets: unknown[]; AssignPublicIp: string };
      };
    }>('AWS::ECS::Service');
    expect(service.NetworkConfiguration.AwsvpcConfiguration).toMatchObject({
      Subnets: TASK_SUBNETS,
      AssignPublicIp: publicAddress,
    });
    expect(stack.only('AWS::ElasticLoadBalancingV2::LoadBalancer').Properties).toMatchObject({
      Scheme: scheme,
      Subnets: LOAD_BALANCER_SUBNETS,
    });
    expect(stack.only('AWS::ElasticLoadBalancingV2::TargetGroup').Properties).toMatchObject({
      VpcId: 'vpc-0123456789abcdef0',
    });
  });

  test('no log group is for flow logs, which the owner of the VPC keeps', () => {
    expect(stack.text).not.toMatch(/FlowLog/);
  });
});
