import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { errorBody } from '../action/response.ts';
import {
  type ActionEndpoint,
  type ActionEndpointDependencies,
  createActionEndpoint,
} from './action-endpoint.ts';

/** What the service answers: the action, and everything else. */
export interface Server {
  readonly action: ActionEndpoint;
  readonly routes: Routes;
}

export type Routes = Hono<{ Bindings: HttpBindings }>;

/** The service's side of HTTP, before it listens. */
export function createServer(dependencies: ActionEndpointDependencies): Server {
  return {
    action: createActionEndpoint(dependencies),
    routes: createRoutes(dependencies),
  };
}

/** Everything but the action: for load balancers and operators. */
function createRoutes({ isDraining, onFault }: ActionEndpointDependencies): Routes {
  const routes: Routes = new Hono();

  // A connection that is kept alive would keep a server that is closing from ever ending.
  routes.use(async function endConnectionsWhileDraining(context, next) {
    await next();
    if (isDraining()) context.header('connection', 'close');
  });
  routes.get('/healthz', (context) => context.json({ status: 'alive' }));
  routes.get('/readyz', (context) =>
    isDraining() ? context.json({ status: 'draining' }, 503) : context.json({ status: 'ready' }),
  );
  routes.notFound((context) =>
    context.body(errorBody('not_found', 'There is nothing at this path.'), 404, JSON_TYPE),
  );
  routes.onError((error, context) => {
    onFault(error);
    return context.body(errorBody('internal_error', 'The service failed.'), 500, JSON_TYPE);
  });
  return routes;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * Longer than the idle timeout of an Application Load Balancer (60 s): the side that closes an idle
 * connection must be the one that sends on it, or requests are lost on half-closed connections.
 */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** For the whole request to arrive. The identity server sends it in one go. */
export const REQUEST_TIMEOUT_MS = 10_000;

const TIMEOUTS = {
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  headersTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: 1000,
};

/** Listens. Rejects with an Error of one sentence when the port is taken. */
export function listen(
  { action, routes }: Server,
  port: number,
): Promise<{ server: HttpServer; port: number }> {
  const answerRoute = getRequestListener(routes.fetch, {
    overrideGlobalObjects: false,
    // A health check over HTTP/1.0 need not name a host.
    hostname: 'localhost',
  });
  const server = createHttpServer(TIMEOUTS, (incoming, outgoing) => {
    if (action.isFor(incoming)) action.answer(incoming, outgoing);
    else void answerRoute(incoming, outgoing);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'is taken by another process: end that, or set PORT to another one'
          : `cannot be listened on (${error.code ?? error.message}): set PORT to another one`;
      reject(new Error(`Port ${port} ${why}.`));
    });
    server.listen(port, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ server, port: bound });
    });
  });
}
