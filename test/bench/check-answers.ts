import { setTimeout as wait } from 'node:timers/promises';
import { SECRET } from '../support/running-service.ts';
import { TYPICAL } from './bodies.ts';
import { ADDRESS } from './generator/load.ts';
import type { ServerProcess } from './processes.ts';

const PLAIN_SUCCESS = '{"actionStatus":"SUCCESS"}';
/** Well below the lookups that the service makes at one time. */
const AT_ONCE = 8;
/** On a busy machine a lookup may come too late; the service then remembers the failure for 10 s. */
const ATTEMPTS = 3;
const UNTIL_FORGOTTEN = 11_000;

/**
 * Asks about each address, and checks that every answer is the plain one. Afterwards the service has
 * them in memory, and a comparison with a server that always answers so is fair.
 */
export async function checkAnswers(
  server: ServerProcess,
  addresses: readonly string[],
  attempts = ATTEMPTS,
): Promise<void> {
  const others = new Map<string, string>();
  const left = addresses[Symbol.iterator]();
  const askOn = async () => {
    for (const address of left) {
      const answer = await ask(server, address);
      if (answer !== PLAIN_SUCCESS) others.set(address, answer);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
  const [first] = others;
  if (first === undefined) return;
  if (attempts === 1) throw new Error(`The answer about ${first[0]} is ${first[1]}`);
  await wait(UNTIL_FORGOTTEN);
  await checkAnswers(server, [...others.keys()], attempts - 1);
}

async function ask(server: ServerProcess, address: string): Promise<string> {
  const response = await fetch(`${server.origin}/pre-issue-access-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': SECRET },
    body: TYPICAL.replace(ADDRESS, address),
  });
  return response.text();
}
