import type { AddCommand } from '../command-line.ts';

/** The commands of `risk-gate`, in the order of the help. */
export const COMMANDS: readonly AddCommand[] = [];
