import { compilePolicy } from '../../../src/policy/compile.ts';
import { decodePolicy } from '../../../src/policy/file/decode.ts';
import { PolicyError } from '../../../src/policy/file/issues.ts';
import { readYaml } from '../../../src/policy/file/source.ts';
import { ToolError } from '../../errors.ts';
import { readPolicyBytes } from '../read.ts';
import type { Coverage, CoveragePoint } from './coverage/coverage.ts';
import { findExample } from './coverage/example.ts';
import { type CasesOfPolicy, findCaseFiles, readCaseFiles, requestFileReader } from './files.ts';
import type { CaseResult } from './result.ts';
import { runCases } from './run.ts';
import { describeRules } from './why.ts';

export interface TestPoliciesOptions {
  /** Files with cases, and folders that contain such files. */
  readonly paths: readonly string[];
  /** The folder to which paths are relative. */
  readonly folder: string;
  /** Replaces the policies that the files name. */
  readonly policy?: string | undefined;
  /** Runs only cases whose names contain this text. Coverage is then not measured. */
  readonly filter?: string | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly clock?: () => number;
  /** Called with the number of all cases before they run; returns what to call after each. */
  readonly onStart?: (total: number) => (done: number) => void;
}

/** A case that has failed. */
export interface FailedCase {
  readonly result: CaseResult;
  readonly policy: string;
  /** Lines that say what the rules did. */
  readonly why: readonly string[];
}

/** Something that no case reaches, with its place in the policy. */
export interface LocatedPoint extends CoveragePoint {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** What a case can state to reach it, as YAML. */
  readonly example?: string;
}

/** The coverage of one policy. */
export interface PolicyCoverage extends Omit<Coverage, 'points'> {
  readonly policy: string;
  /** What no case reaches. */
  readonly missing: readonly LocatedPoint[];
}

/** The results of all cases. */
export interface TestReport {
  readonly results: readonly CaseResult[];
  readonly failed: readonly FailedCase[];
  readonly passed: number;
  readonly milliseconds: number;
  /** Empty if cases were filtered. */
  readonly coverage: readonly PolicyCoverage[];
}

/**
 * Finds the files with cases, and runs each case against its policy.
 *
 * @throws ToolError if a file or a policy cannot be read, or has issues; or if no case has the name.
 */
export async function testPolicies(options: TestPoliciesOptions): Promise<TestReport> {
  const { paths, folder, filter, clock = () => performance.now() } = options;
  const start = clock();
  const files = await findCaseFiles(paths, folder);
  const groups = await readCaseFiles(files, folder, options.policy);
  const selected = groups.map((group) => ({ ...group, cases: selectCases(group, filter) }));
  const total = selected.reduce((sum, { cases }) => sum + cases.length, 0);
  if (total === 0) {
    throw new ToolError(
      filter === undefined
        ? `There is no case in ${files.join(', ')}: add one below cases.`
        : `No case has a name that contains "${filter}": correct the filter, or leave it out.`,
    );
  }
  const readRequestFile = requestFileReader(folder);
  const onProgress = options.onStart?.(total);
  const results: CaseResult[] = [];
  const failed: FailedCase[] = [];
  const coverage: PolicyCoverage[] = [];
  for (const { policy: path, cases } of selected) {
    const { policy, text } = await readPolicy(path, folder);
    const run = await runCases(policy, cases, {
      readRequestFile,
      onProgress: (done) => onProgress?.(results.length + done),
    });
    results.push(...run.results);
    for (const result of run.results) {
      if (result.status === 'passed') continue;
      const why =
        result.run === undefined || result.status === 'error'
          ? []
          : await describeRules(result.case, policy, readRequestFile);
      failed.push({ result, policy: path, why });
    }
    if (filter === undefined) coverage.push(locateCoverage(run.coverage, path, text, policy.lists));
  }
  return {
    results,
    failed,
    passed: results.length - failed.length,
    milliseconds: clock() - start,
    coverage,
  };
}

function selectCases({ files }: CasesOfPolicy, filter: string | undefined) {
  const cases = files.flatMap((file) => file.cases);
  const wanted = filter?.toLowerCase();
  return wanted === undefined
    ? cases
    : cases.filter(({ name }) => name.toLowerCase().includes(wanted));
}

async function readPolicy(path: string, folder: string) {
  const bytes = await readPolicyBytes(path, folder);
  try {
    const text = decodePolicy(bytes, path);
    return { policy: compilePolicy(text, path), text };
  } catch (error) {
    if (error instanceof PolicyError) throw new ToolError(error.message);
    throw error;
  }
}

function locateCoverage(
  { points, ...rest }: Coverage,
  policy: string,
  text: string,
  lists: Parameters<typeof findExample>[1],
): PolicyCoverage {
  const source = readYaml(text, policy);
  const missing = points
    .filter(({ reached }) => !reached)
    .map((point): LocatedPoint => {
      const { path, position, length, missing: message } = point;
      const [located] = source.locate([
        {
          path,
          message,
          severity: 'warning',
          ...(position !== undefined && { position }),
          ...(length !== undefined && { length }),
        },
      ]);
      const example = findExample(point, lists);
      return {
        ...point,
        line: located?.line ?? 1,
        column: located?.column ?? 1,
        ...(example !== undefined && { example }),
      };
    });
  return { ...rest, policy, missing };
}
