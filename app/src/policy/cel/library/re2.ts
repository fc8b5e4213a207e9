import { RE2JS, RE2JSException } from 're2js';

export type Pattern = Pick<RE2JS, 'test'>;

/** Compiles a pattern. Returns the reason, a string, if the pattern is not valid. */
export function compileRe2(source: string): RE2JS | string {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return error.message.replace('error parsing regexp: ', '');
  }
}

/** The limit for one pattern's automaton. Usual patterns have fewer than a thousand; costly ones have billions. */
const MAX_TRANSITIONS = 50_000;

/** The `anchor` argument of the library's `step` for a match that may begin anywhere. */
const UNANCHORED = 0;
/** The library's code for the end of the string. */
const END_OF_TEXT = -1;

/**
 * Returns whether the complete automaton (DFA) of a pattern fits into memory. A match then takes some 10 ns a
 * character, whatever the string. Otherwise a client can send a string that keeps creating states, and each
 * character takes some 20 ns for every instruction of the pattern: 12 s for 1 MiB and
 * `[^a]{0,300}b[^a]{0,300}c$`. The states built here are cached for later matches.
 *
 * Reads undocumented fields of re2js: `re2Input.lazyDFA` with `classBounds`, `startStates` and `step`.
 */
export function hasBoundedAutomaton(pattern: RE2JS): boolean {
  // Creates the start states. The library matches plain strings, and patterns without choices, without a DFA.
  pattern.testExact('');
  const { lazyDFA } = pattern.re2Input;
  if (lazyDFA === null || lazyDFA === undefined) return true;
  // One character of each class that the pattern distinguishes, and the end of the string.
  const characters = [0, ...lazyDFA.classBounds, END_OF_TEXT];
  const reached = new Set(lazyDFA.startStates.values());
  let transitions = 0;
  for (const state of reached) {
    for (const [characterClass, character] of characters.entries()) {
      transitions += 1;
      if (transitions > MAX_TRANSITIONS) return false;
      const next = lazyDFA.step(state, characterClass, character, UNANCHORED);
      // The library's memory limit is reached.
      if (next === null) return false;
      reached.add(next);
    }
  }
  return true;
}
