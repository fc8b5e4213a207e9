import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** The parameters of a CHECK request, not validated. */
export interface CheckQuery {
  readonly ipAddress: string | undefined;
  readonly maxAgeInDays: string | undefined;
  readonly verbose: boolean;
  readonly key: string | undefined;
}

/** A CHECK request as received, whatever its response. */
export interface ReceivedCheck {
  /** `ipAddress` in the client's spelling; empty if missing. */
  readonly address: string;
  /** `undefined` if missing, NaN if it is not a number. */
  readonly maxAgeInDays: number | undefined;
  readonly verbose: boolean;
  readonly key: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** When it was received, by the simulator's clock, in milliseconds since the epoch. */
  readonly at: number;
  /** Sequence number of the connection, starting at 1. */
  readonly connection: number;
}

/** Parses the parameters of CHECK. The parameter `key` is used if there is no header `Key`. */
export function parseCheckQuery(request: IncomingMessage, parameters: URLSearchParams): CheckQuery {
  const header = request.headers.key;
  return {
    ipAddress: parameters.get('ipAddress') ?? undefined,
    maxAgeInDays: parameters.get('maxAgeInDays') ?? undefined,
    verbose: parameters.has('verbose'),
    key: (typeof header === 'string' ? header : undefined) ?? parameters.get('key') ?? undefined,
  };
}

/** @param at milliseconds since the epoch. */
export function toReceivedCheck(
  query: CheckQuery,
  headers: IncomingHttpHeaders,
  at: number,
  connection: number,
): ReceivedCheck {
  return {
    address: query.ipAddress ?? '',
    maxAgeInDays: query.maxAgeInDays === undefined ? undefined : Number(query.maxAgeInDays),
    verbose: query.verbose,
    key: query.key,
    headers,
    at,
    connection,
  };
}
