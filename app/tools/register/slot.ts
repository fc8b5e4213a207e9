import type { ActionsApi } from '../actions-api/client.ts';
import type { Action } from '../actions-api/schemas.ts';
import { displayText } from '../display.ts';
import { ToolError } from '../errors.ts';

/** How the action of Risk Gate is recognized: by its name, or by its endpoint. */
export interface Identity {
  readonly name: string;
  readonly uri?: string | undefined;
}

/** What an organization has as its pre-issue access token action. */
export type Slot =
  | { readonly kind: 'empty' }
  | { readonly kind: 'ours'; readonly action: Action }
  /** Only actions of others. */
  | { readonly kind: 'taken'; readonly actions: readonly Action[] };

/** Finds the action of Risk Gate. @throws ToolError if several actions could be it. */
export async function findSlot(api: ActionsApi, { name, uri }: Identity): Promise<Slot> {
  const summaries = await api.list();
  // The list has no endpoints.
  const actions = await Promise.all(summaries.map(({ id }) => api.get(id)));
  const ours = actions.filter((action) => action.name === name || action.endpoint.uri === uri);
  const [action, ...others] = ours;
  if (others.length > 0) {
    throw new ToolError(
      `${capitalize(api.target.label)} has ${ours.length} actions that could be Risk Gate's, ${quoteNames(ours)}: delete all but one in the Console.`,
    );
  }
  if (action !== undefined) return { kind: 'ours', action };
  return actions.length === 0 ? { kind: 'empty' } : { kind: 'taken', actions };
}

/** Returns the names of actions for a message. */
export function quoteNames(actions: readonly { readonly name: string }[]): string {
  return actions.map(({ name }) => `"${displayText(name)}"`).join(' and ');
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
