import { type CertificateDetail, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { hasCode } from '../../../app/tools/aws/aws-error.ts';
import { error, type Finding, ok } from '../../../app/tools/findings/finding.ts';
import type { Check } from '../check.ts';

/** An existing certificate: issued, valid, and for the domain name. */
export const certificateCheck: Check = {
  name: 'certificate',
  async run({ account, config }) {
    if (config.endpoint.kind !== 'certificate') return [];
    const { certificateArn, domainName } = config.endpoint;
    const owner = certificateArn.split(':')[4];
    if (owner !== account.id) {
      return [
        error(
          `certificateArn is a certificate of account ${owner}, but the load balancer is in account ${account.id}: use one of that account.`,
        ),
      ];
    }
    try {
      const { Certificate } = await account.clients.acm.send(
        new DescribeCertificateCommand({ CertificateArn: certificateArn }),
      );
      return [describe(Certificate ?? {}, domainName)];
    } catch (cause) {
      if (!hasCode(cause, 'ResourceNotFound', 'InvalidArn')) throw cause;
      return [error(`The certificate of certificateArn does not exist: correct certificateArn.`)];
    }
  },
};

/** Algorithms that a listener accepts: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html */
const LISTENER_ALGORITHMS = /^(?:RSA_(?:1024|2048|3072|4096)|EC_.*)$/;

function describe(certificate: CertificateDetail, domainName: string): Finding {
  const { Status, NotAfter, SubjectAlternativeNames = [], DomainName, KeyAlgorithm } = certificate;
  if (Status === 'PENDING_VALIDATION') {
    return error(
      `The certificate of certificateArn is not validated yet: create the DNS records that ACM shows for it, and wait until it is issued.`,
    );
  }
  if (Status !== 'ISSUED') {
    return error(
      `The certificate of certificateArn has the status ${Status}: use one that is issued.`,
    );
  }
  if (NotAfter !== undefined && NotAfter.getTime() < Date.now()) {
    return error(
      `The certificate of certificateArn expired on ${NotAfter.toISOString().slice(0, 10)}: renew it or use another one.`,
    );
  }
  const names = [...new Set([...(DomainName ? [DomainName] : []), ...SubjectAlternativeNames])];
  if (!names.some((name) => covers(name, domainName))) {
    return error(
      `The certificate of certificateArn is for ${names.join(', ')}, not for ${domainName}: use another certificate, or correct domainName.`,
    );
  }
  // ACM writes "RSA-2048" in some responses.
  if (KeyAlgorithm !== undefined && !LISTENER_ALGORITHMS.test(KeyAlgorithm.replace('-', '_'))) {
    return error(
      `A load balancer accepts no certificate with a key of ${KeyAlgorithm}: use one with RSA 2048 or EC_prime256v1.`,
    );
  }
  return ok(`The certificate for ${names.join(', ')} is issued.`);
}

/** Returns whether a name of a certificate matches a domain name; `*` stands for one label (RFC 6125). */
function covers(name: string, domainName: string): boolean {
  const lower = name.toLowerCase();
  if (!lower.startsWith('*.')) return lower === domainName;
  return domainName.slice(domainName.indexOf('.') + 1) === lower.slice(2);
}
