import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../data/payloads/', import.meta.url);

/** Names of the request bodies, without their extension. */
export const PAYLOADS: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .sort();

/** Returns a request body as the identity server sends it, by its name or its number. */
export function payload(name: string): string {
  const file = PAYLOADS.find((known) => known === name || known.startsWith(`${name}-`));
  if (file === undefined) throw new Error(`there is no payload ${name}`);
  return readFileSync(new URL(`${file}.json`, FOLDER), 'utf8');
}

/** Returns a request body with another client address. */
export function payloadFrom(address: string, name = '01'): string {
  return requestWith(name, {
    'event.request.additionalHeaders': [{ name: 'x-client-source-ip', value: [address] }],
  });
}

/** Returns a request body in which some fields are replaced, each given by its path. */
export function requestWith(name: string, changes: Readonly<Record<string, unknown>>): string {
  const body = JSON.parse(payload(name));
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const object = keys.reduce((node, key) => node[key], body);
    object[last] = value;
  }
  return JSON.stringify(body);
}

/** Returns a request body whose access token has the given claims too. */
export function requestWithClaims(claims: Readonly<Record<string, unknown>>, name = '03'): string {
  const body = JSON.parse(payload(name));
  for (const [claim, value] of Object.entries(claims)) {
    const others = body.event.accessToken.claims.filter(
      (one: { name: string }) => one.name !== claim,
    );
    body.event.accessToken.claims = [...others, { name: claim, value }];
  }
  return JSON.stringify(body);
}
