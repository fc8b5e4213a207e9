import type { LocatedIssue } from '../../../src/policy/file/issues.ts';

/** The issues of two versions of a policy. */
export interface IssueChanges {
  /** Only the new policy has them. */
  readonly added: readonly LocatedIssue[];
  /** Only the old policy has them. */
  readonly fixed: readonly LocatedIssue[];
  /** Both have them; with the places in the new policy. */
  readonly remaining: readonly LocatedIssue[];
}

/** The issues of one version. */
interface Checked {
  /** Undefined if the version has errors: not all its warnings are known. */
  readonly policy: object | undefined;
  readonly issues: readonly LocatedIssue[];
}

/**
 * Compares issues without regard to their lines, which every edit above them changes. If one version has errors, no
 * warning counts as added or fixed.
 *
 * @param before undefined if there is no old version.
 */
export function compareIssues(before: Checked | undefined, after: Checked): IssueChanges {
  const { added, fixed, remaining } = matchIssues(before?.issues ?? [], after.issues);
  if (after.policy !== undefined && (before === undefined || before.policy !== undefined)) {
    return { added, fixed, remaining };
  }
  return {
    added: added.filter(isError),
    fixed: fixed.filter(isError),
    remaining: after.issues.filter((issue) => remaining.includes(issue) || !isError(issue)),
  };
}

function isError({ severity }: LocatedIssue): boolean {
  return severity === 'error';
}

function matchIssues(
  before: readonly LocatedIssue[],
  after: readonly LocatedIssue[],
): IssueChanges {
  const left = new Map<string, LocatedIssue[]>();
  for (const issue of before) left.set(keyOf(issue), [...(left.get(keyOf(issue)) ?? []), issue]);
  const added: LocatedIssue[] = [];
  const remaining: LocatedIssue[] = [];
  for (const issue of after) {
    const isOld = left.get(keyOf(issue))?.shift() !== undefined;
    (isOld ? remaining : added).push(issue);
  }
  return { added, fixed: [...left.values()].flat(), remaining };
}

function keyOf({ severity, check, place, message }: LocatedIssue): string {
  return JSON.stringify([severity, check, place, message]);
}
