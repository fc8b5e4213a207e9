import type { Credential } from '../../src/credential/credential.ts';
import { ActionsApiError, LostAnswerError } from '../actions-api/api-error.ts';
import type { ActionsApi } from '../actions-api/client.ts';
import type { Action, ApplicationSummary } from '../actions-api/schemas.ts';
import { ToolError } from '../errors.ts';
import { type Comparison, compareAction, type DesiredAction, type Difference } from './compare.ts';
import { type CredentialMark, REFRESH_WAIT_MS } from './credential-mark.ts';
import { type Probe, requireAcceptance } from './probe.ts';
import { capitalize, findSlot, quoteNames, type Slot } from './slot.ts';

export interface RegisterOptions {
  readonly api: ActionsApi;
  readonly desired: DesiredAction;
  readonly credential: Credential;
  /** Whether to send the credential even if no difference can be seen. */
  readonly sendsCredential: boolean;
  /** Whether an action of somebody else is taken over. */
  readonly replaces: boolean;
  readonly applications: readonly ApplicationSummary[];
  /** Undefined to change the action without a test request. */
  readonly probe: Probe | undefined;
  /** Notes which version of the secret the action has; undefined if the credential is not in a secret of the stack. */
  readonly mark: CredentialMark | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether to change nothing. */
  readonly isPlan: boolean;
}

export interface RegisterResult {
  /** Undefined if a plan would create it. */
  readonly id: string | undefined;
  readonly differences: readonly Difference[];
  readonly warnings: readonly string[];
  /** The action as the server has it afterwards. */
  readonly action: Action | undefined;
  /** For the description of its rule; empty if the API does not return them. */
  readonly applications: readonly ApplicationSummary[];
}

/**
 * Creates or changes the action so that it is as desired. Changes nothing if it already is.
 *
 * @throws ToolError, after which the command can be run again.
 */
export async function register(given: RegisterOptions): Promise<RegisterResult> {
  const { api, desired, credential, probe, mark, isPlan } = given;
  const slot = await findSlot(api, desired);
  const current = presentAction(slot, given);
  const applications = await applicationsToDescribe(given, current);
  const options = { ...given, applications };
  checkTokenLoop(options, current);
  const isStale = current !== undefined && mark?.isStale === true;
  const sendsCredential = options.sendsCredential || isStale;
  const comparison = compareAction(current, desired, { ...options, sendsCredential });
  const { differences } = comparison;
  if (isPlan || differences.length === 0) {
    return { id: current?.id, differences, warnings: [], action: current, applications };
  }
  if (sendsCredential && current?.status === 'ACTIVE') checkAge(options);
  if (probe !== undefined) await requireAcceptance(probe, desired.uri, credential);
  const id = await write(options, current, comparison);
  const stored = await api.get(id);
  requireStored(stored, options);
  if (comparison.activates || (stored.status !== 'ACTIVE' && !desired.keepsStatus)) {
    await api.activate(id);
  }
  const action = await api.get(id);
  if (!desired.keepsStatus && action.status !== 'ACTIVE') {
    throw new ToolError(
      'The server has accepted the activation, but the action is still inactive: run the command again, or activate it in the Console.',
    );
  }
  const isSent = differences.some(({ field }) => field === 'credential');
  const warning = isSent ? await mark?.set() : undefined;
  const warnings = warning === undefined ? [] : [warning];
  return { id, differences, warnings, action, applications };
}

/** Returns the given applications, or all of them if the present rule has ids of some. Ids are shown without the scope for it. */
async function applicationsToDescribe(
  { api, applications }: RegisterOptions,
  current: Action | undefined,
): Promise<readonly ApplicationSummary[]> {
  const expressions = current?.rule?.rules.flatMap((each) => each.expressions) ?? [];
  const hasIds = expressions.some(({ field }) => field === 'application');
  if (applications.length > 0 || !hasIds) return applications;
  try {
    return await api.findApplications();
  } catch (error) {
    if (error instanceof ToolError) return [];
    throw error;
  }
}

