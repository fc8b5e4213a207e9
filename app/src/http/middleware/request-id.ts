import { randomUUID } from 'node:crypto';
import type { AppMiddleware } from '../env.ts';

/**
 * Gives each request an id, as `context.get('requestId')`. It becomes the id of the decision record and the
 * `x-decision-id` of the response. An id that the client sends is ignored: it could be another request's.
 *
 * @example
 * app.use(requestId());
 */
export function requestId(): AppMiddleware {
  return function requestId(context, next) {
    // Once, if it runs before added middleware and again before the action.
    if (context.get('requestId') === undefined) context.set('requestId', randomUUID());
    return next();
  };
}
