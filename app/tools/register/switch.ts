import type { ActionsApi } from '../actions-api/client.ts';
import { ToolError } from '../errors.ts';
import { type Probe, requirePresence } from './probe.ts';
import { capitalize, findSlot, type Identity, quoteNames } from './slot.ts';

export interface SwitchResult {
  readonly id: string;
  readonly hasChanged: boolean;
}

/** Deactivates the action. @throws ToolError if there is none, or only that of somebody else. */
export async function pauseAction(api: ActionsApi, identity: Identity): Promise<SwitchResult> {
  const action = await requireOwnAction(api, identity);
  if (action.status === 'INACTIVE') return { id: action.id, hasChanged: false };
  await api.deactivate(action.id);
  await requireStatus(api, action.id, 'INACTIVE');
  return { id: action.id, hasChanged: true };
}

/**
 * Activates the action.
 *
 * @param createProbe undefined to activate it without a test request.
 * @throws ToolError if there is none, or only that of somebody else, or if Risk Gate does not answer at its endpoint.
 */
export async function resumeAction(
  api: ActionsApi,
  identity: Identity,
  createProbe: ((uri: string) => Probe) | undefined,
): Promise<SwitchResult> {
  const { id, status, endpoint } = await requireOwnAction(api, identity);
  if (status === 'ACTIVE') return { id, hasChanged: false };
  if (createProbe !== undefined) await requirePresence(createProbe(endpoint.uri), endpoint.uri);
  await api.activate(id);
  await requireStatus(api, id, 'ACTIVE');
  return { id, hasChanged: true };
}

export interface RemoveResult {
  /** Undefined if there was no action. */
  readonly id: string | undefined;
}

/** Deactivates and deletes the action. Does nothing if there is none; actions of others stay. */
export async function removeAction(
  api: ActionsApi,
  identity: Identity,
  isPlan: boolean,
): Promise<RemoveResult> {
  const slot = await findSlot(api, identity);
  if (slot.kind !== 'ours') return { id: undefined };
  const { id, status } = slot.action;
  if (isPlan) return { id };
  // Requests that have begun end with the action that they know.
  if (status === 'ACTIVE') await api.deactivate(id);
  await api.delete(id);
  const left = await api.list();
  if (left.some((action) => action.id === id)) {
    throw new ToolError(
      'The server has accepted the deletion, but the action is still there, inactive: run the command again.',
    );
  }
  return { id };
}

async function requireOwnAction(api: ActionsApi, identity: Identity) {
  const slot = await findSlot(api, identity);
  if (slot.kind === 'ours') return slot.action;
  const { label } = api.target;
  if (slot.kind === 'empty') {
    throw new ToolError(
      `${capitalize(label)} has no pre-issue access token action: check the name of the organization, or register it with risk-gate register.`,
    );
  }
  throw new ToolError(
    `${capitalize(label)} has no action "${identity.name}", only ${quoteNames(slot.actions)}: name it with --name if it is Risk Gate's.`,
  );
}

async function requireStatus(
  api: ActionsApi,
  id: string,
  expected: 'ACTIVE' | 'INACTIVE',
): Promise<void> {
  const { status } = await api.get(id);
  if (status === expected) return;
  throw new ToolError(
    `The server has accepted the request, but the action is still ${status.toLowerCase()}: run the command again, or use the Console.`,
  );
}
