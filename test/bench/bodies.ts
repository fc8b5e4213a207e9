import { payload } from '../support/payloads.ts';
import { ADDRESS } from './generator/load.ts';

/** A request of the authorization code grant with user attributes, without blanks, as it is sent; 2.7 KB. */
export const TYPICAL = withAddress(JSON.stringify(JSON.parse(payload('03'))));

/** The request of a user with thousands of claim values, as it stands in the file; 243 KB. */
export const LARGE = withAddress(payload('23'));

function withAddress(body: string): string {
  const marked = body.replace('203.0.113.45', ADDRESS);
  if (marked === body) throw new Error('The payload has another address than it had.');
  return marked;
}
