import type { Policy } from '../../policy/policy.ts';
import {
  BUNDLED_NOTICE,
  type GeoDatabase,
  isBundledGeoDatabase,
  type MmdbInfo,
} from '../../signals/geo/database.ts';
import type { Logger } from '../log.ts';

const DAY_MS = 24 * 3600 * 1000;
/** GeoLite's licence requires that older files are replaced within 30 days. */
export const MAX_AGE_DAYS = 30;

/** Returns the days since the database was built; of several files, since the oldest was. */
export function ageInDays({ info }: Pick<GeoDatabase, 'info'>, now: number): number {
  return (now - info.built.getTime()) / DAY_MS;
}

/** Warns about old geo database files, and about fields that rules read and that no file has. */
export function warnAboutGeoDatabase(
  log: Logger,
  { info, files }: GeoDatabase,
  policy: Policy,
  now: number,
): void {
  if (!policy.signals.has('geo')) return;
  for (const { info: file } of files) warnAboutAge(log, file, now);
  const available: readonly string[] = info.fields;
  const missing = [...policy.geoFields].filter((field) => !available.includes(field));
  if (missing.length > 0) {
    const names = missing.map((field) => `geo.${field}`).join(', ');
    log.warn({
      event: 'geo-fields-missing',
      fields: missing,
      msg: `The policy reads ${names}, which the geo database (${info.type}) does not have: such rules count as unknown(not-found).`,
    });
  }
}

function warnAboutAge(log: Logger, info: MmdbInfo, now: number): void {
  const days = Math.floor(ageInDays({ info }, now));
  const built = info.built.toISOString().slice(0, 10);
  if (isBundledGeoDatabase(info.path)) {
    log.warn({ event: 'geo-database-bundled', built, msg: BUNDLED_NOTICE.join(' ') });
  } else if (days > MAX_AGE_DAYS) {
    log.warn({
      event: 'geo-database-old',
      type: info.type,
      built,
      msg:
        info.feed === undefined
          ? `The geo database ${info.path} (${info.type}) was built on ${built}, ${days} days ago: countries of networks change, so set GEO_DATABASE to a newer file.`
          : `The feed ${info.feed} (${info.type}) was built on ${built}, ${days} days ago: countries of networks change, so find out from the refresher's log why there is no newer file.`,
    });
  }
}
