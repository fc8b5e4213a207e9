import { fileResponse } from '../conditional.ts';
import { faultyEntries, faultyText, LIST_FAULTS } from '../data/faulty-list.ts';
import { LISTS } from '../data/lists.ts';
import type { ContentFault } from '../fault.ts';
import { olderRelease, type Release } from '../releases.ts';
import { pageResponse, type Site, type SiteId } from '../site.ts';

const JSON_TYPE = 'application/json';

type Files = Readonly<
  Record<string, (release: Release, fault: ContentFault | undefined) => string>
>;

function jsonSite(
  id: SiteId,
  origin: string,
  files: Files,
  faults: readonly ContentFault[] = [],
): Site {
  return {
    id,
    origin,
    faults: ['older', ...LIST_FAULTS, ...faults],
    respond(request, { releases: { latest }, fault }) {
      const create = files[request.path];
      if (create === undefined) return pageResponse(404);
      const release = fault === 'older' ? olderRelease(latest) : latest;
      return fileResponse(request, faultyText(create(release, fault), fault), {
        contentType: JSON_TYPE,
        lastModified: latest.builtAt,
      });
    },
  };
}

/** Creates the sites whose files are JSON, or a JSON value on each line. */
export function jsonListSites(): Site[] {
  return [
    jsonSite('spamhaus', 'https://www.spamhaus.org', SPAMHAUS_FILES, [
      'no-metadata',
      'wrong-count',
    ]),
    jsonSite('aws', 'https://ip-ranges.amazonaws.com', { '/ip-ranges.json': awsFile }),
    jsonSite('google', 'https://www.gstatic.com', { '/ipranges/cloud.json': googleFile }),
  ];
}

const SPAMHAUS_FILES: Files = {
  '/drop/drop_v4.json': (release, fault) =>
    jsonLines(faultyEntries(LISTS.criminals(release), fault).map(spamhausNetwork), release, fault),
  '/drop/drop_v6.json': (release, fault) =>
    jsonLines(faultyEntries(LISTS.criminalsIpv6(), fault).map(spamhausNetwork), release, fault),
  '/drop/asndrop.json': (release, fault) => {
    const asns = LISTS.criminalNetworks();
    const count = fault === 'much-smaller' ? asns.length / 10 : asns.length;
    const records = asns.slice(0, count).map((asn) => ({
      asn,
      rir: 'arin',
      domain: 'example.net',
      cc: 'US',
      asname: 'EXAMPLE',
    }));
    return jsonLines(records, release, fault);
  },
};

function spamhausNetwork(cidr: string, index: number): object {
  return { cidr, sblid: `SBL${`${index}`.padStart(6, '0')}`, rir: 'arin' };
}

/** The last line counts the others. */
function jsonLines(
  records: readonly object[],
  { builtAt }: Release,
  fault: ContentFault | undefined,
): string {
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  if (fault === 'no-metadata') return text;
  const metadata = {
    type: 'metadata',
    timestamp: builtAt / 1000,
    size: text.length,
    records: records.length + (fault === 'wrong-count' ? 1 : 0),
    copyright: '(c) The Spamhaus Project (simulated)',
    terms: 'https://www.spamhaus.org/drop/terms/',
  };
  return `${text}${JSON.stringify(metadata)}\n`;
}

function awsFile(release: Release, fault: ContentFault | undefined): string {
  const region = { region: 'us-east-1', network_border_group: 'us-east-1' };
  const entries = faultyEntries(LISTS.aws(release), fault);
  return JSON.stringify({
    syncToken: `${release.builtAt / 1000}`,
    createDate: new Date(release.builtAt).toISOString().slice(0, 19).replace(/[T:]/g, '-'),
    // Each network of EC2 is also one of Amazon, and some are only Amazon's.
    prefixes: [
      ...entries.flatMap((ip_prefix) =>
        ['AMAZON', 'EC2'].map((service) => ({ ip_prefix, service, ...region })),
      ),
      { ip_prefix: '26.255.0.0/16', service: 'AMAZON', ...region },
    ],
    ipv6_prefixes: LISTS.awsIpv6().map((ipv6_prefix) => ({
      ipv6_prefix,
      service: 'EC2',
      ...region,
    })),
  });
}

function googleFile(release: Release, fault: ContentFault | undefined): string {
  const place = { service: 'Google Cloud', scope: 'us-east1' };
  return JSON.stringify({
    syncToken: `${release.builtAt}`,
    creationTime: new Date(release.builtAt).toISOString().slice(0, 19),
    prefixes: [
      ...faultyEntries(LISTS.google(release), fault).map((ipv4Prefix) => ({
        ipv4Prefix,
        ...place,
      })),
      ...LISTS.googleIpv6().map((ipv6Prefix) => ({ ipv6Prefix, ...place })),
    ],
  });
}
