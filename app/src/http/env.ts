import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono, MiddlewareHandler } from 'hono';

/** What middleware and handlers share about a request, through `context.get` and `context.set`. */
export interface RequestVariables {
  /** Id of the request and of its decision record. Set by `requestId`. */
  requestId: string;
  /** Milliseconds that the request has waited for the verification of its access token. Set by `authenticate`. */
  authenticationMs: number | undefined;
  /** Body of the request. Set by `limitBody`. */
  requestBody: string;
}

/** What `respond` leaves to `writeResponse`, which adds it to the status and headers of the context. */
export interface Reply {
  readonly body: string;
  readonly header: ReplyHeader | undefined;
}

export interface ReplyHeader {
  readonly name: string;
  readonly value: string;
}

/** `context.env`: Node's own `incoming` request and `outgoing` response, and what is decided about the latter. */
export interface Bindings extends HttpBindings {
  /** Set by `respond`. */
  reply?: Reply;
  /** Whether headers may have been set on the context: by middleware outside of the service, or for a test. */
  hasHeaders?: boolean;
  /** Returns whether the connection closes after the response. Set by `closeWhileDraining`. */
  isDraining?: () => boolean;
}

export interface AppEnv {
  Bindings: Bindings;
  Variables: RequestVariables;
}

export type App = Hono<AppEnv>;
export type AppContext = Context<AppEnv>;
export type AppMiddleware = MiddlewareHandler<AppEnv>;
