import type { Policy } from '../../../src/policy/policy.ts';
import { CaseError } from './case-error.ts';
import { type Coverage, coverageOf } from './coverage/coverage.ts';
import { ConditionObserver } from './coverage/observer.ts';
import type { PolicyCase } from './read.ts';
import type { CaseResult } from './result.ts';
import { type ReadRequestFile, runCase } from './run-case.ts';

/** The results of cases, in their order, and what they reach. */
export interface CasesRun {
  readonly results: readonly CaseResult[];
  readonly passed: number;
  /** Those included that could not be decided. */
  readonly failed: number;
  readonly coverage: Coverage;
}

export interface RunOptions {
  /** @default cases cannot name request files */
  readonly readRequestFile?: ReadRequestFile | undefined;
  /** Called after each case with the number of cases done. The next case waits for a promise that it returns. */
  readonly onProgress?: ((done: number) => void | Promise<void>) | undefined;
}

/**
 * Runs cases against a policy. Meanwhile the policy must not decide on anything else: its conditions are observed.
 */
export async function runCases(
  policy: Policy,
  cases: readonly PolicyCase[],
  { readRequestFile = refuseRequestFile, onProgress }: RunOptions = {},
): Promise<CasesRun> {
  const observer = new ConditionObserver(policy);
  try {
    const results: CaseResult[] = [];
    for (const policyCase of cases) {
      const { createSignals, onEvent } = observer;
      results.push(await runCase(policyCase, policy, readRequestFile, { createSignals, onEvent }));
      const pause = onProgress?.(results.length);
      if (pause !== undefined) await pause;
    }
    const passed = results.filter(({ status }) => status === 'passed').length;
    const coverage = coverageOf(policy, observer, cases);
    return { results, passed, failed: results.length - passed, coverage };
  } finally {
    observer.stop();
  }
}

const refuseRequestFile: ReadRequestFile = (path) => {
  throw new CaseError(
    `The request file ${path} cannot be read here. Describe the request in given.`,
  );
};
