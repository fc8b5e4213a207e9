import { type EdgeOptions, edgeHeaders, type NamedValue } from '../../requests/edge.ts';
import { sampleTokenRequest } from '../../requests/token-request.ts';
import type { Given } from './given.ts';

/**
 * Returns the body of the action's request for what is given, with a header for the address.
 *
 * @param edge sets the header from which the service reads the address.
 */
export function givenRequest({ request, signals }: Given, edge: EdgeOptions): object {
  const { grant = 'authorization_code', client = 'example-client', scopes = [] } = request;
  const { headers, params, ...others } = request;
  const address = signals.unknown?.address === undefined ? (signals.address ?? '') : '';
  return sampleTokenRequest({
    ...others,
    headers: [...edgeHeaders(address, edge), ...namedValues(headers)],
    grant,
    clientId: client,
    scopes,
    params: namedValues(params),
  });
}

function namedValues(
  values: Readonly<Record<string, string | readonly string[]>> = {},
): NamedValue[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: [value].flat() }));
}
