import { createHmac, randomBytes } from 'node:crypto';
import type { SimulatedResponse } from '../response.ts';
import { type SiteRequest, textResponse } from './site.ts';

const SIGNATURE_LIFETIME_MS = 60_000;
const KEY = randomBytes(32);

/** Redirects to an address on the file host that is valid for a minute. The address is a bearer secret. */
export function redirectTo(
  fileHost: string,
  path: string,
  now: number,
  isExpired = false,
): SimulatedResponse {
  const expires = `${isExpired ? now - 1 : now + SIGNATURE_LIFETIME_MS}`;
  const location = new URL(path, fileHost);
  location.searchParams.set('X-Amz-Expires', expires);
  location.searchParams.set('X-Amz-Signature', sign(path, expires));
  return { status: 302, headers: { location: `${location}` }, body: '' };
}

/** Returns the refusal of a request without a valid signature, or of one with an `Authorization`; else undefined. */
export function refuseUnsigned(
  { path, query, headers }: SiteRequest,
  now: number,
): SimulatedResponse | undefined {
  const xml = { 'content-type': 'application/xml' };
  if (headers.authorization !== undefined) {
    return textResponse(400, '<Error><Code>InvalidArgument</Code></Error>', xml);
  }
  const expires = query.get('X-Amz-Expires') ?? '';
  const isSigned = query.get('X-Amz-Signature') === sign(path, expires);
  if (isSigned && Number(expires) >= now) return undefined;
  return textResponse(403, '<Error><Code>AccessDenied</Code></Error>', xml);
}

function sign(path: string, expires: string): string {
  return createHmac('sha256', KEY).update(`${path}\n${expires}`).digest('hex');
}
