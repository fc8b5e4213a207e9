import type { Policy } from '../../src/policy/policy.ts';
import { ToolError, UsageError } from '../errors.ts';
import { CaseError } from '../policy/cases/case-error.ts';
import type { CaseFile, PolicyCase } from '../policy/cases/read.ts';
import type { CaseResult } from '../policy/cases/result.ts';
import { prepareCase, type ReadRequestFile, runCase } from '../policy/cases/run-case.ts';
import { caseSources } from '../policy/cases/sources.ts';
import { withSuggestion } from '../suggest.ts';
import { describeGivenScore } from './describe-signals.ts';
import { type ExplainedRequest, explainRequest } from './explain-request.ts';

/** Signals are there at once. */
const DEADLINE_MS = 60_000;

/** The explanation of a test case, and how it differs from what the case expects. */
export interface ExplainedCase extends ExplainedRequest {
  readonly case: Pick<PolicyCase, 'name' | 'file' | 'line'> &
    Pick<CaseResult, 'status' | 'error' | 'mismatches'>;
}

/**
 * Explains what a policy decides on a test case.
 *
 * @throws ToolError if the case cannot be decided.
 */
export async function explainCase(
  policy: Policy,
  policyCase: PolicyCase,
  readRequestFile: ReadRequestFile,
): Promise<ExplainedCase> {
  const { name, file, line, facts } = policyCase;
  try {
    const inputs = prepareCase(policyCase, policy, readRequestFile);
    const { status, error, mismatches } = await runCase(policyCase, policy, readRequestFile);
    const { sources } = caseSources(facts);
    const dependencies = { policy: inputs.policy, sources, deadlineMs: DEADLINE_MS };
    const explained = await explainRequest(inputs.body, dependencies, inputs.now);
    return {
      ...explained,
      signals: explained.signals.map(describeGivenScore),
      case: { name, file, line, status, ...(error !== undefined && { error }), mismatches },
    };
  } catch (error) {
    if (error instanceof CaseError) throw new ToolError(`${file}:${line}: ${error.message}`);
    throw error;
  }
}

/**
 * Finds a case by its name, or by a part of it that no other has. Without a name, the file must have one case only.
 *
 * @throws UsageError if there is no such case.
 */
export function findCase({ file, cases }: CaseFile, name: string | undefined): PolicyCase {
  const [first, second] = cases;
  if (name === undefined) {
    if (first !== undefined && second === undefined) return first;
    throw new UsageError(`${file} has ${cases.length} cases: choose one with --name.`);
  }
  const found = cases.find((one) => one.name === name);
  if (found !== undefined) return found;
  const [similar, ...others] = cases.filter((one) => one.name.includes(name));
  if (similar !== undefined && others.length === 0) return similar;
  const names = cases.slice(0, MAX_NAMES).map((one) => JSON.stringify(one.name));
  throw new UsageError(
    withSuggestion(`${file} has no case ${JSON.stringify(name)}`, JSON.stringify(name), names),
  );
}

/** Names that a message lists. */
const MAX_NAMES = 20;
