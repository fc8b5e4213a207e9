import type { AddressInfo, Server } from 'node:net';

/** Longer than a measurement takes, as in the service: connections are kept. */
export const KEEP_ALIVE_TIMEOUT = 65_000;

/** Listens on a free port and says which, as the service does. */
export function listen(server: Server): void {
  server.listen(0, () => sayReady((server.address() as AddressInfo).port));
}

export function sayReady(port: number): void {
  process.stdout.write(`{"event":"ready","port":${port}}\n`);
}
