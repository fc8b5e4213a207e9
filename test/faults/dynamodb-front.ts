import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';

/** An error response of DynamoDB: the status and the full name of the type. */
export interface DynamoDbError {
  readonly status: number;
  readonly type: string;
}

/** An HTTP proxy before a local DynamoDB that can answer with errors. */
export interface DynamoDbFront {
  readonly port: number;
  /** Sets the error that every call gets, or with `undefined` passes calls on. */
  fail(error: DynamoDbError | undefined): void;
  close(): Promise<void>;
}

export async function startDynamoDbFront(endpoint: string): Promise<DynamoDbFront> {
  let error: DynamoDbError | undefined;
  const server = createServer((incoming, response) => {
    if (error !== undefined) {
      incoming.resume().on('end', () => error && respond(response, error));
      return;
    }
    const { method, headers, url = '/' } = incoming;
    const outgoing = request(new URL(url, endpoint), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
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

function respond(response: ServerResponse, { status, type }: DynamoDbError): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: type, message: 'Simulated' }));
}
