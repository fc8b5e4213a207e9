import { fileResponse } from '../conditional.ts';
import { faultyEntries, faultyText, LIST_FAULTS } from '../data/faulty-list.ts';
import { LISTS } from '../data/lists.ts';
import { pageResponse, type Site, textResponse } from '../site.ts';

const PATH = /^\/v1\/integrations\/[\w-]+\/content$/;
/** The pull limit of an integration. */
const DEFAULT_PAGE_SIZE = 10_000;

/** Creates the site of CrowdSec: HTTP Basic, and pages of which the last one is empty. */
export function crowdsecSite({ credential }: { readonly credential: string }): Site {
  const expected = `Basic ${Buffer.from(credential).toString('base64')}`;
  return {
    id: 'crowdsec',
    origin: 'https://admin.api.crowdsec.net',
    faults: LIST_FAULTS,
    respond(request, { releases: { latest }, fault }) {
      if (!PATH.test(request.path)) return pageResponse(404);
      if (request.headers.authorization !== expected) return textResponse(401, 'Unauthorized');
      const size = Number(request.query.get('page_size') ?? DEFAULT_PAGE_SIZE);
      const start = (Number(request.query.get('page') ?? 1) - 1) * size;
      const entries = faultyEntries(LISTS.attackers(latest), fault).slice(start, start + size);
      const text = faultyText(entries.map((entry) => `${entry}\n`).join(''), fault);
      return fileResponse(request, text, { contentType: 'text/plain', etag: false });
    },
  };
}
