import { isSet } from '../../app/src/config/options.ts';
import type { StackOptions } from './option-table.ts';

/** How the identity server reaches the service over HTTPS. */
export type EndpointConfig =
  /** Without a domain: CloudFront's domain name, in front of an internal load balancer. */
  | { readonly kind: 'cloudfront'; readonly prefixListId: string | undefined }
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
  'domainName' | 'hostedZoneId' | 'hostedZoneName' | 'certificateArn' | 'cloudFrontPrefixListId'
>;

/**
 * Returns the issues of endpoint options that do not fit together.
 *
 * @param values raw values: an option that is set but invalid has an issue already, and is not missing.
 */
export function checkEndpoint(
  options: Partial<EndpointOptions>,
  values: Readonly<Record<string, unknown>>,
): readonly string[] {
  const has = (name: keyof EndpointOptions) => isSet(values[name]);
  if (!has('domainName')) {
    return (['hostedZoneId', 'hostedZoneName', 'certificateArn'] as const)
      .filter(has)
      .map((name) => `${name} is set without domainName: set the domain name of the endpoint.`);
  }
  const { domainName, hostedZoneName } = options;
  if (domainName === undefined) return [];
  const issues: string[] = [];
  if (has('cloudFrontPrefixListId')) {
    issues.push(
      'cloudFrontPrefixListId and domainName are both set: remove one of them, as with a domain there is no CloudFront.',
    );
  }
  if (has('certificateArn')) {
    if (has('hostedZoneId') || has('hostedZoneName')) {
      issues.push('certificateArn and a hosted zone are both set: set one of them.');
    }
  } else if (!has('hostedZoneId') || !has('hostedZoneName')) {
    issues.push(
      'domainName is set without hostedZoneId and hostedZoneName, or certificateArn: set the zone that will contain the name, or a certificate for the name.',
    );
  } else if (hostedZoneName !== undefined && !isInZone(domainName, hostedZoneName)) {
    issues.push(
      `domainName ${domainName} is not in the zone ${hostedZoneName}: correct one of them.`,
    );
  }
  return issues;
}

/** Chooses the endpoint; the options are known to fit together. */
export function toEndpoint(options: EndpointOptions): EndpointConfig {
  const { domainName, certificateArn, hostedZoneId = '', hostedZoneName = '' } = options;
  if (domainName === undefined) {
    return { kind: 'cloudfront', prefixListId: options.cloudFrontPrefixListId };
  }
  if (certificateArn !== undefined) return { kind: 'certificate', domainName, certificateArn };
  return { kind: 'hosted-zone', domainName, hostedZoneId, hostedZoneName };
}

function isInZone(domainName: string, zone: string): boolean {
  return domainName === zone || domainName.endsWith(`.${zone}`);
}
