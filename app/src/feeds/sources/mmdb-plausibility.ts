import type { PlausibilityContext } from '../model/feed.ts';
import type { FeedData } from '../model/feed-data.ts';
import { DAY_MS } from '../model/times.ts';
import { MIN_KNOWN_ADDRESSES } from './known-addresses.ts';
import type { MmdbContent } from './mmdb-data.ts';

const MAX_BUILD_AGE_MS = 30 * DAY_MS;

/** Size in relation to the published file. */
const MIN_GROWTH = 0.9;
const MAX_GROWTH = 1.5;

/**
 * Compares an mmdb file with what is known about its feed, and with the published file.
 *
 * @returns the end of "The data is implausible: …"; undefined if it is plausible.
 */
export function findImplausibleMmdb(
  { summary, publishedAt = 0 }: FeedData,
  { previous, now }: PlausibilityContext,
  { type: expectedType, known, maxBuildAgeMs = MAX_BUILD_AGE_MS }: MmdbContent,
): string | undefined {
  const type = String(summary.type);
  const knownAddresses = Number(summary.knownAddresses);
  if (!type.startsWith(expectedType)) {
    return `the type of the database is ${type}, expected ${expectedType}`;
  }
  if (publishedAt < now - maxBuildAgeMs) {
    return `it was built ${Math.floor((now - publishedAt) / DAY_MS)} days ago`;
  }
  if (known !== undefined && knownAddresses < MIN_KNOWN_ADDRESSES) {
    return `only ${knownAddresses} of ${known.size} known addresses have the expected place, at least ${MIN_KNOWN_ADDRESSES} must`;
  }
  return previous && findImplausibleChange(summary, previous);
}

function findImplausibleChange(
  summary: FeedData['summary'],
  previous: FeedData['summary'],
): string | undefined {
  if (summary.type !== previous.type) {
    return `the type of the database is ${summary.type}, and that of the published file is ${previous.type}`;
  }
  const [bytes, previousBytes] = [Number(summary.bytes), Number(previous.bytes)];
  if (bytes < previousBytes * MIN_GROWTH || bytes > previousBytes * MAX_GROWTH) {
    return `it has ${bytes} bytes, and the published file has ${previousBytes}`;
  }
  const fields = listOf(summary.fields);
  const lost = listOf(previous.fields).filter((field) => !fields.includes(field));
  return lost.length === 0
    ? undefined
    : `its records lack fields of the published file: ${lost.join(', ')}`;
}

function listOf(value: string | number | undefined): string[] {
  return String(value ?? '')
    .split(' ')
    .filter((field) => field !== '');
}
