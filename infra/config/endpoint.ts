import { isSet } from '../../app/src/config/options.ts';
import type { StackOptions } from './option-table.ts';

/** How the identity server reaches the service over HTTPS. */
export type EndpointConfig =
  /** Without a domain: CloudFront's domain name, and an internal load balancer behind it. */
  | {
      readonly kind: 'cloudfront';
      readonly prefixListId: string | undefined;
      /** Whether CloudFront writes standard logs. */
      readonly logs: boolean;
    }
  /** A public load balancer; the stack creates its certificate and DNS record. */
  | {
      readonly kind: 'hosted-zone';
      readonly domainName: string;
      readonly hostedZoneId: string;
      readonly hostedZoneName: string;
    }
  /** A public load balancer with an existing certificate; the operator creates the DNS record. */
  | { readonly kind: 'certificate'; readonly domainName: string; readonly certificateArn: string };

type EndpointOptions = Pick<
  StackOptions,
  | 'domainName'
  | 'hostedZoneId'
  | 'hostedZoneName'
  | 'certificateArn'
  | 'cloudFrontPrefixListId'
  | 'cloudFrontLogs'
  | 'decisionDeadlineMs'
>;

/**
 * The longest deadline behind CloudFront: with 1 s to connect and 300 ms for the network, it fits into the 3 s that the
 * identity server waits.
 */
export const MAX_CLOUDFRONT_DEADLINE_MS = 1_700;

/**
 * Returns an issue for each conflict between the options of the endpoint.
 *
 * @param values raw values: an option that is set but invalid has an issue already, and is not reported as missing.
 */
export function checkEndpoint(
  options: Partial<EndpointOptions>,
  values: Readonly<Record<string, unknown>>,
): readonly string[] {
  const has = (name: keyof EndpointOptions) => isSet(values[name]);
  if (!has('domainName')) {
    const withoutDomain = (['hostedZoneId', 'hostedZoneName', 'certificateArn'] as const)
      .filter(has)
      .map((name) => `${name} is set without domainName: set the domain name of the endpoint.`);
    return [...withoutDomain, ...checkCloudFrontDeadline(options)];
  }
  const { domainName, hostedZoneName } = options;
  if (domainName === undefined) return [];
  const issues: string[] = [];
  if (has('cloudFrontPrefixListId')) {
    issues.push(
      'cloudFrontPrefixListId and domainName are both set, but an endpoint with a domain has no CloudFront: remove one of them.',
    );
  }
  if (options.cloudFrontLogs === true) {
    issues.push(
      'cloudFrontLogs and domainName are both set, but an endpoint with a domain has no CloudFront: remove one of them.',
    );
  }
  if (has('certificateArn')) {
    if (has('hostedZoneId') || has('hostedZoneName')) {
      issues.push('certificateArn and a hosted zone are both set: remove one of them.');
    }
  } else if (!has('hostedZoneId') || !has('hostedZoneName')) {
    issues.push(
      'domainName is set without a hosted zone or certificate: set hostedZoneId and hostedZoneName, or certificateArn.',
    );
  } else if (hostedZoneName !== undefined && !isInZone(domainName, hostedZoneName)) {
    issues.push(
      `domainName ${domainName} is not in the zone ${hostedZoneName}: correct one of them.`,
    );
  }
  return issues;
}

function checkCloudFrontDeadline({
  decisionDeadlineMs,
}: Partial<EndpointOptions>): readonly string[] {
  if (decisionDeadlineMs === undefined || decisionDeadlineMs <= MAX_CLOUDFRONT_DEADLINE_MS)
    return [];
  return [
    `decisionDeadlineMs must be at most ${MAX_CLOUDFRONT_DEADLINE_MS} without domainName, because CloudFront may need 1 s to connect and the identity server waits 3 s, got "${decisionDeadlineMs}".`,
  ];
}

/** Returns the endpoint of options without conflicts. */
export function toEndpoint(options: EndpointOptions): EndpointConfig {
  const { domainName, certificateArn, hostedZoneId = '', hostedZoneName = '' } = options;
  if (domainName === undefined) {
    return {
      kind: 'cloudfront',
      prefixListId: options.cloudFrontPrefixListId,
      logs: options.cloudFrontLogs,
    };
  }
  if (certificateArn !== undefined) return { kind: 'certificate', domainName, certificateArn };
  return { kind: 'hosted-zone', domainName, hostedZoneId, hostedZoneName };
}

function isInZone(domainName: string, zone: string): boolean {
  return domainName === zone || domainName.endsWith(`.${zone}`);
}
