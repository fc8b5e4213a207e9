import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { VpcOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Peer, Port } from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { ConfigError } from '../app/src/config/options.ts';
import type { LoadBalancer } from './load-balancer.ts';
import { accountWideName } from './names.ts';

export interface CloudFrontProps {
  readonly loadBalancer: LoadBalancer;
  /** CloudFront's prefix list in the region. @default the id in `ORIGIN_FACING_PREFIX_LISTS` */
  readonly prefixListId: string | undefined;
}

/**
 * Ids of the managed prefix list `com.amazonaws.global.cloudfront.origin-facing` by region, from
 * `aws ec2 describe-managed-prefix-lists`. They do not change, and a template cannot look them up.
 */
const ORIGIN_FACING_PREFIX_LISTS: Readonly<Record<string, string>> = {
  'ap-northeast-1': 'pl-58a04531',
  'ap-northeast-2': 'pl-22a6434b',
  'ap-south-1': 'pl-9aa247f3',
  'ap-southeast-1': 'pl-31a34658',
  'ap-southeast-2': 'pl-b8a742d1',
  'ca-central-1': 'pl-38a64351',
  'eu-central-1': 'pl-a3a144ca',
  'eu-north-1': 'pl-fab65393',
  'eu-west-1': 'pl-4fa04526',
  'eu-west-2': 'pl-93a247fa',
  'eu-west-3': 'pl-75b1541c',
  'sa-east-1': 'pl-5da64334',
  'us-east-1': 'pl-3b927c52',
  'us-east-2': 'pl-b6a144df',
  'us-west-1': 'pl-4ea04527',
  'us-west-2': 'pl-82a045eb',
};

/**
 * An HTTPS endpoint without a domain of the operator: CloudFront has a name, a certificate, and a private connection to
 * the load balancer.
 */
export class CloudFront extends Construct {
  readonly domainName: string;

  constructor(scope: Construct, id: string, props: CloudFrontProps) {
    super(scope, id);
    const { loadBalancer, targetGroup } = props.loadBalancer;
    // HTTP: the traffic stays in AWS's network, and a certificate would need a domain.
    const listener = loadBalancer.addListener('Http', {
      protocol: elb.ApplicationProtocol.HTTP,
      port: 80,
      defaultTargetGroups: [targetGroup],
      open: false,
    });
    loadBalancer.connections.allowFrom(
      Peer.prefixList(props.prefixListId ?? this.#prefixListOfRegion()),
      Port.tcp(80),
      'CloudFront',
    );
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: 'Risk Gate',
      // An allow list of IPv4 addresses would block an identity server that connects over IPv6.
      enableIpv6: false,
      defaultBehavior: {
        origin: VpcOrigin.withApplicationLoadBalancer(loadBalancer, {
          vpcOriginName: accountWideName(this, { maxLength: 64 }),
          protocolPolicy: cloudfront.OriginProtocolPolicy.HTTP_ONLY,
          // Asgardeo's read timeout is 3 s. Connections are kept alive, because opening one delays a login.
          readTimeout: Duration.seconds(5),
          keepaliveTimeout: Duration.seconds(55),
        }),
        cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
        originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER,
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      },
    });
    // CloudFront connects to the listener as soon as the origin is created.
    distribution.node.addDependency(listener);
    this.domainName = distribution.distributionDomainName;
  }

  /** Uses a table, because a lookup would need credentials at synth. @throws ConfigError for an unknown region. */
  #prefixListOfRegion(): string {
    const { region } = Stack.of(this);
    const id = ORIGIN_FACING_PREFIX_LISTS[region];
    if (id !== undefined) return id;
    throw new ConfigError(
      `cloudFrontPrefixListId is not set and has no default in ${region}: set it to the id of com.amazonaws.global.cloudfront.origin-facing in that region, or set domainName.`,
    );
  }
}
