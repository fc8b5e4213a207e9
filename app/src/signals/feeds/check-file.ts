import { createHash } from 'node:crypto';
import type { FeedContent } from '../../feeds/model/feed.ts';
import { checkSnapshot } from '../../feeds/snapshot/check.ts';
import { SnapshotError } from '../../feeds/snapshot/open.ts';
import { checkAnonymizerDatabase } from '../anonymizer-database.ts';
import { checkPlaces } from '../geo/mmdb-file.ts';
import { MmdbError } from '../mmdb/reader.ts';
import type { CheckedContent } from './feed-view.ts';

/** What a pointer says about a snapshot. */
export interface ExpectedFile {
  readonly content: FeedContent;
  readonly sha256: string;
}

/**
 * Checks a snapshot completely: its hash, its form, and that a lookup can read it. Takes up to a second for a database
 * of cities, so it runs in a worker thread.
 *
 * @throws SnapshotError whose message completes "The snapshot …".
 */
export function checkFile(file: Buffer, { content, sha256 }: ExpectedFile): CheckedContent {
  if (createHash('sha256').update(file).digest('hex') !== sha256) {
    throw new SnapshotError('does not have the hash that its pointer states');
  }
  try {
    return checkContent(file, content);
  } catch (error) {
    if (!(error instanceof MmdbError)) throw error;
    throw new SnapshotError(error.issue, { cause: error });
  }
}

function checkContent(file: Buffer, content: FeedContent): CheckedContent {
  if (content === 'places') return { content, fields: checkPlaces(file) };
  if (content === 'anonymizers') {
    checkAnonymizerDatabase(file);
    return { content };
  }
  const found = checkSnapshot(file);
  if (found !== content) throw new SnapshotError(`contains ${found} instead of ${content}`);
  return { content };
}
