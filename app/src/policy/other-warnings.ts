import type { LocatedIssue } from './file/issues.ts';
import type { Policy } from './policy.ts';

/** Warnings that are printed. A log with one line for each of a list's 100,000 entries would hide the others. */
const MAX_PRINTED_WARNINGS = 20;

/** Warnings as logs and annotations show them. */
export interface OtherWarnings {
  /** The first ones, in the order of the file. */
  readonly shown: readonly LocatedIssue[];
  /** A sentence about the others; `undefined` if all are shown. */
  readonly more: string | undefined;
}

/** Returns the warnings of a policy without those of `failOpen`, which are printed with their entries. */
export function otherWarnings({ warnings }: Pick<Policy, 'warnings'>): OtherWarnings {
  const others = warnings.filter(({ check }) => check !== FAILS_OPEN);
  const shown = others.slice(0, MAX_PRINTED_WARNINGS);
  const count = others.length - shown.length;
  const file = others[0]?.file ?? '';
  return {
    shown,
    more:
      count === 0
        ? undefined
        : `The policy has ${count} more ${count === 1 ? 'warning' : 'warnings'}: \`risk-gate policy check ${file}\` lists ${count === 1 ? 'it' : 'them'}.`,
  };
}

/** The kind of the warnings of `Policy.failOpen`. */
export const FAILS_OPEN = 'fails-open';
