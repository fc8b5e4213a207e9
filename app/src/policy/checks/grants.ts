import { atomsOf, type Comparison, type Formula } from '../cel/analysis/formula.ts';
import { print } from '../cel/library/print.ts';
import { someNode } from '../cel/library/syntax-tree.ts';
import type { PolicyCheck, PolicyParts, RuleParts } from './policy-parts.ts';
import { outcomeIn } from './reasoning/outcome.ts';
import { holdsInAllWorlds } from './reasoning/worlds.ts';

/** The grant without a user and without a refresh token. */
const MACHINE_GRANT = 'client_credentials';

/** Grants whose requests rarely contain scopes: they were requested at the login. */
const GRANTS_WITHOUT_SCOPES: readonly string[] = ['authorization_code', 'refresh_token'];

/** Reports limits of a refresh token in rules for requests that have none. */
export const checkRefreshTokens: PolicyCheck = (parts) => {
  for (const each of parts.rules) {
    if (each.definition.then?.refresh_token === undefined) continue;
    if (!isOnlyFor([MACHINE_GRANT], each, parts)) continue;
    const outcome =
      each.rule.enforcement.restrictions === 'deny'
        ? 'it restricts nothing, and refuses the token where a request states no lifetime or does not allow the drop (unenforceable: deny)'
        : 'it restricts nothing';
    parts.issues
      .at('rules', each.index, 'then', 'refresh_token')
      .warn(
        'no-refresh-token',
        `the condition matches only ${MACHINE_GRANT}, which issues no refresh token: ${outcome}; remove refresh_token, or change the condition`,
      );
  }
};

/** Reports conditions that need a user of requests that have none. */
export const checkUsers: PolicyCheck = (parts) => {
  for (const each of parts.rules) {
    const users = atomsOf(each.formula).filter(
      (atom) => atom.op === 'compare' && atom.variable.key.includes('(id "user")'),
    ) as Comparison[];
    if (users.length === 0 || !isOnlyFor([MACHINE_GRANT], each, parts)) continue;
    if (!needsUser(each.formula, users, parts)) continue;
    const [first] = users;
    const name = first?.variable.node === undefined ? 'user' : print(first.variable.node);
    each.issues.warn(
      'no-user',
      `never matches: with ${MACHINE_GRANT} there is no user, so ${name} is empty; read request.client_id, or change the grant`,
    );
  }
};

/** Reports conditions on requested scopes of requests that rarely have any. */
export const checkRequestedScopes: PolicyCheck = (parts) => {
  for (const each of parts.rules) {
    const readsScopes = someNode(
      each.condition.ast,
      (node) => node.op === '.' && node.args[1] === 'scopes' && print(node.args[0]) === 'request',
    );
    if (!readsScopes || !isOnlyFor(GRANTS_WITHOUT_SCOPES, each, parts)) continue;
    each.issues.warn(
      'requested-scopes',
      `request.scopes is usually empty with ${GRANTS_WITHOUT_SCOPES.join(' and ')}, because the scopes were requested at the login; read token.scopes, which has the granted ones`,
    );
  }
};

/** Returns whether a rule matches requests of some grants only. */
function isOnlyFor(
  grants: readonly string[],
  { formula }: RuleParts,
  { budget }: PolicyParts,
): boolean {
  const atom = atomsOf(formula).find(
    (one) => one.op === 'compare' && one.variable.key === '(. [(id "request"),"grant"])',
  ) as Comparison | undefined;
  if (atom === undefined) return false;
  const isOne: Formula = {
    op: 'compare',
    variable: atom.variable,
    bounds: grants,
    dates: [],
    allows: (value) => grants.includes(String(value)),
  };
  const answer = holdsInAllWorlds(formula, [isOne], {
    budget,
    isRelevant: (world) => outcomeIn(formula, world).status === 'matched',
    test: (world) => outcomeIn(isOne, world).status === 'matched',
  });
  return answer === true;
}

/** Returns whether a condition matches only if a field of the user is not empty. */
function needsUser(
  formula: Formula,
  users: readonly Comparison[],
  { budget }: PolicyParts,
): boolean {
  const variables = new Map(users.map(({ variable }) => [variable.key, variable]));
  const areEmpty = [...variables.values()].map(
    (variable): Formula => ({
      op: 'compare',
      variable,
      bounds: ['', 0].filter((empty) => isOfType(empty, users, variable.key)),
      dates: [],
      allows: (value) => value === '' || value === 0,
    }),
  );
  const answer = holdsInAllWorlds(formula, areEmpty, {
    budget,
    test: (world) =>
      outcomeIn(formula, world).status !== 'matched' ||
      areEmpty.some((isEmpty) => outcomeIn(isEmpty, world).status === 'not-matched'),
  });
  return answer === true;
}

function isOfType(empty: string | number, users: readonly Comparison[], key: string): boolean {
  return users.some(
    ({ variable, bounds }) =>
      variable.key === key && bounds.every((bound) => typeof bound === typeof empty),
  );
}
