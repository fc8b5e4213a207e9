import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readAddress } from './address.ts';
import { jsonAnswer } from './answer.ts';
import { type CheckService, check } from './check.ts';
import { type CheckCall, callOf, queryOf } from './check-call.ts';
import { type Control, control } from './control.ts';
import { deliver } from './delivery.ts';
import { errorAnswer } from './errors.ts';
import { answerOfFault } from './faulty-answer.ts';

/** What the routes work on. */
export interface Service extends CheckService, Control {
  readonly checks: CheckCall[];
  /** The number of each open connection. */
  readonly connections: ReadonlyMap<Socket, number>;
  readonly latency: number;
}

const CHECK_PATH = '/api/v2/check';
const CONTROL_PATH = '/simulator/';

/** The simulator's routes: CHECK, the controls beside it, and 404 in AbuseIPDB's words for the rest. */
export function handlerOf(service: Service): RequestListener {
  return (request, response) => {
    route(service, request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else void deliver(errorAnswer([{ detail: message, status: 500 }]), response, undefined, 0);
    });
  };
}

async function route(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
  const parameters = new URLSearchParams(search);
  if (path.startsWith(CONTROL_PATH)) {
    const answer = await control(service, request, path.slice(CONTROL_PATH.length), parameters);
    return deliver(jsonAnswer(answer.status, answer.body), response, undefined, 0);
  }
  if (path === CHECK_PATH) return answerCheck(service, request, response, parameters);
  const detail = `There is nothing at ${path}; the simulated AbuseIPDB has only GET ${CHECK_PATH}.`;
  return deliver(errorAnswer([{ detail, status: 404 }]), response, undefined, service.latency);
}

async function answerCheck(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  parameters: URLSearchParams,
): Promise<void> {
  if (request.method !== 'GET') {
    const detail = `The ${request.method} method is not supported for this route. Supported methods: GET.`;
    const answer = errorAnswer([{ detail, status: 405 }], {
      Allow: 'GET',
      ...service.quota.headers(),
    });
    return deliver(answer, response, undefined, service.latency);
  }
  const query = queryOf(request, parameters);
  const connection = service.connections.get(request.socket) ?? 0;
  service.checks.push(callOf(query, request.headers, service.now(), connection));
  const fault = service.faults.of(readAddress(query.ipAddress ?? '')?.canonical);
  const answer = answerOfFault(fault, service.quota) ?? check(service, query, fault);
  return deliver(answer, response, fault, service.latency);
}
