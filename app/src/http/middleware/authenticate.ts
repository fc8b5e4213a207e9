import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { errorBody } from '../../action/response.ts';
import {
  type Authenticator,
  type HeaderReader,
  type TokenCheck,
  WRONG_CREDENTIAL,
} from '../../credential/authenticator.ts';
import type { AppContext, AppMiddleware } from '../env.ts';
import { joinedHeader } from '../joined-header.ts';
import type { OnRejected } from '../rejection.ts';
import { respond } from '../respond.ts';

const UNVERIFIABLE = 'The access token cannot be verified at the moment.';

export interface AuthenticateOptions {
  readonly authenticator: Authenticator;
  readonly onRejected: OnRejected;
}

/**
 * Responds with 401 to a caller without an accepted credential, before the body is read. Every such caller
 * receives the same response; only the log says what was wrong.
 *
 * @example
 * app.post(path, authenticate({ authenticator, onRejected }), handler);
 */
export function authenticate({ authenticator, onRejected }: AuthenticateOptions): AppMiddleware {
  // Not async: nearly every request has the right secret, and an async function would only cost time.
  return function authenticate(context, next) {
    const { incoming } = context.env;
    const header = (name: string) => joinedHeader(incoming, name);
    return authenticator.accepts(header) ? next() : checkToken(context, header, next);
  };

  async function checkToken(
    context: AppContext,
    header: HeaderReader,
    next: () => Promise<void>,
  ): ReturnType<AppMiddleware> {
    let check = authenticator.checkToken?.(header);
    if (check instanceof Promise) {
      const start = performance.now();
      check = await check;
      context.set('authenticationMs', performance.now() - start);
      // The caller has gone away in the meantime.
      if (context.env.incoming.destroyed) return RESPONSE_ALREADY_SENT;
    }
    if (check?.kind === 'accepted') return next();
    if (check?.kind === 'unverifiable') return rejectUnverifiable(context, check);
    const { why, challenge } = check ?? {
      why: authenticator.rejectionReason?.(header) ?? WRONG_CREDENTIAL,
      challenge: authenticator.challenge,
    };
    onRejected({ status: 401, cause: 'unauthorized', why });
    return respond(context, 401, errorBody('unauthorized', WRONG_CREDENTIAL), {
      name: 'www-authenticate',
      value: challenge,
    });
  }

  function rejectUnverifiable(context: AppContext, { why }: Unverifiable): Response {
    onRejected({ status: 500, cause: 'unverifiable', why });
    // Not a 401: the identity server would fetch another token, which could not be verified either.
    return respond(context, 500, errorBody('temporarily_unavailable', UNVERIFIABLE));
  }
}

type Unverifiable = Extract<TokenCheck, { kind: 'unverifiable' }>;
