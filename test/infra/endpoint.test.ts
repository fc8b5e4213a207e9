import { ACTION_PATH } from '../../app/src/http/paths.ts';
import {
  CERTIFICATE_ARN,
  type Configuration,
  contextOf,
  MODES,
  synthesize,
  synthesizeNow,
  target,
} from '../support/stack.ts';

const LISTENER = 'AWS::ElasticLoadBalancingV2::Listener';
const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

interface Distribution {
  readonly DistributionConfig: {
    readonly IPV6Enabled: boolean;
    readonly DefaultCacheBehavior: Readonly<Record<string, unknown>>;
    readonly Origins: readonly { readonly VpcOriginConfig: Readonly<Record<string, unknown>> }[];
  };
}

// Otherwise an identity server could connect over IPv6, which an allow list of IPv4 networks would refuse.
test.each(MODES)('With %s, the endpoint has IPv4 addresses only', (mode) => {
  const stack = synthesize(mode);
  expect(stack.only(LOAD_BALANCER).Properties.IpAddressType ?? 'ipv4').toBe('ipv4');
  const distributions = stack.resources<Distribution>('AWS::CloudFront::Distribution');
  expect(distributions.map((each) => each.Properties.DistributionConfig.IPV6Enabled)).toEqual(
    mode.startsWith('cloudfront') ? [false] : [],
  );
});

describe('With CloudFront', () => {
  const stack = () => synthesize();
  const distribution = () =>
    stack().only<Distribution>('AWS::CloudFront::Distribution').Properties.DistributionConfig;

  test('forwards every request unchanged, over HTTPS and without caching', () => {
    expect(distribution()).toMatchObject({
      Enabled: true,
      DefaultCacheBehavior: {
        ViewerProtocolPolicy: 'https-only',
        AllowedMethods: expect.arrayContaining(['POST']),
        // The ids of the managed policies CachingDisabled and AllViewer.
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        OriginRequestPolicyId: '216adef6-5c7f-47e4-b989-5492eafa07d3',
      },
    });
  });

  test('has the load balancer as its private origin, on the port of the listener', () => {
    const balancer = stack().only(LOAD_BALANCER).id;
    const origin = stack().only<{ VpcOriginEndpointConfig: Record<string, unknown> }>(
      'AWS::CloudFront::VpcOrigin',
    );
    expect(origin.Properties.VpcOriginEndpointConfig).toMatchObject({
      Arn: { Ref: balancer },
      OriginProtocolPolicy: 'http-only',
    });
    expect(stack().only(LISTENER).Properties).toMatchObject({ Port: 80, Protocol: 'HTTP' });
    const [first, ...others] = distribution().Origins;
    expect(target(first?.VpcOriginConfig.VpcOriginId)).toBe(origin.id);
    expect(others).toEqual([]);
  });

  test('creates the origin after the listener', () => {
    expect(stack().only('AWS::CloudFront::VpcOrigin').DependsOn).toContain(
      stack().only(LISTENER).id,
    );
  });

  test('closes idle connections before the load balancer does', () => {
    const { LoadBalancerAttributes } = stack().only<{
      LoadBalancerAttributes: { Key: string; Value: string }[];
    }>(LOAD_BALANCER).Properties;
    const idle = LoadBalancerAttributes.find(({ Key }) => Key === 'idle_timeout.timeout_seconds');
    const [origin] = distribution().Origins;
    expect(Number(origin?.VpcOriginConfig.OriginKeepaliveTimeout)).toBeGreaterThan(5);
    expect(Number(origin?.VpcOriginConfig.OriginKeepaliveTimeout)).toBeLessThan(
      Number(idle?.Value),
    );
  });

  test.each<[configuration: Configuration, fallback: string | undefined]>([
    ['cloudfront, egress nat', 'pl-3b927c52'],
    ['in eu-central-1', 'pl-a3a144ca'],
    ['in ap-southeast-1', 'pl-31a34658'],
    ['in eu-south-2', undefined],
  ])(
    '%s, the load balancer admits the prefix list that is looked up',
    (configuration, fallback) => {
      const { id, Properties } = synthesize(configuration).only<{ Fallback?: string }>(
        'Custom::PrefixList',
      );
      expect(admitted(configuration)).toEqual({ 'Fn::GetAtt': [id, 'Id'] });
      expect(Properties.Fallback).toBe(fallback);
    },
  );

  test('the load balancer admits a configured prefix list, and none is looked up', () => {
    expect(admitted('a configured prefix list')).toBe('pl-0123456789abcdef0');
    expect(synthesize('a configured prefix list').resources('Custom::PrefixList')).toEqual([]);
  });

  test('the endpoint has the domain name of the distribution', () => {
    const { id } = stack().only('AWS::CloudFront::Distribution');
    expect(stack().outputs.ActionEndpoint).toEqual({
      'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [id, 'DomainName'] }, ACTION_PATH]],
    });
  });
});

