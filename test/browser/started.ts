import { payloadFrom } from '../support/payloads.ts';
import { type RunningProcess, startScript } from '../support/process.ts';

/** `npm start` as it runs on a laptop. */
export interface Started {
  readonly process: RunningProcess;
  readonly port: string;
  /** Of the console. */
  readonly url: string;
  /** Asks the action for a token, from an address and by a client. */
  post(address: string, clientId?: string): Promise<void>;
  /** Switches a fault of the simulated AbuseIPDB on; `undefined` ends it. */
  setFault(fault: object | undefined): Promise<void>;
}

export async function start(port = '0'): Promise<Started> {
  const process = startScript('app/dev/local.ts', { PORT: port });
  await process.waitForOutput(/Ctrl\+C/);
  const said = process.stdout();
  const found = (pattern: RegExp) => pattern.exec(said)?.[1] ?? '';
  const endpoint = found(/Endpoint +(\S+)/);
  const secret = found(/Credential +x-api-key: (\S+)/);
  const simulator = found(/AbuseIPDB +(\S+)\/api\/v2/);
  return {
    process,
    port: new URL(endpoint).port,
    url: found(/Console +(\S+)/),
    async post(address, clientId) {
      const body = JSON.parse(payloadFrom(address));
      if (clientId !== undefined) body.event.request.clientId = clientId;
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': secret },
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
