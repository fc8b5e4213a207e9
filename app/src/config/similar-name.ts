import { distance } from 'fastest-levenshtein';

/** How far a name may be from a known one and still count as a misspelling of it. */
export interface Tolerance {
  /** Shorter names are ignored: they resemble too many others. */
  readonly minLength: number;
  /** Returns how many characters may be wrong, missing or extra. */
  readonly maxTypos: (length: number) => number;
  /** Whether a misspelled beginning (`domian`) or a short form (`minTasks`) of a known name also counts. */
  readonly abbreviations: boolean;
}

/** For variables: the environment is shared with other programs, whose names must not be reported. */
export const VARIABLE_TOLERANCE: Tolerance = {
  minLength: 10,
  maxTypos: () => 2,
  abbreviations: false,
};

/** For options of the stack: few other tools use CDK's context. */
export const OPTION_TOLERANCE: Tolerance = {
  minLength: 5,
  maxTypos: (length) => Math.floor(length / 3),
  abbreviations: true,
};

/** Finds the known name of which `name` is probably a misspelling. Ignores case, hyphens and underscores. */
export function similarName(
  name: string,
  knownNames: readonly string[],
  tolerance: Tolerance,
): string | undefined {
  const candidate = normalize(name);
  if (candidate.length < tolerance.minLength) {
    return tolerance.abbreviations
      ? knownNames.find((known) => normalize(known) === candidate)
      : undefined;
  }
  const maxTypos = tolerance.maxTypos(candidate.length);
  return knownNames.find((knownName) => {
    const known = normalize(knownName);
    if (!tolerance.abbreviations) return distance(candidate, known) <= maxTypos;
    return (
      !isFirstWord(name, knownName) &&
      (distance(candidate, known) <= maxTypos ||
        distance(candidate, known.slice(0, candidate.length)) <= maxTypos ||
        isShortFor(candidate, known))
    );
  });
}

function normalize(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase();
}

/** The first word of a known name (`domain`, `image`) is probably another tool's name. */
function isFirstWord(name: string, known: string): boolean {
  return known.startsWith(name) && /[A-Z]/.test(known.charAt(name.length));
}

/** Returns whether a name is another one (`minimumTasks`) with up to half of its letters omitted (`minTasks`). */
function isShortFor(name: string, known: string): boolean {
  if (name[0] !== known[0]) return false;
  let from = 0;
  for (const letter of name) {
    const at = known.indexOf(letter, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return name.length * 2 >= known.length;
}

/** Names of which one begins with the other count as similar from this length: `client` and `client_id`. */
const MIN_PREFIX_LENGTH = 4;

/**
 * Finds the known name that is closest to a misspelt one, however short it is. Ignores case, hyphens and underscores;
 * two letters that are swapped count as one typo.
 */
export function closestName(name: string, knownNames: Iterable<string>): string | undefined {
  const candidate = normalize(name);
  const maxTypos = Math.max(1, Math.floor(candidate.length / 3));
  const scored = [...knownNames].map((known) => ({
    known,
    typos: typosBetween(candidate, normalize(known)),
  }));
  const best = scored.reduce<(typeof scored)[number] | undefined>(
    (least, one) => (least === undefined || one.typos < least.typos ? one : least),
    undefined,
  );
  if (best === undefined) return undefined;
  // One of two letters may be anything.
  const isClose = best.typos === 0 || (candidate.length > 2 && best.typos <= maxTypos);
  if (isClose) return best.known;
  return scored.map(({ known }) => known).find((known) => isPrefix(candidate, normalize(known)));
}

function typosBetween(candidate: string, known: string): number {
  const typos = distance(candidate, known);
  return typos === 2 && isSwap(candidate, known) ? 1 : typos;
}

/** Returns whether two strings differ only in two neighbouring letters that are swapped. */
function isSwap(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  const at = [...one].findIndex((letter, index) => letter !== other[index]);
  return one[at] === other[at + 1] && one[at + 1] === other[at];
}

function isPrefix(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length);
  return shorter >= MIN_PREFIX_LENGTH && (one.startsWith(other) || other.startsWith(one));
}

/** Returns the end of a message that names a suggestion; empty without one. */
export function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
}
