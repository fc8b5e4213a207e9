import type { AppMiddleware } from '../env.ts';

export interface CloseWhileDrainingOptions {
  /** Whether the service is shutting down. */
  readonly isDraining: () => boolean;
}

/**
 * Closes each connection after its response while the service drains: a connection that is kept alive would
 * prevent the server from closing.
 *
 * @example
 * app.use(closeWhileDraining({ isDraining: () => draining }));
 */
export function closeWhileDraining({ isDraining }: CloseWhileDrainingOptions): AppMiddleware {
  return function closeWhileDraining(context, next) {
    // `writeResponse` evaluates it: draining may begin while the request is handled.
    if (context.env !== undefined) context.env.isDraining = isDraining;
    return next();
  };
}