/** @throws ToolError if the slot belongs to somebody else. */
function presentAction(slot: Slot, { api, replaces }: RegisterOptions): Action | undefined {
  if (slot.kind === 'empty') return undefined;
  if (slot.kind === 'ours') return slot.action;
  const [only, ...others] = slot.actions;
  const names = quoteNames(slot.actions);
  if (others.length > 0) {
    throw new ToolError(
      `${capitalize(api.target.label)} has other pre-issue access token actions, ${names}: delete them in the Console, or name the one of Risk Gate with --name.`,
    );
  }
  if (replaces) return only;
  throw new ToolError(
    `The pre-issue access token action of ${api.target.label} is ${names}, which is not Risk Gate's: take it over with --replace, or name it with --name if it is.`,
  );
}

/** @throws ToolError if some tasks may not have read the secret yet, so that they would reject calls. */
function checkAge({ mark, now }: RegisterOptions): void {
  if (mark === undefined || now() - mark.createdAt >= REFRESH_WAIT_MS) return;
  throw new ToolError(
    'The secret was changed less than six minutes ago, so that some tasks may not have read it yet: run the command with --rotate, which waits and finishes the rotation, or run it again later.',
  );
}

/**
 * With OAuth2, issuing the identity server's own access token must not call the action, which would need a token again.
 *
 * @throws ToolError if the rule excludes neither the grant nor, by naming an application, that of the token.
 */
function checkTokenLoop({ api, desired }: RegisterOptions, current: Action | undefined): void {
  const { type, properties } = desired.authentication;
  if (type !== 'CLIENT_CREDENTIAL' || properties.tokenEndpoint !== api.target.tokenUrl) return;
  const { rule } = desired;
  const effective =
    rule.kind === 'set' ? rule.rule : rule.kind === 'keep' ? current?.rule : undefined;
  const alternatives = effective?.rules ?? [];
  const isExcluded =
    alternatives.length > 0 &&
    alternatives.every(({ expressions }) =>
      expressions.some(
        ({ field, operator, value }) =>
          field === 'application' ||
          (field === 'grantType' && (operator === 'equals') !== (value === 'client_credentials')),
      ),
    );
  if (isExcluded) return;
  throw new ToolError(
    'The identity server would call the action for the access token that it needs for this very call, so that nobody gets a token: exclude the application of RISK_GATE_CALLER_CLIENT_ID with --not-application, or its grant with --not-grant client_credentials.',
  );
}

/** Creates or changes the action, and returns its id. */
async function write(
  options: RegisterOptions,
  current: Action | undefined,
  { change }: Comparison,
): Promise<string> {
  const { api } = options;
  if (current === undefined) return create(options);
  if (change === undefined) return current.id;
  await api.update(current.id, change);
  return current.id;
}

const MAX_CREATIONS = 2;

/**
 * Creates the action. After a failure that may have created it, or a creation by somebody else at the same time, looks
 * before it tries again: an action must not be created twice.
 */
async function create(options: RegisterOptions): Promise<string> {
  const { api, desired } = options;
  const { change } = compareAction(undefined, desired, { ...options, sendsCredential: true });
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await api.create(change ?? {})).id;
    } catch (error) {
      if (!mayExistNow(error)) throw error;
      const slot = await findSlot(api, desired);
      const present = presentAction(slot, options);
      if (present !== undefined) {
        // Another run may have created it with another credential.
        const comparison = compareAction(present, desired, { ...options, sendsCredential: true });
        if (comparison.change !== undefined) await api.update(present.id, comparison.change);
        return present.id;
      }
      if (attempt >= MAX_CREATIONS) throw error;
    }
  }
}

const MAXIMUM_REACHED = '60002';

function mayExistNow(error: unknown): boolean {
  if (error instanceof LostAnswerError) return true;
  if (!(error instanceof ActionsApiError)) return false;
  return error.code === MAXIMUM_REACHED || error.status === 429 || error.status >= 500;
}

/** @throws ToolError if the server has not stored what it accepted. */
function requireStored(stored: Action, options: RegisterOptions): void {
  const { differences } = compareAction(stored, options.desired, {
    ...options,
    sendsCredential: false,
  });
  const fields = differences.map(({ field }) => field).filter((field) => field !== 'status');
  if (fields.length === 0) return;
  throw new ToolError(
    `The server has accepted the change, but the action still differs in ${fields.join(', ')}: run the command again, and look at the action in the Console.`,
  );
}
