import type { IncomingMessage, ServerResponse } from 'node:http';
import { OversizedRequestError, RequestError } from '../action/request.ts';
import { type ErrorStatus, errorBody, PLAIN_SUCCESS } from '../action/response.ts';
import {
  type Authenticator,
  type TokenCheck,
  WRONG_CREDENTIAL,
} from '../credential/authenticator.ts';
import { discardRest, readBody } from './body.ts';
import { RequestBatcher } from './request-batcher.ts';

export const ACTION_PATH = '/pre-issue-access-token';

/** A body of 243 KB is normal: claims of many groups. */
const BODY_LIMIT = 1024 * 1024;

const BODY_REJECTIONS = {
  'too-large': { cause: 'oversized', why: 'The body is larger than 1 MiB.' },
  incomplete: { cause: 'invalid', why: 'The body was cut off.' },
} as const;

const UNVERIFIABLE = 'The access token cannot be verified at the moment.';

/** What the action answers, always with HTTP 200, and the id of its decision record. */
export interface ActionAnswer {
  readonly body: string;
  readonly decisionId: string;
}

export interface ActionEndpointDependencies {
  readonly authenticator: Authenticator;
  /**
   * Decides on a request body. Rejects with a RequestError when it is no request of this action.
   *
   * @param spent milliseconds that the call has waited for its authentication; absent for none.
   */
  readonly handleAction: (body: string, spent?: number) => Promise<ActionAnswer>;
  /** Receives each request that was not answered with a decision. */
  readonly onRejected: (rejection: Rejection) => void;
  /** A fault of our own, with its stack. */
  readonly onFault: (error: unknown) => void;
  /** Whether the service is on its way out: each answer then ends its connection. */
  readonly isDraining: () => boolean;
}

/** A request that is answered with an error instead of a decision. */
export interface Rejection {
  readonly status: ErrorStatus;
  /**
   * `oversized` is a request of the action that a client has blown up; it says nothing of the identity server.
   * `unverifiable` is an access token for which the issuer's keys are missing; anybody can send one.
   */
  readonly cause: 'unauthorized' | 'unverifiable' | 'invalid' | 'oversized';
  /** A sentence of our own, with nothing of the request in it. */
  readonly why: string;
}

/** A header of an answer beside those that every one has. */
interface Header {
  readonly name: string;
  readonly value: string;
}

/** The part of an HTTP server that answers the action. */
export interface ActionEndpoint {
  /** Whether a request is for the action, by its path. */
  isFor(incoming: IncomingMessage): boolean;
  answer(incoming: IncomingMessage, outgoing: ServerResponse): void;
}

/**
 * The endpoint on which every token waits, on Node's own request and response: objects of the Fetch
 * API between them would only cost time. Whatever happens, it answers with a body and a
 * status that the identity server reads, and without anything of the request in it.
 */
