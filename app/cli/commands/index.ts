import type { AddCommand } from '../command-line.ts';
import { addPolicy } from './policy/index.ts';

/** The commands of `risk-gate`, in the order of the help. */
export const COMMANDS: readonly AddCommand[] = [addPolicy];
