import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono, MiddlewareHandler } from 'hono';

/** What middleware and handlers share about one request, through `context.get` and `context.set`. */
export interface RequestVariables {
  /** The id of the request and of its decision record. Set by `requestId`. */
  requestId: string;
  /** Milliseconds that the request has waited for the verification of its access token. Set by `authenticate`. */
  authenticationMs: number | undefined;
  /** The body of the request. Set by `limitBody`. */
  requestBody: string;
}

/** The body of a response and its own header, which `writeResponse` adds to status and headers of the context. */
export interface Reply {
  readonly body: string;
  readonly header: ReplyHeader | undefined;
}

export interface ReplyHeader {
  readonly name: string;
  readonly value: string;
}

/** Node's own request and response, which are `context.env.incoming` and `context.env.outgoing`. */
export interface Bindings extends HttpBindings {
  /** Set by `respond`. */
  reply?: Reply;
  /** Returns whether to close the connection after this response. Set by `closeWhileDraining`. */
  isDraining?: () => boolean;
}

export interface AppEnv {
  Bindings: Bindings;
  Variables: RequestVariables;
}

export type App = Hono<AppEnv>;
export type AppContext = Context<AppEnv>;
export type AppMiddleware = MiddlewareHandler<AppEnv>;
