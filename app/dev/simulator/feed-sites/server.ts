import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimulatedResponse } from '../response.ts';
import { sendResponse } from '../send-response.ts';
import { handleSiteControl } from './control.ts';
import type { SiteFault } from './fault.ts';
import type { Releases } from './releases.ts';
import { pageResponse, type Site, type SiteRequest, textResponse } from './site.ts';

const CONTROL_PATH = '/simulator/';

/** A simulated site that listens on a port of this machine. */
export interface RunningSite {
  readonly site: Site;
  /** Such as `http://127.0.0.1:1234`. */
  readonly url: string;
  /** The requests received, in order. */
  readonly requests: readonly SiteRequest[];
  /** Sets the fault of all responses; `undefined` clears it. @throws RangeError if the site does not have it. */
  setFault(fault: SiteFault | undefined): void;
  close(): Promise<void>;
}

/** Starts a site on a free port. */
export async function startSite(
  site: Site,
  releases: Releases,
  now: () => number,
): Promise<RunningSite> {
  const requests: SiteRequest[] = [];
  let fault: SiteFault | undefined;
  const setFault = (next: SiteFault | undefined) => {
    if (next?.kind === 'content' && !site.faults.includes(next.content)) {
      const faults = site.faults.join(', ');
      throw new RangeError(
        `The site ${site.id} does not have the fault ${next.content}: use ${faults}.`,
      );
    }
    fault = next;
  };

  const respond = (request: SiteRequest): SimulatedResponse => {
    if (fault?.kind === 'html') return pageResponse(200);
    if (fault?.kind === 'status') {
      const retry: Record<string, string> =
        fault.retryAfter === undefined ? {} : { 'retry-after': `${fault.retryAfter}` };
      return textResponse(fault.status, 'Simulated error', retry);
    }
    const content = fault?.kind === 'content' ? fault.content : undefined;
    return site.respond(request, { releases, fault: content, now: now() });
  };

  const listener = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://localhost');
    if (pathname.startsWith(CONTROL_PATH)) {
      const path = pathname.slice(CONTROL_PATH.length);
      const control = await handleSiteControl({ setFault, releases }, incoming, path);
      return sendResponse(control, response, undefined, 0);
    }
    const { method = 'GET', headers } = incoming;
    const request = { method, path: pathname, query: searchParams, headers };
    requests.push(request);
    const transport = fault?.kind === 'status' || fault?.kind === 'content' ? undefined : fault;
    return sendResponse(respond(request), response, transport, 0);
  };

  const server = createServer((incoming, response) => {
    listener(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    site,
    url: `http://127.0.0.1:${port}`,
    requests,
    setFault,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
