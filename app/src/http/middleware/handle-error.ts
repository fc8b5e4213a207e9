import type { ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { OversizedRequestError, RequestError } from '../../action/request.ts';
import { errorBody } from '../../action/response.ts';
import type { AppEnv } from '../env.ts';
import type { OnRejected } from '../rejection.ts';
import { respond } from '../respond.ts';

export interface HandleErrorOptions {
  readonly onRejected: OnRejected;
  readonly onInternalError: OnInternalError;
}

/** Receives an error for which the caller is not to blame, and the id of its request. Must not throw. */
export type OnInternalError = (error: unknown, requestId?: string) => void;

/**
 * Turns whatever a handler or middleware throws into a response that the identity server can parse. Echoes
 * nothing from the request.
 *
 * @example
 * app.onError(handleError({ onRejected, onInternalError }));
 */
export function handleError(options: HandleErrorOptions): ErrorHandler<AppEnv> {
  const { onRejected, onInternalError } = options;
  return function handleError(error, context) {
    if (error instanceof RequestError) {
      const cause = error instanceof OversizedRequestError ? 'oversized' : 'invalid';
      onRejected({ status: 400, cause, why: error.message });
      return respond(context, 400, errorBody('invalid_request', error.message));
    }
    // Hono's own middleware rejects requests with these.
    if (error instanceof HTTPException) {
      const response = error.getResponse();
      return context.newResponse(response.body, response);
    }
    const requestId = context.get('requestId');
    onInternalError(error, requestId);
    // The identity server retries a 500 unless it can parse the body; the retry would fail in the same way.
    return respond(context, 500, INTERNAL_ERROR, { name: 'x-decision-id', value: requestId });
  };
}

export const INTERNAL_ERROR = errorBody('internal_error', 'The service failed.');
