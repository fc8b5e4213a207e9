import type { Server } from 'node:http';

/**
 * Closes a server after its pending requests are responded to. A request that never becomes complete would keep
 * its connection open for ever, so all connections are closed after `graceMs`.
 */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  await everythingIsRead();
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    // Closes idle connections, too, and would reset one whose request has arrived but has not been read.
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * Resolves once the server knows every connection and request that has reached this machine by now. The event
 * loop polls for input before it runs immediates: the first immediate may run in the current turn, the second
 * one runs after a whole turn.
 */
function everythingIsRead(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
