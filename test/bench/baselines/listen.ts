import type { AddressInfo, Server } from 'node:net';

/** Longer than a measurement, so that connections are reused as with the service. */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** Listens on a free port and reports it as the service does. */
export function listen(server: Server): void {
  server.listen(0, () => reportReady((server.address() as AddressInfo).port));
}

export function reportReady(port: number): void {
  process.stdout.write(`{"event":"ready","port":${port}}\n`);
}
