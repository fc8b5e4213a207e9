import { setTimeout as wait } from 'node:timers/promises';
import { SECRET } from '../support/running-service.ts';
import { TYPICAL } from './bodies.ts';
import { ADDRESS } from './generator/load.ts';
import type { ServerProcess } from './processes.ts';

const PLAIN_SUCCESS = '{"actionStatus":"SUCCESS"}';
/** Well below the service's limit of concurrent lookups. */
const CONCURRENCY = 8;
/** On a busy machine a lookup may time out; the service caches the failure for 10 s. */
const MAX_ATTEMPTS = 3;
const RETRY_DELAY_MS = 11_000;

/**
 * Sends a request for each address and checks that every response is a success without operations. Afterwards
 * the service has the addresses in memory, and a comparison with a server that always sends this is fair.
 */
export async function expectPlainSuccess(
  server: ServerProcess,
  addresses: readonly string[],
  attempts = MAX_ATTEMPTS,
): Promise<void> {
  const others = new Map<string, string>();
  const remaining = addresses[Symbol.iterator]();
  const client = async () => {
    for (const address of remaining) {
      const response = await post(server, address);
      if (response !== PLAIN_SUCCESS) others.set(address, response);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  const [first] = others;
  if (first === undefined) return;
  if (attempts === 1) throw new Error(`Expected a plain success for ${first[0]}, got ${first[1]}`);
  await wait(RETRY_DELAY_MS);
  await expectPlainSuccess(server, [...others.keys()], attempts - 1);
}

async function post(server: ServerProcess, address: string): Promise<string> {
  const response = await fetch(`${server.origin}/pre-issue-access-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': SECRET },
    body: TYPICAL.replaceAll(ADDRESS, address),
  });
  return response.text();
}
