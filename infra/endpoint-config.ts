import { domainToASCII } from 'node:url';
import type { ConfigReader } from './config-reader.ts';

/** How the identity server reaches the service over HTTPS. */
export type EndpointConfig =
  /** No domain: CloudFront's own name in front of an internal load balancer. */
  | { readonly kind: 'cloudfront'; readonly prefixListId: string | undefined }
  /** A public load balancer, with a certificate and a DNS record that the stack makes. */
  | {
      readonly kind: 'hosted-zone';
      readonly domainName: string;
      readonly hostedZoneId: string;
      readonly hostedZoneName: string;
    }
  /** A public load balancer with a certificate that exists; its DNS record is yours to make. */
  | { readonly kind: 'certificate'; readonly domainName: string; readonly certificateArn: string };

/**
 * A domain name in its ASCII form (RFC 5890): labels of 1 to 63 letters, digits and hyphens, 253 characters
 * at most. The last label is letters, or a Unicode one in its `xn--` form.
 */
const DOMAIN_NAME =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,57}[a-z0-9])$/;

/** Reads a domain name however it is written: in capitals, in Unicode, with the root's dot at its end. */
function readDomainName(read: ConfigReader, name: string): string | undefined {
  return read.matching(name, DOMAIN_NAME, 'a domain name', (text) =>
    // It would take the host out of a URL.
    /[\s/?#@:%\\]/.test(text) ? text : domainToASCII(text.replace(/\.$/, '')),
  );
}

/** Reads which of them it is. What does not go together is a mistake. */
export function readEndpoint(read: ConfigReader): EndpointConfig {
  const domainName = readDomainName(read, 'domainName');
  // The API of Route 53 returns ids as /hostedzone/Z….
  const hostedZoneId = read.matching(
    'hostedZoneId',
    /^Z[A-Z0-9]+$/,
    'the id of a hosted zone',
    (text) => text.replace(/^\/?hostedzone\//, ''),
  );
  const hostedZoneName = readDomainName(read, 'hostedZoneName');
  const certificateArn = read.matching(
    'certificateArn',
    /^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/\S+$/,
    'the ARN of an ACM certificate',
  );
  const prefixListId = read.matching(
    'cloudFrontPrefixListId',
    /^pl-[0-9a-f]+$/,
    'the id of a prefix list',
  );
  if (domainName === undefined) {
    for (const name of ['hostedZoneId', 'hostedZoneName', 'certificateArn']) {
      if (read.isSet(name) && !read.isWrong('domainName')) {
        read.mistake(
          `${name} is set without domainName: set the name under which the service is reached.`,
        );
      }
    }
    return { kind: 'cloudfront', prefixListId };
  }
  if (read.isSet('cloudFrontPrefixListId')) {
    read.mistake(
      'cloudFrontPrefixListId and domainName are both set: with a domain there is no CloudFront, so remove one of them.',
    );
  }
  if (read.isSet('certificateArn')) {
    if (read.isSet('hostedZoneId') || read.isSet('hostedZoneName')) {
      read.mistake('certificateArn and a hosted zone are both set: set one of them.');
    }
    return { kind: 'certificate', domainName, certificateArn: certificateArn ?? '' };
  }
  if (!read.isSet('hostedZoneId') || !read.isSet('hostedZoneName')) {
    read.mistake(
      'domainName is set without hostedZoneId and hostedZoneName, or certificateArn: set the zone to put the name into, or a certificate for it.',
    );
  } else if (hostedZoneName !== undefined && !isInZone(domainName, hostedZoneName)) {
    read.mistake(
      `domainName ${domainName} is not in the zone ${hostedZoneName}: correct one of them.`,
    );
  }
  return {
    kind: 'hosted-zone',
    domainName,
    hostedZoneId: hostedZoneId ?? '',
    hostedZoneName: hostedZoneName ?? '',
  };
}

function isInZone(domainName: string, zone: string): boolean {
  return domainName === zone || domainName.endsWith(`.${zone}`);
}
