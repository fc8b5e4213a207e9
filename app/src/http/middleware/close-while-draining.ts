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
  return async function closeWhileDraining(context, next) {
    await next();
    // After the handler: draining may have begun in the meantime.
    if (isDraining()) context.header('connection', 'close');
  };
}
