import type { Handler } from 'hono';
import type { DecisionEvent } from '../telemetry/decision-record.ts';
import { TEST_REPORT_HEADER } from '../telemetry/test-report.ts';
import { apiVersionOf } from './api-version.ts';
import type { AppEnv } from './env.ts';
import type { HandleAction } from './handle-action.ts';
import { RequestBatcher } from './request-batcher.ts';
import { respond } from './respond.ts';
import { testKindOf } from './test-request.ts';

/**
 * Decides on the body of an authenticated request, in one batch with the requests that arrived together with
 * it, and responds with the decision and its id. The response to a test that a person waits for has a report, too.
 *
 * @param reportTest returns the report of a decision. Without it, no response has one.
 *
 * @example
 * app.post(path, authenticate(…), limitBody(…), postAction(handleAction));
 */
export function postAction(
  handleAction: HandleAction,
  reportTest?: (event: DecisionEvent) => string,
): Handler<AppEnv> {
  const batcher = new RequestBatcher();
  return async function postAction(context) {
    await batcher.afterReads();
    const decisionId = context.get('requestId');
    // Here, after authentication: without a credential nobody can mark a request.
    const test = testKindOf(context.env.incoming);
    const isReported = reportTest !== undefined && (test === 'smoke' || test === 'verify');
    const body = await handleAction(context.get('requestBody'), {
      decisionId,
      spentMs: context.get('authenticationMs'),
      test,
      apiVersion: apiVersionOf(context.env.incoming),
      onTested: isReported
        ? (event) => {
            context.header(TEST_REPORT_HEADER, reportTest(event));
            context.env.hasHeaders = true;
          }
        : undefined,
    });
    await batcher.afterDecisions();
    return respond(context, 200, body, { name: 'x-decision-id', value: decisionId });
  };
}
