import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';

/** An error as DynamoDB words it: the status and the type's full name. */
export interface DynamoDbError {
  readonly status: number;
  readonly type: string;
}

/** HTTP before a local DynamoDB, which can answer with an error in its place. */
export interface DynamoDbFront {
  readonly port: number;
  /** The error that every call gets from now on; none when `undefined`. */
  fail(error: DynamoDbError | undefined): void;
  close(): Promise<void>;
}

/** Starts it on a free port before `endpoint`. */
export async function startDynamoDbFront(endpoint: string): Promise<DynamoDbFront> {
  let error: DynamoDbError | undefined;
  const server = createServer((incoming, response) => {
    if (error !== undefined) {
      incoming.resume().on('end', () => error && answer(response, error));
      return;
    }
    const { method, headers, url = '/' } = incoming;
    const outgoing = request(new URL(url, endpoint), { method, headers }, (found) => {
      response.writeHead(found.statusCode ?? 502, found.headers);
      found.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    fail: (next) => {
      error = next;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, { status, type }: DynamoDbError): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: type, message: 'It is so.' }));
}
