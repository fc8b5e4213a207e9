import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import type { SimulatedResponse } from '../response.ts';
import { jsonResponse } from '../response.ts';
import { type SiteFault, siteFaultSchema } from './fault.ts';
import type { Releases } from './releases.ts';

export interface SiteControls {
  /** @throws RangeError if the site does not have the fault. */
  setFault(fault: SiteFault | undefined): void;
  readonly releases: Releases;
}

/**
 * Handles a request to a site's control interface: `PUT` or `DELETE /simulator/fault`, and `POST /simulator/release`,
 * which publishes a new version of the data of all sites.
 *
 * @param path the part after `/simulator/`.
 */
export async function handleSiteControl(
  { setFault, releases }: SiteControls,
  request: IncomingMessage,
  path: string,
): Promise<SimulatedResponse> {
  switch (`${request.method} ${path}`) {
    case 'POST release':
      return jsonResponse(200, releases.publish());
    case 'DELETE fault':
      setFault(undefined);
      return jsonResponse(200, { fault: null });
    case 'PUT fault':
      return putFault(setFault, request);
    default:
      return jsonResponse(404, { error: 'Use PUT or DELETE for fault, or POST for release.' });
  }
}

async function putFault(
  setFault: SiteControls['setFault'],
  request: IncomingMessage,
): Promise<SimulatedResponse> {
  const result = siteFaultSchema.safeParse(await json(request).catch(() => undefined));
  if (!result.success) {
    return jsonResponse(400, {
      error: `The fault is not valid: ${result.error.issues[0]?.message}.`,
    });
  }
  try {
    setFault(result.data);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return jsonResponse(400, { error: error.message });
  }
  return jsonResponse(200, { fault: result.data });
}
