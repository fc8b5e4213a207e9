import * as z from 'zod';
import type { DecisionDependencies } from '../../src/http/handle-action.ts';
import { type ExplainedRequest, explainRequest } from '../../tools/explain/explain-request.ts';
import { type EdgeOptions, edgeHeaders } from '../../tools/requests/edge.ts';
import { sampleTokenRequest } from '../../tools/requests/token-request.ts';
import { parseFormWith } from './form.ts';

const shortString = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters');

/** The form of the page. */
const formSchema = z.strictObject({
  /** Empty for a request without an address header. */
  address: z.string().trim().max(200, 'must have at most 200 characters'),
  grant: shortString,
  clientId: shortString,
  /** Space-separated, as in OAuth. */
  scopes: z.string().max(2000, 'must have at most 2000 characters'),
  /** `2026-01-05T10:30`, in UTC; empty for now. */
  time: z
    .literal('')
    .or(z.iso.datetime({ local: true, error: 'must be a date and time such as 2026-01-05T10:30' })),
});

export type TryForm = z.output<typeof formSchema>;

/** Parses the form that the page sends. @throws FormError */
export function parseForm(text: string): TryForm {
  return parseFormWith(formSchema, text);
}

/**
 * Builds a request from the form and decides on it with the policy, signals and caches of the running service.
 * Nothing is recorded or counted.
 *
 * @param edge sets the header from which the service reads the client address.
 */
export async function tryRequest(
  form: TryForm,
  dependencies: DecisionDependencies,
  edge: EdgeOptions,
): Promise<ExplainedRequest> {
  const request = sampleTokenRequest({
    headers: edgeHeaders(form.address, edge),
    grant: form.grant,
    clientId: form.clientId,
    scopes: form.scopes.split(/\s+/).filter((scope) => scope !== ''),
  });
  const time = form.time === '' ? dependencies.now() : Date.parse(`${form.time}Z`);
  return explainRequest(JSON.stringify(request), dependencies, time);
}
