import { pipeline, Readable, Transform } from 'node:stream';

/** The body of a response exceeds its limit. Logs show the name, like those of the SDK's errors. */
export class ResponseTooLargeError extends Error {
  override readonly name = 'ResponseTooLarge';

  constructor(maxBytes: number) {
    super(`The response is larger than ${maxBytes} bytes.`);
  }
}

/**
 * Creates a middleware for a client of the AWS SDK that limits the size of responses. The SDK reads a body of
 * any length, so a server in place of AWS could exhaust the memory before a timeout ends the call.
 *
 * @example client.middlewareStack.add(limitResponseSize(512 * 1024), RESPONSE_SIZE_STEP);
 */
export function limitResponseSize(maxBytes: number) {
  return <Call, Result extends { response: unknown }>(send: (call: Call) => Promise<Result>) =>
    async (call: Call): Promise<Result> => {
      const result = await send(call);
      limitBody(result.response as HttpResponse, maxBytes);
      return result;
    };
}

/** The innermost step, before the body is read. */
export const RESPONSE_SIZE_STEP = {
  step: 'deserialize',
  priority: 'low',
  name: 'limitResponseSize',
} as const;

interface HttpResponse {
  readonly headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

function limitBody(response: HttpResponse, maxBytes: number): void {
  const { headers, body } = response;
  if (!(body instanceof Readable)) return;
  const length = headers?.['content-length'];
  if (length === undefined) {
    response.body = limitStream(body, maxBytes);
  } else if (!(Number(length) <= maxBytes)) {
    body.destroy();
    throw new ResponseTooLargeError(maxBytes);
  }
  // With a content-length within the limit, Node reads no more than that.
}

/** Passes a body through, and closes its connection if it exceeds the limit. */
function limitStream(body: Readable, maxBytes: number): Readable {
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(new ResponseTooLargeError(maxBytes));
      else done(null, chunk);
    },
  });
  // The reader of the body receives the error.
  return pipeline(body, limit, () => {});
}
