import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { parseCheckedAddress } from './address.ts';
import { type CheckState, check } from './check.ts';
import { parseCheckQuery, type ReceivedCheck, toReceivedCheck } from './check-request.ts';
import { handleControl, type SimulatorControls } from './control.ts';
import { errorResponse } from './errors.ts';
import { faultResponse } from './fault-response.ts';
import { jsonResponse } from './response.ts';
import { sendResponse } from './send-response.ts';

/** What the routes work on. */
export interface SimulatorState extends CheckState, SimulatorControls {
  readonly checks: ReceivedCheck[];
  /** The number of each open connection. */
  readonly connections: ReadonlyMap<Socket, number>;
  readonly latency: number;
}

const CHECK_PATH = '/api/v2/check';
const CONTROL_PATH = '/simulator/';

/** The simulator's routes: CHECK, the controls beside it, and 404 in AbuseIPDB's words for the rest. */
export function createRequestListener(service: SimulatorState): RequestListener {
  return (request, response) => {
    route(service, request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else
        void sendResponse(
          errorResponse([{ detail: message, status: 500 }]),
          response,
          undefined,
          0,
        );
    });
  };
}

async function route(
  service: SimulatorState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
  const parameters = new URLSearchParams(search);
  if (path.startsWith(CONTROL_PATH)) {
    const answer = await handleControl(
      service,
      request,
      path.slice(CONTROL_PATH.length),
      parameters,
    );
    return sendResponse(jsonResponse(answer.status, answer.body), response, undefined, 0);
  }
  if (path === CHECK_PATH) return answerCheck(service, request, response, parameters);
  const detail = `There is nothing at ${path}; the simulated AbuseIPDB has only GET ${CHECK_PATH}.`;
  return sendResponse(
    errorResponse([{ detail, status: 404 }]),
    response,
    undefined,
    service.latency,
  );
}

async function answerCheck(
  service: SimulatorState,
  request: IncomingMessage,
  response: ServerResponse,
  parameters: URLSearchParams,
): Promise<void> {
  if (request.method !== 'GET') {
    const detail = `The ${request.method} method is not supported for this route. Supported methods: GET.`;
    const answer = errorResponse([{ detail, status: 405 }], {
      Allow: 'GET',
      ...service.quota.headers(),
    });
    return sendResponse(answer, response, undefined, service.latency);
  }
  const query = parseCheckQuery(request, parameters);
  const connection = service.connections.get(request.socket) ?? 0;
  service.checks.push(toReceivedCheck(query, request.headers, service.now(), connection));
  const fault = service.faults.find(parseCheckedAddress(query.ipAddress ?? '')?.canonical);
  const answer = faultResponse(fault, service.quota) ?? check(service, query, fault);
  return sendResponse(answer, response, fault, service.latency);
}
