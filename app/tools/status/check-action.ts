import type { AllowedNames } from '../actions-api/allowed-names.ts';
import type { Action, ApplicationSummary } from '../actions-api/schemas.ts';
import { displayText, displayUrl } from '../display.ts';
import { error, type Finding, ok, warning } from '../findings/finding.ts';
import { describeRule } from '../register/rule.ts';
import { capitalize, quoteNames, type Slot } from '../register/slot.ts';

/** What the action should be, as far as it is known. */
export interface ExpectedAction {
  readonly uri?: string | undefined;
  readonly names?: AllowedNames | undefined;
}

/** Checks what the identity server reports about the action. */
export function checkAction(
  slot: Slot,
  label: string,
  expected: ExpectedAction,
  applications: readonly ApplicationSummary[],
): readonly Finding[] {
  if (slot.kind === 'empty') {
    return [
      error(
        `${capitalize(label)} has no pre-issue access token action, so all tokens are issued without Risk Gate: run risk-gate register.`,
      ),
    ];
  }
  if (slot.kind === 'taken') {
    return [
      error(
        `${capitalize(label)} has another action, ${quoteNames(slot.actions)}, so all tokens are issued without Risk Gate: give its name with --name, or take it over with risk-gate register --replace.`,
      ),
    ];
  }
  const { action } = slot;
  return [
    checkStatus(action),
    ...checkEndpoint(action, expected.uri),
    checkRule(action, applications),
    ...checkNames(action, expected.names),
  ];
}

function checkStatus({ name, status, version }: Action): Finding {
  const quoted = `"${displayText(name)}"`;
  if (status !== 'ACTIVE') {
    return error(
      `The action ${quoted} is inactive, so all tokens are issued without Risk Gate: run risk-gate resume.`,
    );
  }
  return ok(
    `The action ${quoted} is active${version ? `, in version ${displayText(version)}` : ''}.`,
  );
}

function checkEndpoint(
  { endpoint: { uri } }: Action,
  expected: string | undefined,
): readonly Finding[] {
  if (expected === undefined) return [];
  return [
    uri === expected
      ? ok(`It calls ${displayUrl(uri)}, the endpoint of the stack.`)
      : error(
          `It calls ${displayUrl(uri)}, but the endpoint of the stack is ${displayUrl(expected)}: name the right stack with --stack, or run risk-gate register.`,
        ),
  ];
}

function checkRule({ rule }: Action, applications: readonly ApplicationSummary[]): Finding {
  if (!rule || rule.rules.length === 0) return ok('It has no rule: every request calls it.');
  return warning(
    `Its rule selects requests (${displayText(describeRule(rule, applications))}): all others get their tokens without Risk Gate.`,
  );
}

function checkNames({ endpoint }: Action, names: AllowedNames | undefined): readonly Finding[] {
  if (names === undefined) return [];
  const { allowedHeaders, allowedParameters } = endpoint;
  if (allowedHeaders.length === 0) {
    return [
      warning(
        'It has no list of allowed headers: on WSO2 Identity Server, deployment.toml must allow them; in Asgardeo, run risk-gate register.',
      ),
    ];
  }
  const missing = [
    ...missingFrom(names.headers, allowedHeaders).map((name) => `the header ${name}`),
    ...missingFrom(names.parameters, allowedParameters).map((name) => `the parameter ${name}`),
  ];
  return [
    missing.length === 0
      ? ok('It allows every header and parameter that the service reads.')
      : error(
          `It does not allow ${missing.join(', ')}, so the policy cannot use ${missing.length === 1 ? 'it' : 'them'}: run risk-gate register.`,
        ),
  ];
}

/** Header names do not depend on case; the identity server compares parameters as they are. */
function missingFrom(wanted: readonly string[], allowed: readonly string[]): readonly string[] {
  const known = new Set(allowed.map((name) => name.toLowerCase()));
  return wanted.filter((name) => !known.has(name.toLowerCase()));
}
