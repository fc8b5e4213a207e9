export type LogFormat = 'pretty' | 'json';

/**
 * Reads `LOG_FORMAT`, a setting of `npm start` alone. The default is `pretty` on a terminal, and otherwise
 * `json`, which the service itself always writes.
 *
 * @throws Error if the value is not valid.
 */
export function readLogFormat(value: string | undefined, isTerminal: boolean): LogFormat {
  if (value === undefined || value === '') return isTerminal ? 'pretty' : 'json';
  if (value === 'pretty' || value === 'json') return value;
  throw new Error(`LOG_FORMAT must be "pretty" or "json", got ${JSON.stringify(value)}.`);
}
