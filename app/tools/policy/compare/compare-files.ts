import { findCaseFiles, readCaseFiles, requestFileReader } from '../cases/files.ts';
import { readPolicyBytes } from '../read.ts';
import { comparePolicies, type PolicyComparison } from './compare.ts';
import { type OldPolicyLocation, readOldPolicy } from './old-policy.ts';

/**
 * Compares a policy file with an earlier version.
 *
 * @param casePaths folders with cases, or files.
 * @param folder the folder to which all paths are relative.
 * @throws ToolError if a file cannot be read, or is not a valid file of cases.
 */
export async function compareFiles(
  file: string,
  old: OldPolicyLocation,
  casePaths: readonly string[],
  folder: string,
): Promise<PolicyComparison> {
  const bytes = await readPolicyBytes(file, folder);
  const before = await readOldPolicy(file, old, folder);
  const caseFiles = casePaths.length === 0 ? [] : await findCaseFiles(casePaths, folder);
  const ofPolicies = await readCaseFiles(caseFiles, folder, file);
  const cases = ofPolicies.flatMap(({ files }) => files.flatMap((each) => each.cases));
  return comparePolicies(before, { file, bytes }, cases, {
    readRequestFile: requestFileReader(folder),
  });
}
