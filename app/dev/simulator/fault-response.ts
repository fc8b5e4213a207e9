import { STATUS_CODES } from 'node:http';
import {
  ADDRESS_INVALID,
  type ApiError,
  errorResponse,
  quotaExceeded,
  UNAUTHENTICATED,
} from './errors.ts';
import type { Fault, FaultStatus } from './fault.ts';
import type { DailyQuota } from './quota.ts';
import { htmlResponse, type SimulatedResponse } from './response.ts';

/** Returns the response of a fault. `undefined` if the fault changes only fields or the transmission. */
export function faultResponse(
  fault: Fault | undefined,
  quota: DailyQuota,
): SimulatedResponse | undefined {
  switch (fault?.kind) {
    case 'html':
      return htmlResponse(200, 'Just a moment...', 'Checking your browser before you continue.');
    case 'quota': {
      const retry = fault.headers ? quota.retryHeaders(fault.retryAfter) : {};
      return errorResponse([quotaExceeded(quota.limit)], { ...quota.headers(0), ...retry });
    }
    case 'status':
      if (fault.html) return edgePage(fault.status);
      return errorResponse([statusError(fault.status)], quota.headers());
    default:
      return undefined;
  }
}

function edgePage(status: FaultStatus): SimulatedResponse {
  const title = `${status}: ${STATUS_TEXTS.get(status) ?? STATUS_CODES[status]}`;
  return htmlResponse(status, title, 'The page cannot be shown.');
}

function statusError(status: FaultStatus): ApiError {
  if (status === 401) return UNAUTHENTICATED;
  if (status === 422) return ADDRESS_INVALID;
  return { detail: `${STATUS_TEXTS.get(status) ?? STATUS_CODES[status]}.`, status };
}

const STATUS_TEXTS: ReadonlyMap<number, string> = new Map([
  [402, 'This feature needs a subscription of a higher plan'],
  [521, 'Web server is down'],
]);
