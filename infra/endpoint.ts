import { Stack } from 'aws-cdk-lib';
import {
  Certificate,
  CertificateValidation,
  type ICertificate,
} from 'aws-cdk-lib/aws-certificatemanager';
import { Peer, Port } from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { ConfigError } from '../app/src/config/options.ts';
import { CloudFront } from './cloudfront.ts';
import type { EndpointConfig } from './config/endpoint.ts';
import type { LoadBalancer } from './load-balancer.ts';
import type { Lookup } from './lookup.ts';

export interface EndpointProps {
  readonly config: EndpointConfig;
  readonly loadBalancer: LoadBalancer;
  readonly lookup: Lookup;
  readonly logRetentionDays: number;
}

/** The HTTPS endpoint, with a certificate that the identity server trusts. */
export class Endpoint extends Construct {
  readonly domainName: string;
  /** `https://…`, without a path. */
  readonly origin: string;
  /** CloudFront's distribution; undefined with a domain of the operator. */
  readonly distributionId: string | undefined;

  constructor(
    scope: Construct,
    id: string,
    { config, loadBalancer, lookup, logRetentionDays }: EndpointProps,
  ) {
    super(scope, id);
    if (config.kind === 'cloudfront') {
      const cloudFront = new CloudFront(this, 'CloudFront', {
        loadBalancer,
        lookup,
        prefixListId: config.prefixListId,
        logRetentionDays: config.logs ? logRetentionDays : undefined,
      });
      this.domainName = cloudFront.domainName;
      this.distributionId = cloudFront.distributionId;
    } else {
      this.#listen(loadBalancer, this.#certificate(config, loadBalancer.loadBalancer));
      this.domainName = config.domainName;
      this.distributionId = undefined;
    }
    this.origin = `https://${this.domainName}`;
  }

  #certificate(
    config: Exclude<EndpointConfig, { kind: 'cloudfront' }>,
    loadBalancer: elb.IApplicationLoadBalancer,
  ): ICertificate {
    if (config.kind === 'certificate') {
      const [, , , region] = config.certificateArn.split(':');
      if (region !== Stack.of(this).region) {
        throw new ConfigError(
          `certificateArn must be a certificate in ${Stack.of(this).region}, the region of the load balancer, got one in ${region}.`,
        );
      }
      return Certificate.fromCertificateArn(this, 'Certificate', config.certificateArn);
    }
    const { domainName, hostedZoneId, hostedZoneName: zoneName } = config;
    const zone = HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId, zoneName });
    new ARecord(this, 'Record', {
      zone,
      recordName: `${domainName}.`,
      target: RecordTarget.fromAlias(new LoadBalancerTarget(loadBalancer)),
    });
    return new Certificate(this, 'Certificate', {
      domainName,
      validation: CertificateValidation.fromDns(zone),
    });
  }

  #listen({ loadBalancer, targetGroup }: LoadBalancer, certificate: ICertificate): void {
    loadBalancer.addListener('Https', {
      protocol: elb.ApplicationProtocol.HTTPS,
      certificates: [certificate],
      // TLS 1.2 and 1.3 with forward secrecy and authenticated ciphers, and key exchange that resists quantum computers
      // for clients that offer it. Java 11 and later have all of it but the last.
      sslPolicy: elb.SslPolicy.TLS13_12_RES_PQ,
      defaultTargetGroups: [targetGroup],
      open: false,
    });
    loadBalancer.connections.allowFrom(
      Peer.anyIpv4(),
      Port.tcp(443),
      'The identity server; restricted by the firewall and the credential',
    );
  }
}
