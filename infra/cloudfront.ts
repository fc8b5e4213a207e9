import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { VpcOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { type IPeer, Port } from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { LoadBalancer } from './load-balancer.ts';
import type { Lookup } from './lookup.ts';
import { accountWideName } from './names.ts';
import { CloudFrontPeer, ORIGIN_FACING_PREFIX_LISTS } from './network/cloudfront-prefix-list.ts';

export interface CloudFrontProps {
  readonly loadBalancer: LoadBalancer;
  readonly lookup: Lookup;
  /** CloudFront's prefix list in the region. @default it is looked up */
  readonly prefixListId: string | undefined;
}

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
    loadBalancer.connections.allowFrom(this.#peer(props), Port.tcp(80), 'CloudFront');
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

  /** Returns CloudFront as source of connections: the prefix list that is configured, else the one that is looked up. */
  #peer({ prefixListId, lookup }: CloudFrontProps): IPeer {
    if (prefixListId !== undefined) return new CloudFrontPeer(prefixListId, prefixListId);
    const known = ORIGIN_FACING_PREFIX_LISTS[Stack.of(this).region];
    return new CloudFrontPeer(lookup.cloudFrontPrefixList(known), known);
  }
}