/** Returns the prefix list of the only rule with one. */
function admitted(configuration: Configuration): unknown {
  const rules = synthesize(configuration)
    .resources<{ SourcePrefixListId?: unknown }>('AWS::EC2::SecurityGroupIngress')
    .flatMap(({ Properties }) => Properties.SourcePrefixListId ?? []);
  expect(rules).toHaveLength(1);
  return rules[0];
}

describe.each(['hosted zone', 'certificate'] as const)('With a domain and a %s', (kind) => {
  const stack = () => synthesize(`${kind}, egress nat`);

  test('the load balancer listens for HTTPS only, with at least TLS 1.2', () => {
    expect(stack().only(LISTENER).Properties).toMatchObject({
      Port: 443,
      Protocol: 'HTTPS',
      // TLS 1.2 and 1.3, and classical key exchange beside the post-quantum one: Java 11 can connect.
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
      DefaultActions: [
        {
          Type: 'forward',
          TargetGroupArn: { Ref: stack().only('AWS::ElasticLoadBalancingV2::TargetGroup').id },
        },
      ],
    });
  });

  test('there is no CloudFront', () => {
    expect(stack().text).not.toContain('AWS::CloudFront');
  });

  test('the endpoint has the configured domain name', () => {
    expect(stack().outputs.ActionEndpoint).toBe(`https://gate.example.com${ACTION_PATH}`);
  });
});

test('With a hosted zone, the stack creates the certificate and the DNS record', () => {
  const stack = synthesize('hosted zone, egress nat');
  const certificate = stack.only('AWS::CertificateManager::Certificate');
  expect(certificate.Properties).toMatchObject({
    DomainName: 'gate.example.com',
    ValidationMethod: 'DNS',
    DomainValidationOptions: [
      { DomainName: 'gate.example.com', HostedZoneId: 'Z0123456789EXAMPLE' },
    ],
  });
  expect(stack.only(LISTENER).Properties).toMatchObject({
    Certificates: [{ CertificateArn: { Ref: certificate.id } }],
  });
  expect(stack.only('AWS::Route53::RecordSet').Properties).toMatchObject({
    Name: 'gate.example.com.',
    Type: 'A',
    HostedZoneId: 'Z0123456789EXAMPLE',
    AliasTarget: {
      HostedZoneId: { 'Fn::GetAtt': [stack.only(LOAD_BALANCER).id, 'CanonicalHostedZoneID'] },
    },
  });
});

test('With a certificate, the stack uses it and creates no DNS record', () => {
  const stack = synthesize('certificate, egress nat');
  expect(stack.only(LISTENER).Properties).toMatchObject({
    Certificates: [{ CertificateArn: CERTIFICATE_ARN }],
  });
  expect(stack.resources('AWS::Route53::RecordSet')).toEqual([]);
  expect(stack.resources('AWS::CertificateManager::Certificate')).toEqual([]);
  // The operator creates the record.
  expect(stack.outputs.LoadBalancerDnsName).toEqual({
    'Fn::GetAtt': [stack.only(LOAD_BALANCER).id, 'DNSName'],
  });
});

test('A certificate in another region stops synth, because the load balancer cannot use it', async () => {
  const elsewhere = CERTIFICATE_ARN.replace('us-east-1', 'eu-west-1');
  await expect(
    synthesizeNow({ ...contextOf('certificate, egress nat'), certificateArn: elsewhere }),
  ).rejects.toThrow(/^certificateArn must be a certificate in us-east-1, .*, got one in eu-west-1/);
});
