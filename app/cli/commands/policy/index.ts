import type { AddCommand } from '../../command-line.ts';
import { addPolicyCheck } from './check.ts';
import { addPolicyCompare } from './compare.ts';
import { addPolicyExplain } from './explain.ts';
import { addPolicyReplay } from './replay.ts';
import { addPolicySchema } from './schema.ts';
import { addPolicyTest } from './test.ts';

/** The commands of `risk-gate policy`, in the order of the help. */
const POLICY_COMMANDS: readonly AddCommand[] = [
  addPolicyCheck,
  addPolicyTest,
  addPolicyCompare,
  addPolicyExplain,
  addPolicyReplay,
  addPolicySchema,
];

/** Adds `policy`, which has commands of its own. */
export const addPolicy: AddCommand = (program, commandLine) => {
  const policy = program.command('policy').description('Check, test and compare policies.');
  for (const addCommand of POLICY_COMMANDS) addCommand(policy, commandLine);
};
