import { fileURLToPath } from 'node:url';
import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { VpcOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { type IPeer, Port } from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { CloudFrontLogs } from './cloudfront-logs.ts';
import type { LoadBalancer } from './load-balancer.ts';
import type { Lookup } from './lookup.ts';
import { accountWideName } from './names.ts';
import { CloudFrontPeer, ORIGIN_FACING_PREFIX_LISTS } from './network/cloudfront-prefix-list.ts';
import { createVpcOrigin } from './vpc-origin.ts';

export interface CloudFrontProps {
  readonly loadBalancer: LoadBalancer;
  readonly lookup: Lookup;
  /** CloudFront's prefix list in the region. @default it is looked up */
  readonly prefixListId: string | undefined;
  /** Days until standard logs expire. @default no standard logs */
  readonly logRetentionDays: number | undefined;
}

/**
 * Timeouts of CloudFront towards the load balancer, the shortest that whole seconds allow: connecting, and then waiting
 * for a decision within its deadline (`MAX_CLOUDFRONT_DEADLINE_MS`), must fit into the 3 s that the caller waits.
 */
const ORIGIN_CONNECT_TIMEOUT = Duration.seconds(1);
const ORIGIN_READ_TIMEOUT = Duration.seconds(2);

/**
 * An HTTPS endpoint without a domain of the operator: CloudFront has a name, a certificate, and a private connection to
 * the load balancer.
 */
export class CloudFront extends Construct {
  readonly domainName: string;
  readonly distributionId: string;

  constructor(scope: Construct, id: string, props: CloudFrontProps) {
    super(scope, id);
    const { loadBalancer, targetGroup, subnets } = props.loadBalancer;
    // HTTP: the traffic stays in AWS's network, and a certificate would need a domain.
    const listener = loadBalancer.addListener('Http', {
      protocol: elb.ApplicationProtocol.HTTP,
      port: 80,
      defaultTargetGroups: [targetGroup],
      open: false,
    });
    loadBalancer.connections.allowFrom(this.#peer(props), Port.tcp(80), 'CloudFront');
    const vpcOrigin = createVpcOrigin(this, { loadBalancer, subnets });
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: 'Risk Gate',
      ...(props.logRetentionDays !== undefined && {
        enableLogging: true,
        logBucket: new CloudFrontLogs(this, 'Logs', { retentionDays: props.logRetentionDays })
          .bucket,
      }),
      // An allow list of IPv4 addresses would block an identity server that connects over IPv6.
      enableIpv6: false,
      defaultBehavior: {
        origin: VpcOrigin.withVpcOrigin(vpcOrigin, {
          domainName: loadBalancer.loadBalancerDnsName,
          // One attempt: the identity server repeats a failed call itself, and gives up after 3 s.
          connectionAttempts: 1,
          connectionTimeout: ORIGIN_CONNECT_TIMEOUT,
          readTimeout: ORIGIN_READ_TIMEOUT,
          // Connections are kept alive, because opening one delays a login.
          keepaliveTimeout: Duration.seconds(55),
        }),
        cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
        originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER,
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        functionAssociations: [
          {
            eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
            function: this.#viewerAddressFunction(),
          },
        ],
      },
    });
    // CloudFront connects to the listener as soon as the origin is created.
    vpcOrigin.node.addDependency(listener);
    distribution.node.addDependency(listener);
    this.domainName = distribution.distributionDomainName;
    this.distributionId = distribution.distributionId;
  }

  /** Sets the header from which the firewall takes the caller's address. */
  #viewerAddressFunction(): cloudfront.Function {
    return new cloudfront.Function(this, 'ViewerAddress', {
      functionName: accountWideName(this, { purpose: 'viewer-address', maxLength: 64 }),
      comment: 'Writes the address of the caller into a header for the firewall',
      runtime: cloudfront.FunctionRuntime.JS_2_0,
      code: cloudfront.FunctionCode.fromFile({
        filePath: fileURLToPath(new URL('functions/viewer-address.js', import.meta.url)),
      }),
    });
  }

  /** Returns CloudFront as source of connections: the prefix list that is configured, else the one that is looked up. */
  #peer({ prefixListId, lookup }: CloudFrontProps): IPeer {
    if (prefixListId !== undefined) return new CloudFrontPeer(prefixListId, prefixListId);
    const known = ORIGIN_FACING_PREFIX_LISTS[Stack.of(this).region];
    return new CloudFrontPeer(lookup.cloudFrontPrefixList(known), known);
  }
}