export function createActionEndpoint(dependencies: ActionEndpointDependencies): ActionEndpoint {
  const { authenticator, handleAction, onRejected, onFault, isDraining } = dependencies;
  const cohort = new RequestBatcher();

  function send(outgoing: ServerResponse, status: number, body: string, header?: Header): void {
    // A connection that is kept alive would keep a server that is closing from ever ending.
    if (isDraining()) outgoing.shouldKeepAlive = false;
    const length = body === PLAIN_SUCCESS ? PLAIN_SUCCESS.length : Buffer.byteLength(body);
    // A list: the members of an object that was put together just now Node reads slowly. The identity
    // server looks for exactly this type, in lower case.
    const headers = ['content-type', 'application/json', 'content-length', String(length)];
    if (header !== undefined) headers.push(header.name, header.value);
    outgoing.writeHead(status, headers);
    // end(body) would hand the socket two pieces, the second one empty. Uncorked here, head and body leave
    // as one plain write, and end() has nothing left to send; without a socket, end() does it all.
    outgoing.write(body);
    outgoing.socket?.uncork();
    outgoing.end();
    discardRest(outgoing.req);
  }

  /** Gives every caller the same response; only the log says what was wrong. */
  function rejectCaller(outgoing: ServerResponse, why: string, challenge: string): void {
    onRejected({ status: 401, cause: 'unauthorized', why });
    const header = { name: 'www-authenticate', value: challenge };
    send(outgoing, 401, errorBody('unauthorized', WRONG_CREDENTIAL), header);
  }

  /** Goes on without an accepted secret: with an access token, or with none. */
  function authenticateByToken(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const header = (name: string) => headerOf(incoming, name);
    const check = authenticator.checkToken?.(header);
    if (check === undefined) {
      const why = authenticator.whyRefused?.(header) ?? WRONG_CREDENTIAL;
      rejectCaller(outgoing, why, authenticator.challenge);
    } else if (check instanceof Promise) {
      const start = performance.now();
      check
        .then((settled) => proceed(incoming, outgoing, settled, performance.now() - start))
        .catch((error: unknown) => fail(outgoing, error));
    } else {
      proceed(incoming, outgoing, check);
    }
  }

  function proceed(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    check: TokenCheck,
    spent?: number,
  ): void {
    // The caller went away meanwhile.
    if (incoming.destroyed) return;
    if (check.kind === 'accepted') {
      start(incoming, outgoing, spent);
    } else if (check.kind === 'refused') {
      rejectCaller(outgoing, check.why, check.challenge);
    } else {
      onRejected({ status: 500, cause: 'unverifiable', why: check.why });
      // Not a 401: the identity server would fetch another token, which could not be verified either.
      send(outgoing, 500, errorBody('temporarily_unavailable', UNVERIFIABLE));
    }
  }

  function rejectRequest(outgoing: ServerResponse, cause: 'invalid' | 'oversized', why: string) {
    onRejected({ status: 400, cause, why });
    send(outgoing, 400, errorBody('invalid_request', why));
  }

  function start(incoming: IncomingMessage, outgoing: ServerResponse, spent?: number): void {
    decide(incoming, outgoing, spent).catch((error: unknown) => fail(outgoing, error));
  }

  async function decide(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    spent?: number,
  ): Promise<void> {
    const body = await readBody(incoming, BODY_LIMIT);
    if ('failure' in body) {
      const { cause, why } = BODY_REJECTIONS[body.failure];
      rejectRequest(outgoing, cause, why);
      return;
    }
    await cohort.afterReads();
    const { body: answer, decisionId } = await handleAction(body.text, spent);
    await cohort.afterDecisions();
    send(outgoing, 200, answer, { name: 'x-decision-id', value: decisionId });
  }

  function fail(outgoing: ServerResponse, error: unknown): void {
    if (error instanceof RequestError) {
      const cause = error instanceof OversizedRequestError ? 'oversized' : 'invalid';
      rejectRequest(outgoing, cause, error.message);
      return;
    }
    onFault(error);
    // A 500 with a body that parses is not tried again; one without is, and would find the same fault.
    send(outgoing, 500, errorBody('internal_error', 'The service failed.'));
  }

  return {
    isFor: ({ url = '' }) => isActionTarget(url),
    answer(incoming, outgoing) {
      if (incoming.method !== 'POST') {
        const body = errorBody('invalid_request', 'The action is asked with POST.');
        send(outgoing, 405, body, { name: 'allow', value: 'POST' });
      } else if (authenticator.accepts((name) => headerOf(incoming, name))) {
        start(incoming, outgoing);
      } else {
        authenticateByToken(incoming, outgoing);
      }
    },
  };
}

/**
 * Tells whether a request target is the action's, in origin form or, as a proxy sends it, in absolute form:
 * a server must accept both (RFC 9112, section 3.2.2).
 */
function isActionTarget(target: string): boolean {
  if (target.startsWith('/')) {
    return target === ACTION_PATH || target.startsWith(`${ACTION_PATH}?`);
  }
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return false;
  return new URL(target).pathname === ACTION_PATH;
}

/**
 * A header by its name in lower case, several of one name as a list (RFC 9110, section 5.3). Of two
 * Authorization headers Node itself would show the first, and hide that there was another.
 */
function headerOf({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  let found: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const each = rawHeaders[index];
    if (each?.length !== name.length || each.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1] ?? '';
    found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}
