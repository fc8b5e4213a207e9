import { type HttpBindings, type ServerType, serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { type ErrorStatus, errorBody } from './action/answer.ts';
import { RequestError } from './action/request.ts';
import { readBody } from './body.ts';
import type { Authenticator } from './credential/authenticator.ts';

export const ACTION_PATH = '/pre-issue-access-token';

/** A body of 243 KB is normal: claims of many groups. */
const BODY_LIMIT = 1024 * 1024;

/** What the action answers, always with HTTP 200, and the id of its decision record. */
export interface ActionAnswer {
  readonly body: string;
  readonly decisionId: string;
}

export interface ServerDependencies {
  readonly authenticator: Authenticator;
  /** Decides on a request body. @throws RequestError when it is no request of this action. */
  readonly act: (body: string) => Promise<ActionAnswer>;
  /** A request that was not answered with a decision. */
  readonly onRejected: (status: ErrorStatus, why: string) => void;
  /** A fault of our own, with its stack. */
  readonly onFault: (error: unknown) => void;
  /** Whether the service is on its way out: not ready any more, and each answer ends its connection. */
  readonly isDraining: () => boolean;
}

type Env = { Bindings: HttpBindings };

export type Server = Hono<Env>;

/**
 * The routes of the service. Whatever happens, the action's path answers with a body and a status that
 * the identity server reads, and without anything of the request in it.
 */
export function createServer(dependencies: ServerDependencies): Hono<Env> {
  const { authenticator, act, onRejected, onFault, isDraining } = dependencies;
  const app = new Hono<Env>();

  // A connection that is kept alive would keep a server that is closing from ever ending.
  app.use(async function endConnectionsWhileDraining(context, next) {
    await next();
    if (isDraining()) context.header('connection', 'close');
  });

  const reject = (context: Context<Env>, status: ErrorStatus, message: string, why: string) => {
    onRejected(status, why);
    return context.body(errorBody(message, why), status, JSON_TYPE);
  };

  app.post(ACTION_PATH, async (context) => {
    if (!authenticator.accepts((name) => context.req.header(name))) {
      context.header('www-authenticate', authenticator.challenge);
      return reject(context, 401, 'unauthorized', 'The credential is missing or wrong.');
    }
    const body = await readBody(context.env.incoming, BODY_LIMIT);
    if (body === undefined) {
      return reject(
        context,
        400,
        'invalid_request',
        'The body is larger than 1 MiB or was cut off.',
      );
    }
    try {
      const answer = await act(body);
      context.header('x-decision-id', answer.decisionId);
      return context.body(answer.body, 200, JSON_TYPE);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      return reject(context, 400, 'invalid_request', error.message);
    }
  });

  app.get('/healthz', (context) => context.json({ status: 'alive' }));
  app.get('/readyz', (context) =>
    isDraining() ? context.json({ status: 'draining' }, 503) : context.json({ status: 'ready' }),
  );

  app.all(ACTION_PATH, (context) => {
    context.header('allow', 'POST');
    return context.body(
      errorBody('invalid_request', 'The action is asked with POST.'),
      405,
      JSON_TYPE,
    );
  });
  app.notFound((context) =>
    context.body(errorBody('not_found', 'There is nothing at this path.'), 404, JSON_TYPE),
  );
  // A 500 with a body that parses is not tried again; one without is, and would find the same fault.
  app.onError((error, context) => {
    onFault(error);
    return context.body(errorBody('internal_error', 'The service failed.'), 500, JSON_TYPE);
  });
  return app;
}

/** The identity server looks for exactly this text, in lower case. */
const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * Longer than the idle timeout of an Application Load Balancer (60 s): the side that closes an idle
 * connection must be the one that sends on it, or requests are lost on half-closed connections.
 */
export const KEEP_ALIVE_TIMEOUT = 65_000;

/** For the whole request to arrive. The identity server sends it in one go. Milliseconds. */
export const REQUEST_TIMEOUT = 10_000;

/** Listens. @throws Error of one sentence when the port is taken. */
export function listen(
  app: Hono<Env>,
  port: number,
): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: app.fetch,
        port,
        overrideGlobalObjects: false,
        serverOptions: {
          keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
          requestTimeout: REQUEST_TIMEOUT,
          headersTimeout: REQUEST_TIMEOUT,
          connectionsCheckingInterval: 1000,
        },
      },
      (address) => resolve({ server, port: address.port }),
    );
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'is taken by another process: end that, or set PORT to another one'
          : `cannot be listened on (${error.code ?? error.message}): set PORT to another one`;
      reject(new Error(`Port ${port} ${why}.`));
    });
  });
}
