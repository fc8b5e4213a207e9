import type { AddCommand } from '../command-line.ts';
import { addPause } from './pause.ts';
import { addPolicy } from './policy/index.ts';
import { addRegister } from './register/register.ts';
import { addResume } from './resume.ts';
import { addSmoke } from './smoke.ts';
import { addStatus } from './status.ts';

/** The commands of `risk-gate`, in the order of the help. */
export const COMMANDS: readonly AddCommand[] = [
  addRegister,
  addPause,
  addResume,
  addSmoke,
  addStatus,
  addPolicy,
];
