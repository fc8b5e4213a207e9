import { listInWords } from '../../src/lib/list-in-words.ts';
import type { ActionRule, ApplicationSummary } from '../actions-api/schemas.ts';
import { ToolError, UsageError } from '../errors.ts';

/** Which token requests call the action. */
export interface RuleOptions {
  /** Names of applications: one of them. */
  readonly applications: readonly string[];
  /** None of these applications. */
  readonly notApplications: readonly string[];
  /** One of these grants. */
  readonly grants: readonly string[];
  /** None of these grants. */
  readonly notGrants: readonly string[];
  /** Whether to remove the rule, so that every request calls the action. */
  readonly everyRequest: boolean;
}

/** Grants that a rule can have. The server does not check them, and a wrong one would never match. */
const RULE_GRANTS: readonly string[] = [
  ...['authorization_code', 'password', 'refresh_token', 'client_credentials'],
];

/** What happens to the rule. */
export type RuleChange =
  | { readonly kind: 'keep' }
  | { readonly kind: 'remove' }
  | { readonly kind: 'set'; readonly rule: ActionRule };

/** Returns whether a rule needs the ids of applications. */
export function namesApplications({ applications, notApplications }: RuleOptions): boolean {
  return applications.length + notApplications.length > 0;
}

/** Checks the options of a rule before any call. @throws UsageError */
export function checkRuleOptions(options: RuleOptions): void {
  const { applications, notApplications, grants, notGrants, everyRequest } = options;
  const isSet = namesApplications(options) || grants.length + notGrants.length > 0;
  if (everyRequest && isSet) {
    throw new UsageError(
      '--every-request removes the rule: leave it out, or leave out --application and --grant.',
    );
  }
  const unknown = [...grants, ...notGrants].find((grant) => !RULE_GRANTS.includes(grant));
  if (unknown !== undefined) {
    throw new UsageError(
      `A rule cannot have the grant ${JSON.stringify(unknown)}: expected ${RULE_GRANTS.join(', ')}.`,
    );
  }
  for (const [positive, negative, option] of [
    [applications, notApplications, 'application'],
    [grants, notGrants, 'grant'],
  ] as const) {
    const both = positive.find((name) => negative.includes(name));
    if (both === undefined) continue;
    throw new UsageError(
      `${JSON.stringify(both)} is given with --${option} and --not-${option}: remove one of them.`,
    );
  }
}

/**
 * Returns what happens to the rule. Without any option the present rule stays, so that a command that forgets one does
 * not send the requests of every application to the action.
 *
 * @throws ToolError if the name of an application is unknown or ambiguous.
 */
export function ruleChange(options: RuleOptions, known: readonly ApplicationSummary[]): RuleChange {
  const { applications, notApplications, grants, notGrants, everyRequest } = options;
  if (everyRequest) return { kind: 'remove' };
  const conditions = (field: string, operator: string, values: readonly string[]) =>
    values.map((value) => ({ field, operator, value }));
  const ids = (names: readonly string[]) => names.map((name) => idOf(name, known));
  const never = [
    ...conditions('application', 'notEquals', ids(notApplications)),
    ...conditions('grantType', 'notEquals', grants.length > 0 ? [] : notGrants),
  ];
  const anyOf = [
    conditions('application', 'equals', ids(applications)),
    conditions('grantType', 'equals', grants),
  ].filter((alternatives) => alternatives.length > 0);
  const combinations = anyOf.reduce<Expression[][]>(
    (lists, alternatives) =>
      lists.flatMap((list) => alternatives.map((expression) => [...list, expression])),
    [[]],
  );
  const rules = combinations.map((expressions) => ({
    condition: 'AND',
    // An application that must be one of some need not be compared with others.
    expressions: [...expressions, ...(applications.length > 0 ? never.filter(isGrant) : never)],
  }));
  return rules.every(({ expressions }) => expressions.length > 0)
    ? { kind: 'set', rule: { condition: 'OR', rules } }
    : { kind: 'keep' };
}

type Expression = ActionRule['rules'][number]['expressions'][number];

const isGrant = ({ field }: Expression) => field === 'grantType';

function idOf(name: string, known: readonly ApplicationSummary[]): string {
  const found = known.filter((application) => application.name === name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  const quoted = JSON.stringify(name);
  if (found.length > 1) {
    throw new ToolError(
      `${found.length} applications have the name ${quoted}: rename one of them in the Console.`,
    );
  }
  const similar = known.find((each) => each.name.toLowerCase() === name.trim().toLowerCase());
  const remedy =
    similar === undefined
      ? 'copy the name from the Console'
      : `write ${JSON.stringify(similar.name)}`;
  throw new ToolError(`There is no application with the name ${quoted}: ${remedy}.`);
}

/** Returns whether two rules select the same requests, whatever the order of their parts. */
export function isSameRule(a: ActionRule | undefined, b: ActionRule | undefined): boolean {
  return canonical(a) === canonical(b);
}

function canonical(rule: ActionRule | undefined): string {
  if (rule === undefined || rule.rules.length === 0) return '';
  const alternatives = rule.rules.map(({ expressions }) =>
    expressions
      .map(({ field, operator, value }) => JSON.stringify([field, operator, value]))
      .sort()
      .join(),
  );
  return [...new Set(alternatives)].sort().join('\n');
}

const FIELD_NAMES: Readonly<Record<string, string>> = { grantType: 'grant' };
const OPERATOR_NAMES: Readonly<Record<string, string>> = { equals: 'is', notEquals: 'is not' };

/** Returns a rule in words, with the names of the known applications. */
export function describeRule(
  rule: ActionRule | undefined | null,
  known: readonly ApplicationSummary[],
): string {
  if (!rule || rule.rules.length === 0) return 'every request';
  const alternatives = rule.rules.map(({ expressions }) =>
    listInWords(
      expressions.map(({ field, operator, value }) => {
        const name = known.find(({ id }) => field === 'application' && id === value)?.name ?? value;
        return `${FIELD_NAMES[field] ?? field} ${OPERATOR_NAMES[operator] ?? operator} ${name}`;
      }),
    ),
  );
  return alternatives.join('; or ');
}
