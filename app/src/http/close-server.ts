import type { Server } from 'node:http';

/**
 * Closes the server once what is under way is answered. A connection on which a request never becomes
 * whole would keep it open for ever, so after `grace` milliseconds all are ended.
 */
export async function closeServer(server: Server, grace: number): Promise<void> {
  await everythingIsRead();
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), grace);
    // Ends idle connections too, and so resets one whose request has arrived but has not been read.
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * Resolves when every connection and request that has reached this machine by now is known to the server.
 * The event loop looks for input before it runs immediates: the first one may come in the middle of a
 * turn, the second one comes after a whole one.
 */
function everythingIsRead(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
