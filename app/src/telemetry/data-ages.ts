import type { FeedSnapshots } from '../signals/feeds/feed-snapshots.ts';
import { isBundledGeoDatabase } from '../signals/geo/database.ts';
import type { PlacesOf } from '../signals/geo/feed-places.ts';
import { ageInDays, MAX_AGE_DAYS } from './events/geo-database.ts';

/** The age of a location database or a feed. */
export interface DataAge {
  /** The id of the feed, or the type of the database. */
  readonly name: string;
  /** `outdated`: a location database that is used although it is too old. `bundled`: for tests only. */
  readonly status: 'ready' | 'expired' | 'absent' | 'outdated' | 'bundled';
  /** Hours; undefined if there is no data. */
  readonly age_hours?: number | undefined;
}

const HOUR_MS = 3_600_000;

/**
 * Returns the age of all feeds, and of the databases of `GEO_DATABASE` that are in use.
 *
 * @param now milliseconds since the epoch.
 */
export function dataAges(feeds: FeedSnapshots, placesOf: PlacesOf, now: number): DataAge[] {
  return [...databaseAges(feeds, placesOf, now), ...feedAges(feeds, now)];
}

function databaseAges(feeds: FeedSnapshots, placesOf: PlacesOf, now: number): DataAge[] {
  return placesOf(feeds).files.flatMap(({ info }) => {
    if (info.feed !== undefined) return [];
    const days = ageInDays({ info }, now);
    const status = isBundledGeoDatabase(info.path)
      ? 'bundled'
      : days > MAX_AGE_DAYS
        ? 'outdated'
        : 'ready';
    return [{ name: info.type, status, age_hours: Math.round(days * 24) }];
  });
}

function feedAges(feeds: FeedSnapshots, now: number): DataAge[] {
  return feeds.configured.map(({ feed: { id } }): DataAge => {
    const state = feeds.find(id, now);
    if (state.status === 'absent') return { name: id, status: 'absent' };
    const isOutdated = state.status === 'expired' && state.view.content === 'places';
    return {
      name: id,
      status: isOutdated ? 'outdated' : state.status,
      age_hours: Math.round(state.age / HOUR_MS),
    };
  });
}
