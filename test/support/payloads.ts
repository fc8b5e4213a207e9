import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../data/payloads/', import.meta.url);

/** Names of the request bodies, without their ending. */
export const PAYLOADS: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .sort();

/** A request body as the identity server would send it; the name may be its number alone. */
export function payload(name: string): string {
  const file = PAYLOADS.find((known) => known === name || known.startsWith(`${name}-`));
  if (file === undefined) throw new Error(`There is no payload ${name}.`);
  return readFileSync(new URL(`${file}.json`, FOLDER), 'utf8');
}

/** A request body with another client address. */
export function payloadFrom(address: string, name = '01'): string {
  const body = JSON.parse(payload(name));
  body.event.request.additionalHeaders = [{ name: 'x-client-source-ip', value: [address] }];
  return JSON.stringify(body);
}
