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
