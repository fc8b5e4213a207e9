/** The kinds of warnings about a policy, in the order of docs/policy-checks.md. */
export const CHECK_NAMES = [
  'never-matches',
  'always-matches',
  'shadowed-rule',
  'redundant-rule',
  'unknown-name',
  'never-empty',
  'later-claim',
  'unreachable-absence',
  'no-user',
  'no-refresh-token',
  'requested-scopes',
  'glob-in-regex',
  'regex-in-glob',
  'pattern-in-comparison',
  'broad-network',
  'expired-entry',
  'duplicate-entry',
  'unused-list',
  'unused-feed',
  'unused-unknown',
  'missing-feed',
  'fails-open',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];
