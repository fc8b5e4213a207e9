import type { Handler } from 'hono';
import { apiVersionOf } from './api-version.ts';
import type { AppEnv } from './env.ts';
import type { HandleAction } from './handle-action.ts';
import { RequestBatcher } from './request-batcher.ts';
import { respond } from './respond.ts';
import { testKindOf } from './test-request.ts';

/**
 * Decides on the body of an authenticated request, in one batch with the requests that arrived together with
 * it, and responds with the decision and its id.
 *
 * @example
 * app.post(path, authenticate(…), limitBody(…), postAction(handleAction));
 */
export function postAction(handleAction: HandleAction): Handler<AppEnv> {
  const batcher = new RequestBatcher();
  return async function postAction(context) {
    await batcher.afterReads();
    const decisionId = context.get('requestId');
    const body = await handleAction(context.get('requestBody'), {
      decisionId,
      spentMs: context.get('authenticationMs'),
      // Here, after authentication: without a credential nobody can mark a request.
      test: testKindOf(context.env.incoming),
      apiVersion: apiVersionOf(context.env.incoming),
    });
    await batcher.afterDecisions();
    return respond(context, 200, body, { name: 'x-decision-id', value: decisionId });
  };
}
