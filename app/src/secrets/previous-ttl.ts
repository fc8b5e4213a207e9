import { parseDuration } from '../lib/duration.ts';

/** How long the previous version of a secret is accepted after a rotation, unless the operator says otherwise. */
export const DEFAULT_PREVIOUS_TTL = '24h';

const MAX_PREVIOUS_TTL = '8760h';

/** Completes "must be …" in an error. */
export const PREVIOUS_TTL_FORM = `a duration such as 90s, 15m or 24h, at most ${MAX_PREVIOUS_TTL}, or 0 to accept no previous version`;

/** Reads CREDENTIAL_PREVIOUS_TTL in milliseconds; `undefined` when it is not valid. */
export function parsePreviousTtl(text: string): number | undefined {
  // Elsewhere a duration of zero is a mistake; here it means that a rotation revokes at once.
  if (/^0+[smh]?$/.test(text)) return 0;
  const seconds = parseDuration(/^\d+$/.test(text) ? Number(text) : text);
  const longest = parseDuration(MAX_PREVIOUS_TTL) ?? 0;
  return seconds === undefined || seconds > longest ? undefined : seconds * 1000;
}
