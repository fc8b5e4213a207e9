import { openSnapshot, SnapshotError } from './open.ts';
import { compare128 } from './search.ts';

const MAX_SCORE = 100;

/**
 * Checks every entry of a snapshot of ranges, networks or scores: some milliseconds for 500,000 addresses.
 *
 * @returns the content.
 * @throws SnapshotError if the head is not valid, or a lookup could miss an entry.
 */
export function checkSnapshot(file: Buffer): 'ranges' | 'networks' | 'scores' {
  const snapshot = openSnapshot(file);
  switch (snapshot.content) {
    case 'ranges':
      requireBlocks32(snapshot.ipv4Firsts, snapshot.ipv4Lasts);
      requireBlocks128(snapshot.ipv6Firsts, snapshot.ipv6Lasts);
      break;
    case 'networks':
      requireAscending32(snapshot.asns);
      break;
    case 'scores':
      requireAscending32(snapshot.ipv4);
      requireAscending128(snapshot.ipv6);
      requireScores(snapshot.ipv4Scores);
      requireScores(snapshot.ipv6Scores);
      break;
  }
  return snapshot.content;
}

function requireAscending32(numbers: Uint32Array): void {
  requireBlocks32(numbers, numbers);
}

function requireAscending128(numbers: Uint32Array): void {
  requireBlocks128(numbers, numbers);
}

/** Requires that no block ends before it begins, and that each begins after the end of the one before. */
function requireBlocks32(firsts: Uint32Array, lasts: Uint32Array): void {
  let previous = -1;
  for (let index = 0; index < firsts.length; index += 1) {
    const [first, last] = [firsts[index] as number, lasts[index] as number];
    if (first <= previous || last < first) throw notAscending();
    previous = last;
  }
}

function requireBlocks128(firsts: Uint32Array, lasts: Uint32Array): void {
  for (let index = 0; index < firsts.length / 4; index += 1) {
    const first = firsts.subarray(index * 4, index * 4 + 4);
    const isAfterPrevious = index === 0 || compare128(lasts, index - 1, first) < 0;
    if (!isAfterPrevious || compare128(lasts, index, first) < 0) throw notAscending();
  }
}

function requireScores(scores: Uint8Array): void {
  if (scores.some((score) => score > MAX_SCORE)) {
    throw new SnapshotError(`contains a score above ${MAX_SCORE}`);
  }
}

function notAscending(): SnapshotError {
  return new SnapshotError('contains entries that are not in ascending order');
}
