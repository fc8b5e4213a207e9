import type { Policy } from '../../../src/policy/policy.ts';
import type { PolicyCase } from './read.ts';
import type { CaseResult } from './result.ts';
import { CaseError, type ReadRequestFile, runCase } from './run-case.ts';

/** The results of cases, in their order. */
export interface CasesRun {
  readonly results: readonly CaseResult[];
  readonly passed: number;
  /** Those included that could not be decided. */
  readonly failed: number;
}

export interface RunOptions {
  /** @default cases cannot name request files */
  readonly readRequestFile?: ReadRequestFile | undefined;
  /** Called after each case with the number of cases done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Runs cases against a policy. */
export async function runCases(
  policy: Policy,
  cases: readonly PolicyCase[],
  { readRequestFile = refuseRequestFile, onProgress }: RunOptions = {},
): Promise<CasesRun> {
  const results: CaseResult[] = [];
  for (const policyCase of cases) {
    results.push(await runCase(policyCase, policy, readRequestFile));
    onProgress?.(results.length);
  }
  const passed = results.filter(({ status }) => status === 'passed').length;
  return { results, passed, failed: results.length - passed };
}

const refuseRequestFile: ReadRequestFile = (path) => {
  throw new CaseError(
    `The request file ${path} cannot be read here. Describe the request in given.`,
  );
};
