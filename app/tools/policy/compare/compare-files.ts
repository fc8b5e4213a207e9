import { findCaseFiles, readCaseFiles, requestFileReader } from '../cases/files.ts';
import { readPolicyBytes } from '../read.ts';
import { comparePolicies, type PolicyComparison } from './compare.ts';
import { type OldPolicyLocation, readOldPolicy } from './old-policy.ts';

/** The cases to decide on. */
export interface CaseOptions {
  /** Folders with cases, or files. */
  readonly cases: readonly string[];
  /** In percent. */
  readonly minCoverage?: number | undefined;
}

/**
 * Compares a policy file with an earlier version.
 *
 * @param folder the folder to which all paths are relative.
 * @throws ToolError if a file cannot be read, or is not a valid file of cases.
 */
export async function compareFiles(
  file: string,
  old: OldPolicyLocation,
  { cases: paths, minCoverage }: CaseOptions,
  folder: string,
): Promise<PolicyComparison> {
  const bytes = await readPolicyBytes(file, folder);
  const before = await readOldPolicy(file, old, folder);
  const caseFiles = paths.length === 0 ? [] : await findCaseFiles(paths, folder);
  const ofPolicies = await readCaseFiles(caseFiles, folder, file);
  const cases = ofPolicies.flatMap(({ files }) => files.flatMap((each) => each.cases));
  return comparePolicies(before, { file, bytes }, cases, {
    minCoverage,
    readRequestFile: requestFileReader(folder),
  });
}
