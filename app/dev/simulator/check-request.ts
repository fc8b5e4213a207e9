import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** The parameters of a CHECK as they arrived. */
export interface CheckQuery {
  readonly ipAddress: string | undefined;
  readonly maxAgeInDays: string | undefined;
  readonly verbose: boolean;
  readonly key: string | undefined;
}

/** One CHECK as it arrived, whatever became of it. */
export interface ReceivedCheck {
  /** `ipAddress` in the client's spelling; empty when it was missing. */
  readonly address: string;
  /** `undefined` when the client left it out, NaN when it is no number. */
  readonly maxAgeInDays: number | undefined;
  readonly verbose: boolean;
  readonly key: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** When it arrived, by the simulator's clock, in milliseconds since the epoch. */
  readonly at: number;
  /** Which connection it came on: 1 for the first that was opened, 2 for the next. */
  readonly connection: number;
}

/** Reads the parameters of CHECK. A `key` parameter counts when there is no `Key` header. */
export function parseCheckQuery(request: IncomingMessage, parameters: URLSearchParams): CheckQuery {
  const header = request.headers.key;
  return {
    ipAddress: parameters.get('ipAddress') ?? undefined,
    maxAgeInDays: parameters.get('maxAgeInDays') ?? undefined,
    verbose: parameters.has('verbose'),
    key: (typeof header === 'string' ? header : undefined) ?? parameters.get('key') ?? undefined,
  };
}

/** What is noted of a CHECK. */
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
