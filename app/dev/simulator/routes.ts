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

/** The simulator's state. */
export interface SimulatorState extends CheckState, SimulatorControls {
  readonly checks: ReceivedCheck[];
  /** Open connections with their sequence numbers. */
  readonly connections: ReadonlyMap<Socket, number>;
  /** Milliseconds before each response. */
  readonly latency: number;
}

const CHECK_PATH = '/api/v2/check';
const CHECK_BLOCK_PATH = '/api/v2/check-block';
const BLACKLIST_PATH = '/api/v2/blacklist';
const CONTROL_PATH = '/simulator/';

/** Creates the listener for the endpoints and the control API. Other paths return 404 in AbuseIPDB's format. */
export function createRequestListener(state: SimulatorState): RequestListener {
  return (request, response) => {
    route(state, request, response).catch((error: unknown) => {
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
  state: SimulatorState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
  const parameters = new URLSearchParams(search);
  if (path.startsWith(CONTROL_PATH)) {
    const { status, body } = await handleControl(
      state,
      request,
      path.slice(CONTROL_PATH.length),
      parameters,
    );
    return sendResponse(jsonResponse(status, body), response, undefined, 0);
  }
  if (path === CHECK_PATH) return handleCheck(state, request, response, parameters);
  if (path === CHECK_BLOCK_PATH) {
    const { fault = state.faults.find(undefined) } = state.checkBlock;
    const simulated = state.checkBlock.respond(parameters, request.headers, fault);
    return sendResponse(simulated, response, fault, state.latency);
  }
  if (path === BLACKLIST_PATH) return handleBlacklist(state, request, response, parameters);
  const detail = `${path} does not exist; the simulated AbuseIPDB has only GET ${CHECK_PATH}, ${CHECK_BLOCK_PATH} and ${BLACKLIST_PATH}.`;
  return sendResponse(errorResponse([{ detail, status: 404 }]), response, undefined, state.latency);
}

function handleBlacklist(
  state: SimulatorState,
  request: IncomingMessage,
  response: ServerResponse,
  parameters: URLSearchParams,
): Promise<void> {
  const { key, accept = '' } = request.headers;
  const query = { key: typeof key === 'string' ? key : undefined, parameters, accept };
  return sendResponse(state.blacklist.respond(query), response, undefined, state.latency);
}

async function handleCheck(
  state: SimulatorState,
  request: IncomingMessage,
  response: ServerResponse,
  parameters: URLSearchParams,
): Promise<void> {
  if (request.method !== 'GET') {
    const detail = `The ${request.method} method is not supported for this route. Supported methods: GET.`;
    const notAllowed = errorResponse([{ detail, status: 405 }], {
      Allow: 'GET',
      ...state.quota.headers(),
    });
    return sendResponse(notAllowed, response, undefined, state.latency);
  }
  const query = parseCheckQuery(request, parameters);
  const connection = state.connections.get(request.socket) ?? 0;
  state.checks.push(toReceivedCheck(query, request.headers, state.now(), connection));
  const fault = state.faults.find(parseCheckedAddress(query.ipAddress ?? '')?.canonical);
  const simulated = faultResponse(fault, state.quota) ?? check(state, query, fault);
  return sendResponse(simulated, response, fault, state.latency);
}
