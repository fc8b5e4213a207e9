import { fileResponse } from '../conditional.ts';
import { faultyEntries, faultyText, LIST_FAULTS } from '../data/faulty-list.ts';
import { LISTS } from '../data/lists.ts';
import type { Release } from '../releases.ts';
import { pageResponse, type Site, type SiteId } from '../site.ts';

interface TextFile {
  readonly entries: (release: Release) => readonly string[];
  /** @default each entry on a line that ends with LF */
  readonly format?: (entries: readonly string[]) => string;
  readonly contentType?: string;
}

/** Creates a site of text files: an ETag and `Last-Modified`, 304, and gzip. */
function textSite(id: SiteId, origin: string, files: Readonly<Record<string, TextFile>>): Site {
  return {
    id,
    origin,
    faults: LIST_FAULTS,
    respond(request, { releases: { latest }, fault }) {
      const file = files[request.path];
      if (file === undefined) return pageResponse(404);
      const { format = formatLines, contentType = 'text/plain; charset=utf-8' } = file;
      const text = faultyText(format(faultyEntries(file.entries(latest), fault)), fault);
      return fileResponse(request, text, { contentType, lastModified: latest.builtAt });
    },
  };
}

function formatLines(entries: readonly string[]): string {
  return entries.map((entry) => `${entry}\n`).join('');
}

/** Creates the sites whose files have an address or a network on each line. */
export function textListSites(): Site[] {
  return [
    textSite('tor', 'https://check.torproject.org', {
      '/torbulkexitlist': { entries: LISTS.torExits },
    }),
    textSite('github', 'https://raw.githubusercontent.com', {
      '/X4BNet/lists_vpn/main/output/vpn/ipv4.txt': { entries: LISTS.vpn },
      '/X4BNet/lists_vpn/main/output/vpn/ipv6.txt': { entries: LISTS.vpnIpv6 },
      '/X4BNet/lists_vpn/main/output/datacenter/ipv4.txt': { entries: LISTS.hosting },
      '/X4BNet/lists_vpn/main/output/datacenter/ipv6.txt': { entries: LISTS.hostingIpv6 },
    }),
    textSite('apple', 'https://mask-api.icloud.com', {
      '/egress-ip-ranges.csv': {
        entries: (release) => [...LISTS.privateRelay(release), ...LISTS.privateRelayIpv6()],
        // Every third line has no city; each ends with a comma.
        format: (entries) =>
          entries
            .map((cidr, index) => `${cidr},US,US-CA,${index % 3 === 0 ? '' : 'Los Angeles'},\n`)
            .join(''),
        contentType: 'text/csv',
      },
    }),
    textSite('cloudflare', 'https://www.cloudflare.com', {
      // The last line has no end.
      '/ips-v4': { entries: () => LISTS.cloudflare, format: (entries) => entries.join('\n') },
      '/ips-v6': { entries: () => LISTS.cloudflareIpv6, format: (entries) => entries.join('\n') },
    }),
    textSite('lists', 'https://lists.example.net', {
      // With a byte order mark and CRLF, as an editor on Windows writes it.
      '/partners.txt': {
        entries: () => ['30.200.0.0/16', '30.201.7.9', '2a0f:ff70::/32'],
        format: (entries) => `\uFEFF# Partners\r\n${entries.join('\r\n')}\r\n`,
      },
    }),
  ];
}
