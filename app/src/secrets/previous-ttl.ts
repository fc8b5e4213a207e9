import { parseDurationSetting } from '../lib/duration.ts';

/** Default time for which the previous version of a secret is accepted after a rotation. */
export const DEFAULT_PREVIOUS_TTL = '24h';

const MAX_PREVIOUS_TTL = '8760h';

/** Completes "must be …" in an error. */
export const PREVIOUS_TTL_FORM = `a duration such as 90s, 15m or 24h, at most ${MAX_PREVIOUS_TTL}, or 0 to accept no previous version`;

/** Parses CREDENTIAL_PREVIOUS_TTL. Returns milliseconds, or `undefined` if it is not valid. */
export function parsePreviousTtl(text: string): number | undefined {
  // Other durations must not be zero; here it means that a rotation revokes the previous version at once.
  if (/^0+[smh]?$/.test(text)) return 0;
  return parseDurationSetting(text, MAX_PREVIOUS_TTL);
}
