import { payloadFrom } from '../support/payloads.ts';
import { type RunningProcess, startScript } from '../support/process.ts';

/** A running `npm start`. */
export interface LocalService {
  readonly process: RunningProcess;
  readonly port: string;
  readonly consoleUrl: string;
  /** Posts a token request to the action, with further headers of the call. */
  post(
    address: string,
    clientId?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Sets a fault of the simulated AbuseIPDB; `undefined` clears it. */
  setFault(fault: object | undefined): Promise<void>;
}

/** Starts `npm start`, on a free port unless `PORT` is given. */
export async function startLocalService(
  environment: Readonly<Record<string, string>> = {},
): Promise<LocalService> {
  const process = startScript('app/dev/local.ts', { PORT: '0', ...environment });
  await process.waitForOutput(/Ctrl\+C/);
  const output = process.stdout();
  const find = (pattern: RegExp) => pattern.exec(output)?.[1] ?? '';
  const endpoint = find(/Endpoint +(\S+)/);
  const secret = find(/Credential +x-api-key: (\S+)/);
  const simulator = find(/AbuseIPDB +(\S+)\/api\/v2/);
  return {
    process,
    port: new URL(endpoint).port,
    consoleUrl: find(/Console +(\S+)/),
    async post(address, clientId, headers) {
      const body = JSON.parse(payloadFrom(address));
      if (clientId !== undefined) body.event.request.clientId = clientId;
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': secret, ...headers },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
    },
    async setFault(fault) {
      const request = fault ? { method: 'PUT', body: JSON.stringify(fault) } : { method: 'DELETE' };
      await fetch(`${simulator}/simulator/fault`, request);
    },
  };
}
