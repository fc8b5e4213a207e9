import { errorBody } from '../../action/response.ts';
import { readBody } from '../body.ts';
import type { AppMiddleware } from '../env.ts';
import type { OnRejected } from '../rejection.ts';
import { respond } from '../respond.ts';

/** A body of 243 KB is normal: claims of a user with many groups. */
export const MAX_BODY_BYTES = 1024 * 1024;

const REJECTIONS = {
  'too-large': { cause: 'oversized', why: 'The body is larger than 1 MiB.' },
  incomplete: { cause: 'invalid', why: 'The body was cut off.' },
} as const;

export interface LimitBodyOptions {
  readonly onRejected: OnRejected;
}

/**
 * Reads the body of a request into `context.get('requestBody')`; responds with 400 if it is too large or
 * incomplete. Hono's own `bodyLimit` would read it through a Fetch stream.
 *
 * @example
 * app.post(path, limitBody({ onRejected }), (context) => handle(context.get('requestBody')));
 */
export function limitBody({ onRejected }: LimitBodyOptions): AppMiddleware {
  return async function limitBody(context, next) {
    const result = await readBody(context.env.incoming, MAX_BODY_BYTES);
    if ('failure' in result) {
      const { cause, why } = REJECTIONS[result.failure];
      onRejected({ status: 400, cause, why });
      return respond(context, 400, errorBody('invalid_request', why));
    }
    context.set('requestBody', result.text);
    return next();
  };
}
