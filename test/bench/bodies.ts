import { payload } from '../support/payloads.ts';
import { ADDRESS } from './generator/load.ts';

/**
 * A request of the authorization code grant with user attributes, minified as it is sent; 2.7 KB. Each address has its
 * own user, as in real logins: the lookups for one user are limited.
 */
export const TYPICAL = withUser(withAddress(JSON.stringify(JSON.parse(payload('03')))));

/** The request of a user with thousands of claim values; 243 KB. */
export const LARGE = withAddress(payload('23'));

/** A typical request with a parameter of 20,000 parts, 60 KB: close to the limit of what a condition may split. */
export const PARTS = withParameter(TYPICAL, 'levels', Array(20_000).fill('ab').join());

function withParameter(body: string, name: string, value: string): string {
  const request = JSON.parse(body);
  request.event.request.additionalParams = [{ name, value: [value] }];
  return JSON.stringify(request);
}

function withAddress(body: string): string {
  const marked = body.replace('203.0.113.45', ADDRESS);
  if (marked === body) throw new Error('The payload must contain the address 203.0.113.45.');
  return marked;
}

/** Makes the address the id of the user. */
function withUser(body: string): string {
  const request = JSON.parse(body);
  request.event.user.id = ADDRESS;
  return JSON.stringify(request);
}
