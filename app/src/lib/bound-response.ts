import { pipeline, Readable, Transform } from 'node:stream';

/** A response whose body is longer than it may be. Named as errors of the SDK are, which records go by. */
export class ResponseTooLarge extends Error {
  override readonly name = 'ResponseTooLarge';

  constructor(maxBytes: number) {
    super(`The response is larger than ${maxBytes} bytes.`);
  }
}

/**
 * Makes a step for a client of the AWS SDK, which by itself reads a body to its end, however long it is: whatever
 * responds in place of AWS could fill the memory before a time limit ends the call. Goes into the innermost step
 * (`BOUND_STEP`), before the body is read.
 */
export function boundResponse(maxBytes: number) {
  return <Call, Result extends { response: unknown }>(send: (call: Call) => Promise<Result>) =>
    async (call: Call): Promise<Result> => {
      const result = await send(call);
      bound(result.response as HttpResponse, maxBytes);
      return result;
    };
}

export const BOUND_STEP = {
  step: 'deserialize',
  priority: 'low',
  name: 'boundResponse',
} as const;

interface HttpResponse {
  readonly headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

function bound(response: HttpResponse, maxBytes: number): void {
  const { headers, body } = response;
  if (!(body instanceof Readable)) return;
  const length = headers?.['content-length'];
  if (length === undefined) {
    response.body = limited(body, maxBytes);
  } else if (!(Number(length) <= maxBytes)) {
    body.destroy();
    throw new ResponseTooLarge(maxBytes);
  }
  // Node reads no more than the length that was announced.
}

/** Passes a body on, and ends its connection when it is too long. */
function limited(body: Readable, maxBytes: number): Readable {
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(new ResponseTooLarge(maxBytes));
      else done(null, chunk);
    },
  });
  // Whoever reads the body meets its error.
  return pipeline(body, limit, () => {});
}
