import { createContext, Script } from 'node:vm';
import type { EdgeRequest, EdgeResponse } from './message.ts';

interface FunctionHeader {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}

/** The event of a viewer request. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html */
interface FunctionRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: object;
  readonly headers: Record<string, FunctionHeader>;
  readonly cookies: object;
}

interface FunctionResponse {
  readonly statusCode: number;
}

/** CloudFront forbids functions to change headers with these names. */
const READ_ONLY = /^(x-amzn-|x-amz-cf-|x-edge-|via$|content-length$|transfer-encoding$)/;

const scripts = new Map<string, Script>();

/** Compiles code once. */
function scriptOf(code: string): Script {
  const script = scripts.get(code) ?? new Script(code);
  scripts.set(code, script);
  return script;
}

const CALL = '(async () => JSON.stringify(await handler(JSON.parse(event))))()';

/**
 * Runs the code of a viewer-request function in a realm with nothing but the language, and returns the request that
 * CloudFront continues with, or the response of the function. Cookies and the query stay as they are.
 *
 * @throws Error if the code fails, or changes what CloudFront does not allow.
 */
export async function runViewerRequest(
  code: string,
  request: EdgeRequest,
): Promise<EdgeRequest | EdgeResponse> {
  const context = createContext({});
  scriptOf(code).runInContext(context);
  const [uri = ''] = request.target.split('?', 1);
  const { cookie, ...headers } = request.headers;
  const event = {
    version: '1.0',
    context: { eventType: 'viewer-request' },
    viewer: { ip: request.address },
    request: {
      method: request.method,
      uri,
      querystring: {},
      headers: toFunction(headers),
      cookies: {},
    } satisfies FunctionRequest,
  };
  // As text, because the function has its own realm.
  context.event = JSON.stringify(event);
  const result = JSON.parse(String(await scriptOf(CALL).runInContext(context))) as
    | FunctionRequest
    | FunctionResponse;
  if ('statusCode' in result) {
    return { status: result.statusCode, headers: {}, body: Buffer.alloc(0) };
  }
  const changed = fromFunction(result.headers);
  for (const name of new Set([...Object.keys(headers), ...Object.keys(changed)])) {
    if (READ_ONLY.test(name) && String(headers[name]) !== String(changed[name])) {
      throw new Error(`A function must not change the header ${name}.`);
    }
  }
  return {
    ...request,
    method: result.method,
    target: request.target.replace(uri, result.uri),
    headers: { ...changed, ...(cookie && { cookie }) },
  };
}

function toFunction(headers: EdgeRequest['headers']): Record<string, FunctionHeader> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => {
      const [first = '', ...others] = values;
      const multiValue = values.map((value) => ({ value }));
      return [name, { value: first, ...(others.length > 0 && { multiValue }) }];
    }),
  );
}

function fromFunction(headers: FunctionRequest['headers']): EdgeRequest['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, { value, multiValue = [{ value }] }]) => [
      name,
      multiValue.map((each) => each.value),
    ]),
  );
}
