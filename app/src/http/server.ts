import { createServer, type Server } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import { errorBody } from '../action/response.ts';
import type { App, Bindings } from './env.ts';
import { INTERNAL_ERROR, type OnInternalError } from './middleware/handle-error.ts';
import { originForm } from './request-target.ts';
import { JSON_TYPE } from './respond.ts';
import { writeResponse } from './write-response.ts';

/**
 * Longer than the idle timeout of an Application Load Balancer (60 s): if the service closed idle connections
 * first, requests that are under way on them would be lost.
 */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** For the whole request to arrive. The identity server sends it at once. */
export const REQUEST_TIMEOUT_MS = 10_000;

const SERVER_OPTIONS = {
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  headersTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: 1000,
};

/**
 * Serves the app on a port, or on a free one if it is 0.
 *
 * @param onInternalError receives what the app itself could not turn into a response.
 * @throws Error whose message says what to do, if the port cannot be used.
 */
export function listen(
  app: App,
  port: number,
  onInternalError?: OnInternalError,
): Promise<{ server: Server; port: number }> {
  const handleRequest = getRequestListener(
    (request, bindings) => fetchAndWrite(app, request, bindings as Bindings),
    {
      overrideGlobalObjects: false,
      // A health check over HTTP/1.0 need not name a host.
      hostname: 'localhost',
      // `writeResponse` discards what is left of a body.
      autoCleanupIncoming: false,
      errorHandler(error) {
        const headers = { 'content-type': JSON_TYPE };
        if (error instanceof RequestError)
          return new Response(INVALID_TARGET, { status: 400, headers });
        onInternalError?.(error);
        return new Response(INTERNAL_ERROR, { status: 500, headers });
      },
    },
  );
  const server = createServer(SERVER_OPTIONS, (incoming, outgoing) => {
    incoming.url = originForm(incoming.url ?? '');
    void handleRequest(incoming, outgoing);
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

const INVALID_TARGET = errorBody('invalid_request', 'The request target or the host is invalid.');

function fetchAndWrite(
  app: App,
  request: Request,
  bindings: Bindings,
): Response | Promise<Response> {
  const response = app.fetch(request, bindings);
  return response instanceof Promise
    ? response.then((settled) => writeResponse(settled, bindings))
    : writeResponse(response, bindings);
}
