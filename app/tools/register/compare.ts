import type { AllowedNames } from '../actions-api/allowed-names.ts';
import type {
  Action,
  ActionChange,
  ApplicationSummary,
  Authentication,
  EndpointChange,
} from '../actions-api/schemas.ts';
import { displayText, displayUrl } from '../display.ts';
import { describeAuthentication, differsVisibly } from './authentication.ts';
import { describeRule, isSameRule, type RuleChange } from './rule.ts';

/** The action as it should be. */
export interface DesiredAction {
  readonly name: string;
  /** The URL of the endpoint. */
  readonly uri: string;
  readonly authentication: Authentication;
  /** Undefined if the server does not know lists of allowed names. */
  readonly names: AllowedNames | undefined;
  readonly rule: RuleChange;
  /** Whether to leave the status of an existing action as it is, and to create an inactive one. */
  readonly keepsStatus: boolean;
}

/** A field that differs, for people; without secrets. */
export interface Difference {
  readonly field:
    | ('name' | 'endpoint' | 'credential' | 'allowed headers' | 'allowed parameters')
    | ('rule' | 'status');
  /** Undefined if the action does not exist yet. */
  readonly from: string | undefined;
  readonly to: string;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** The body of POST or PATCH; undefined if only the status differs, or nothing. */
  readonly change: ActionChange | undefined;
  readonly activates: boolean;
}

export interface CompareOptions {
  /** Whether to send the credential even if no difference can be seen. */
  readonly sendsCredential: boolean;
  /** Applications whose names appear in the description of rules. */
  readonly applications: readonly ApplicationSummary[];
}

const DESCRIPTION = 'Risk Gate decides whether, and with which restrictions, a token is issued.';

/** Compares an action, or none, with what it should be. The secret cannot be compared. */
export function compareAction(
  current: Action | undefined,
  desired: DesiredAction,
  { sendsCredential, applications }: CompareOptions,
): Comparison {
  const { name, uri, authentication, names, rule, keepsStatus } = desired;
  const { endpoint } = current ?? {};
  const differences: Difference[] = [];
  const add = (field: Difference['field'], from: string | undefined, to: string) => {
    differences.push({ field, from: current && (from ?? 'none'), to });
    return true;
  };
  const isNamed = current?.name !== name && add('name', current && displayText(current.name), name);
  const isMoved =
    endpoint?.uri !== uri && add('endpoint', endpoint && displayUrl(endpoint.uri), displayUrl(uri));
  const isAuthenticated =
    // Another endpoint has another secret.
    (endpoint === undefined ||
      isMoved ||
      sendsCredential ||
      differsVisibly(endpoint.authentication, authentication)) &&
    add(
      'credential',
      endpoint && describeAuthentication(endpoint.authentication),
      describeAuthentication(authentication),
    );
  const newHeaders = differingNames(endpoint?.allowedHeaders, names?.headers, true);
  if (newHeaders) add('allowed headers', list(endpoint?.allowedHeaders), list(newHeaders));
  const newParameters = differingNames(endpoint?.allowedParameters, names?.parameters, false);
  if (newParameters) {
    add('allowed parameters', list(endpoint?.allowedParameters), list(newParameters));
  }
  const present = current?.rule ?? undefined;
  const wanted = rule.kind === 'set' ? rule.rule : undefined;
  const isRuled =
    rule.kind !== 'keep' &&
    !isSameRule(present, wanted) &&
    add('rule', describeRule(present, applications), describeRule(wanted, applications));
  const activates = !keepsStatus && current?.status !== 'ACTIVE';
  if (activates) add('status', current && 'inactive', 'active');
  else if (current === undefined) add('status', undefined, 'inactive');

  const endpointChange: EndpointChange = {
    ...(isMoved && { uri }),
    ...(isAuthenticated && { authentication }),
    ...(newHeaders && { allowedHeaders: newHeaders }),
    ...(newParameters && { allowedParameters: newParameters }),
  };
  const change: ActionChange = {
    ...(isNamed && { name }),
    ...(current === undefined && { description: DESCRIPTION }),
    ...(Object.keys(endpointChange).length > 0 && { endpoint: endpointChange }),
    ...(isRuled && { rule: wanted ?? {} }),
  };
  return {
    differences,
    change: Object.keys(change).length > 0 ? change : undefined,
    activates,
  };
}

/**
 * Returns the names if they differ from the present ones. For a new action an empty list is left out: the server could
 * not replace it later.
 */
function differingNames(
  present: readonly string[] = [],
  wanted: readonly string[] | undefined,
  ignoresCase: boolean,
): readonly string[] | undefined {
  if (wanted === undefined) return undefined;
  const key = (names: readonly string[]) =>
    [...new Set(names.map((name) => (ignoresCase ? name.toLowerCase() : name)))].sort().join('\n');
  return key(present) === key(wanted) ? undefined : wanted;
}

function list(names: readonly string[] = []): string {
  return names.length > 0 ? [...names].sort().map(displayText).join(', ') : 'none';
}
