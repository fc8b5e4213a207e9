import { FeedError, type FeedErrorReason } from '../model/feed-error.ts';
import type { FeedResponse } from '../model/feed-http.ts';

const REJECTED_REQUEST: Refusal = ['forbidden', 'rejects the request: check the feed in FEEDS'];
const UNAVAILABLE: Refusal = ['unreachable', 'is not available: the next run asks again'];

/** The reason, and the end of "The publisher of the feed …". */
type Refusal = readonly [reason: FeedErrorReason, message: string];

const REFUSALS: Readonly<Record<number, Refusal>> = {
  401: ['authentication', 'rejects the credential: set a valid one for the refresher'],
  402: ['forbidden', 'requires a paid plan: change the plan or the options of the feed'],
  403: ['forbidden', 'denies access: check the permission or the subscription of the account'],
  404: ['missing', 'has no such file: check its location in FEEDS, or wait for the next release'],
  408: UNAVAILABLE,
  410: ['missing', 'has withdrawn the file: remove the feed from FEEDS or replace it'],
  425: UNAVAILABLE,
  429: ['quota', 'has limited the requests: the next run that is due asks again'],
  451: ['forbidden', 'denies access for legal reasons in the region from which it is asked'],
};

/**
 * Returns the body of a response with the status 200.
 *
 * @throws FeedError that explains any other status. A 304 must have been handled before.
 */
export function requireOk(response: FeedResponse, feedId: string): Buffer {
  const { status, body } = response;
  if (status === 200 && body !== undefined) return body;
  throw statusError(status, feedId);
}

/** Returns an error that explains a status other than 200. */
export function statusError(status: number, feedId: string): FeedError {
  const [reason, message] = REFUSALS[status] ?? refusalOf(status);
  return new FeedError(
    reason,
    `The publisher of the feed ${feedId} ${message} (status ${status}).`,
  );
}

function refusalOf(status: number): Refusal {
  if (status >= 500) return UNAVAILABLE;
  if (status >= 400) return REJECTED_REQUEST;
  return ['unreachable', 'sent a response without the file: the next run asks again'];
}
