import { similarName, type Tolerance } from '../src/config/similar-name.ts';

const TOLERANCE: Tolerance = {
  minLength: 3,
  maxTypos: (length) => Math.max(1, Math.floor(length / 4)),
  abbreviations: false,
};

/** Completes a sentence about an unknown name with the name that was probably meant, or with all names. */
export function withSuggestion(message: string, name: string, known: readonly string[]): string {
  const similar = similarName(name, known, TOLERANCE);
  return similar === undefined
    ? `${message}: use one of ${known.join(', ')}.`
    : `${message}: did you mean ${similar}?`;
}
