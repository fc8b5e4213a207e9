import { Hono } from 'hono';
import { errorBody } from '../action/response.ts';
import type { Authenticator } from '../credential/authenticator.ts';
import type { DecisionEvent } from '../telemetry/decision-record.ts';
import { chain } from './chain.ts';
import type { App, AppEnv, AppMiddleware } from './env.ts';
import type { HandleAction } from './handle-action.ts';
import { authenticate } from './middleware/authenticate.ts';
import { closeWhileDraining } from './middleware/close-while-draining.ts';
import { handleError, type OnInternalError } from './middleware/handle-error.ts';
import { limitBody } from './middleware/limit-body.ts';
import { requestId } from './middleware/request-id.ts';
import { ACTION_PATH, LIVENESS_PATH, READINESS_PATH } from './paths.ts';
import { postAction } from './post-action.ts';
import type { OnRejected } from './rejection.ts';
import { pathOf } from './request-target.ts';
import { respond } from './respond.ts';

export interface AppDependencies {
  readonly authenticator: Authenticator;
  readonly handleAction: HandleAction;
  /** Returns the report in the response to a test. @default no response has one */
  readonly reportTest?: ((event: DecisionEvent) => string) | undefined;
  readonly onRejected: OnRejected;
  readonly onInternalError: OnInternalError;
  /** Whether the service is shutting down. */
  readonly isDraining: () => boolean;
  /** Middleware around every route, in order. It runs before authentication and must not read the body. */
  readonly middleware?: readonly AppMiddleware[] | undefined;
}

/**
 * Creates the HTTP application with every route of the service. docs/lifecycle.md shows how a request passes
 * through it.
 *
 * @example
 * const app = createApp({ ...dependencies, middleware: [secureHeaders()] });
 * await listen(app, 3000);
 */
export function createApp(dependencies: AppDependencies): App {
  const { authenticator, handleAction, reportTest, onRejected, onInternalError, isDraining } =
    dependencies;
  const app: App = new Hono<AppEnv>({ getPath: pathOf });

  const first = [closeWhileDraining({ isDraining }), requestId()];
  const added = dependencies.middleware ?? [];
  if (added.length > 0) app.use(...first, noteAddedMiddleware, ...added);
  app.post(
    ACTION_PATH,
    chain(
      ...first,
      authenticate({ authenticator, onRejected }),
      limitBody({ onRejected }),
      postAction(handleAction, reportTest),
    ),
  );
  // After the action, whose chain has them already.
  app.use(...first);

  app.all(ACTION_PATH, (context) =>
    respond(context, 405, METHOD_NOT_ALLOWED, { name: 'allow', value: 'POST' }),
  );
  app.get(LIVENESS_PATH, (context) => context.json({ status: 'alive' }));
  app.get(READINESS_PATH, (context) =>
    isDraining() ? context.json({ status: 'draining' }, 503) : context.json({ status: 'ready' }),
  );
  app.notFound((context) => respond(context, 404, NOT_FOUND));
  app.onError(handleError({ onRejected, onInternalError }));
  return app;
}

/** Lets `respond` know that headers may have been set on the context. */
const noteAddedMiddleware: AppMiddleware = (context, next) => {
  if (context.env !== undefined) context.env.hasHeaders = true;
  return next();
};

const METHOD_NOT_ALLOWED = errorBody('invalid_request', 'The method must be POST.');
const NOT_FOUND = errorBody('not_found', 'There is nothing at this path.');
