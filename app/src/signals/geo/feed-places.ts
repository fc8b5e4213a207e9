import type { FeedSnapshots } from '../feeds/feed-snapshots.ts';
import { combineFiles, type GeoDatabase, isBundledGeoDatabase } from './database.ts';
import type { MmdbFile } from './mmdb-file.ts';

/** Returns the databases of places that serve with a set of snapshots. */
export type PlacesOf = (feeds: FeedSnapshots) => GeoDatabase;

/**
 * Returns a function that combines the databases of a set of snapshots with the files of `GEO_DATABASE`, once for each
 * set. It keeps no set in memory.
 */
export function createPlacesOf(geo: GeoDatabase): PlacesOf {
  const combined = new WeakMap<FeedSnapshots, GeoDatabase>();
  return (feeds) => {
    let places = combined.get(feeds);
    if (places === undefined) {
      places = combinePlaces(feeds, geo);
      combined.set(feeds, places);
    }
    return places;
  };
}

/**
 * Combines the databases of feeds with those of `GEO_DATABASE`, which serve what the feeds lack. The bundled database
 * is old and has errors: it serves only while no feed has countries.
 */
function combinePlaces(feeds: FeedSnapshots, geo: GeoDatabase): GeoDatabase {
  const loaded = feeds.ofContent('places').map(({ places }) => places);
  if (loaded.length === 0) return geo;
  const hasCountries = loaded.some(({ info }) => info.fields.includes('country'));
  const isSuperseded = ({ info }: MmdbFile) => hasCountries && isBundledGeoDatabase(info.path);
  return combineFiles([...loaded, ...geo.files.filter((file) => !isSuperseded(file))]);
}
