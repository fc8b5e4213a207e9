import type { Handler, Next } from 'hono';
import type { AppContext, AppEnv, AppMiddleware } from './env.ts';

/**
 * Combines middleware and a handler into one handler. The middleware must return a response or the result of
 * `next()`; it can do nothing after the handler.
 *
 * Hono composes handlers anew for each request, with closures and a promise for each of them. See
 * docs/decisions/0015-node-bindings.md.
 *
 * @example
 * app.post(path, chain(requestId(), authenticate({ authenticator, onRejected }), handler));
 */
export function chain(...handlers: readonly (AppMiddleware | Handler<AppEnv>)[]): Handler<AppEnv> {
  function call(context: AppContext, index: number): ReturnType<Handler<AppEnv>> {
    const handler = handlers[index];
    if (handler === undefined) return context.notFound();
    // Typed as void, but `next()` resolves to the response of the handler.
    const next = (() => call(context, index + 1)) as Next;
    return handler(context, next);
  }
  return (context) => call(context, 0);
}
