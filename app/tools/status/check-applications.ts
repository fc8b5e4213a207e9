import { listInWords } from '../../src/lib/list-in-words.ts';
import type { ActionRule, OidcApplication } from '../actions-api/schemas.ts';
import { displayText } from '../display.ts';
import { error, type Finding, ok, warning } from '../findings/finding.ts';
import type { TrafficSummary } from './client-summary.ts';
import type { ReadApplications } from './read-applications.ts';

/** The grants for which the identity server calls the action; `refresh_token` for tokens of the first and the last. */
const CALLING_GRANTS: readonly string[] = [
  ...['authorization_code', 'client_credentials', 'password', 'refresh_token'],
];
/** Grants that issue no token at the token endpoint. */
const OTHER_FLOWS: readonly string[] = ['implicit'];

/** Sentences stay readable. */
const MAX_NAMES = 8;

/**
 * Checks for which applications and grants the action is never called.
 *
 * @param traffic undefined if it is not known.
 */
export function checkApplications(
  { applications, isComplete }: Pick<ReadApplications, 'applications' | 'isComplete'>,
  rule: ActionRule | undefined | null,
  traffic: TrafficSummary | undefined,
): readonly Finding[] {
  const opaque = applications.filter(
    ({ tokenType }) => tokenType !== undefined && tokenType !== 'JWT',
  );
  const jwt = applications.filter((application) => !opaque.includes(application));
  const excluded = jwt.filter(({ id }) => rule && !mayCall(rule, id));
  const called = jwt.filter((application) => !excluded.includes(application));
  const findings = [
    ...describeOpaque(opaque),
    ...describeUnknown(applications.filter(({ tokenType }) => tokenType === undefined)),
    ...describeExcluded(excluded),
    ...describeGrants(called),
    ...(traffic === undefined ? [] : describeSilent(called, traffic)),
  ];
  if (findings.length > 0 || !isComplete) return findings;
  return [
    applications.length === 0
      ? warning(
          'There is no application with OpenID Connect or OAuth, so nothing calls the action.',
        )
      : ok('The access tokens of all applications are JWTs, so the action is called for them.'),
  ];
}

function describeOpaque(applications: readonly OidcApplication[]): readonly Finding[] {
  if (applications.length === 0) return [];
  return [
    error(
      `${subject(applications)} opaque access tokens, for which Risk Gate is never called: choose the token type JWT in the Console.`.replace(
        '%',
        applications.length === 1 ? 'gets' : 'get',
      ),
    ),
  ];
}

function describeUnknown(applications: readonly OidcApplication[]): readonly Finding[] {
  if (applications.length === 0) return [];
  return [
    warning(
      `The identity server does not say which access tokens ${names(applications)} ${applications.length === 1 ? 'gets' : 'get'}: see in the Console that they are JWTs.`,
    ),
  ];
}

function describeExcluded(applications: readonly OidcApplication[]): readonly Finding[] {
  if (applications.length === 0) return [];
  const verb = applications.length === 1 ? 'is' : 'are';
  return [
    warning(
      `${subject(applications)} tokens without Risk Gate, because the rule of the action does not select ${applications.length === 1 ? 'it' : 'them'}: change the rule if ${applications.length === 1 ? 'it' : 'they'} ${verb} to be protected.`.replace(
        '%',
        applications.length === 1 ? 'gets' : 'get',
      ),
    ),
  ];
}

function describeGrants(applications: readonly OidcApplication[]): readonly Finding[] {
  const byGrant = new Map<string, OidcApplication[]>();
  for (const application of applications) {
    for (const grant of application.grants) {
      if (CALLING_GRANTS.includes(grant) || OTHER_FLOWS.includes(grant)) continue;
      byGrant.set(grant, [...(byGrant.get(grant) ?? []), application]);
    }
  }
  return [...byGrant].map(([grant, users]) =>
    warning(
      `The grant ${displayText(grant)} of ${names(users)} may not call the action: the identity server calls it for ${listInWords([...CALLING_GRANTS])}.`,
    ),
  );
}

function describeSilent(
  applications: readonly OidcApplication[],
  { clients }: TrafficSummary,
): readonly Finding[] {
  const seen = new Set(clients.map(({ clientId }) => clientId));
  const silent = applications.filter(
    ({ clientId }) => clientId !== undefined && !seen.has(clientId),
  );
  if (silent.length === 0) return [];
  return [
    warning(
      `The service has seen no request of ${names(silent)}: request a token, and see whether a decision is recorded.`,
    ),
  ];
}

function subject(applications: readonly OidcApplication[]): string {
  return `${applications.length === 1 ? 'The application' : 'The applications'} ${names(applications)} %`;
}

function names(applications: readonly OidcApplication[]): string {
  const shown = applications.slice(0, MAX_NAMES).map(({ name }) => `"${displayText(name)}"`);
  const more = applications.length - shown.length;
  return listInWords(more > 0 ? [...shown, `${more} more`] : shown);
}

/** Returns whether a rule can select a request of an application, with some grant. */
function mayCall({ rules }: ActionRule, id: string): boolean {
  return rules.some(({ expressions }) =>
    expressions.every(({ field, operator, value }) => {
      if (field !== 'application') return true;
      return operator === 'equals' ? value === id : value !== id;
    }),
  );
}
