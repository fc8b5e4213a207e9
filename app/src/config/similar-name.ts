import { distance } from 'fastest-levenshtein';

/** How far a name may be from a known one and still count as a misspelling of it. */
export interface Tolerance {
  /** Shorter names are ignored: they resemble too many others. */
  readonly minLength: number;
  /** Returns how many characters may be wrong, missing or extra. */
  readonly maxTypos: (length: number) => number;
  /** Whether the beginning (`domian`) or a short form (`minTasks`) of a known name counts, too. */
  readonly abbreviations: boolean;
}

/** For variables: the environment is shared with other programs, whose names must not be reported. */
export const VARIABLE_TOLERANCE: Tolerance = {
  minLength: 10,
  maxTypos: () => 2,
  abbreviations: false,
};

/** For options of the stack: hardly any other tool has its own in the same place. */
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
  const given = normalize(name);
  if (given.length < tolerance.minLength) {
    return tolerance.abbreviations
      ? knownNames.find((known) => normalize(known) === given)
      : undefined;
  }
  const maxTypos = tolerance.maxTypos(given.length);
  return knownNames.find((knownName) => {
    const known = normalize(knownName);
    if (!tolerance.abbreviations) return distance(given, known) <= maxTypos;
    return (
      !isFirstWord(name, knownName) &&
      (distance(given, known) <= maxTypos ||
        distance(given, known.slice(0, given.length)) <= maxTypos ||
        isShortFor(given, known))
    );
  });
}

function normalize(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase();
}

/** Whole words of a known name (`domain`, `image`) are likely to be another tool's. */
function isFirstWord(name: string, known: string): boolean {
  return known.startsWith(name) && /[A-Z]/.test(known.charAt(name.length));
}

/** Reports whether a name omits letters of another (`minTasks`, `minimumTasks`), but at most half of them. */
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
