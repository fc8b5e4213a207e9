import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An answer of AWS: JSON or XML, as the service's API reference says. */
export interface Answer {
  readonly status?: number;
  readonly body: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

type Respond = (body: string, url: URL) => Answer | undefined;

/** AWS for one test file: moto, or nothing, behind answers that a test sets. */
export interface Aws {
  readonly endpoint: string;
  /** The operations that were requested, such as `ec2 DescribeVpcs` or `cloudfront GET /2020-05-31/vpc-origin`. */
  readonly requests: readonly string[];
  /** Answers an operation. A function that returns `undefined` leaves a request to moto. */
  answer(operation: string, answer: Answer | Respond): void;
  /** Refuses an operation as IAM does. */
  deny(operation: string): void;
  /** Removes all answers and empties moto. */
  reset(): Promise<void>;
  stop(): void;
}

/** Starts a server in front of moto. @param moto its URL; without it, every request needs an answer. */
export async function startAws(moto?: string): Promise<Aws> {
  const answers = new Map<string, Respond>();
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const operation = operationOf(request, url, body);
    requests.push(operation);
    const answer = answers.get(operation)?.(body, url);
    if (answer !== undefined) send(response, answer);
    else if (moto !== undefined) await forward(moto, request, body, response);
    else send(response, { status: 500, body: `Unexpected request: ${operation}` });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = (operation: string, value: Answer | Respond) =>
    void answers.set(operation, typeof value === 'function' ? value : () => value);
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer,
    deny: (operation) => answer(operation, failure(operation, 403, deniedCode(operation))),
    async reset() {
      answers.clear();
      requests.length = 0;
      if (moto !== undefined) await fetch(`${moto}/moto-api/reset`, { method: 'POST' });
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Services of the JSON protocols; the others answer in XML. */
const JSON_SERVICES = [
  'acm',
  'ecr',
  'logs',
  'monitoring',
  'scheduler',
  'secretsmanager',
  'servicequotas',
  'ssm',
];

/** Returns an error of AWS in the protocol of the operation's service. */
export function failure(operation: string, status: number, code: string, message = code): Answer {
  const [service = ''] = operation.split(' ');
  if (JSON_SERVICES.includes(service)) return { status, body: { __type: code, message } };
  const error = `<Code>${code}</Code><Message>${message}</Message>`;
  const body =
    service === 'ec2'
      ? `<Response><Errors><Error>${error}</Error></Errors><RequestID>1</RequestID></Response>`
      : `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>1</RequestId></ErrorResponse>`;
  return { status, body };
}

function deniedCode(operation: string): string {
  if (operation.startsWith('ec2 ')) return 'UnauthorizedOperation';
  return JSON_SERVICES.includes(operation.split(' ')[0] ?? '')
    ? 'AccessDeniedException'
    : 'AccessDenied';
}

/** The service is part of the signature, and the operation of a header, the body or the path. */
function operationOf({ headers, method }: IncomingMessage, url: URL, body: string): string {
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '');
  const service = scope?.[1] ?? 'unsigned';
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return `${service} ${target.split('.').at(-1)}`;
  const action = new URLSearchParams(body).get('Action');
  return `${service} ${action ?? `${method} ${url.pathname.replace(/\/$/, '')}`}`;
}

function send(response: ServerResponse, { status = 200, body, headers = {} }: Answer): void {
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isText ? 'text/xml' : 'application/x-amz-json-1.1',
    ...headers,
  });
  response.end(isText ? body : JSON.stringify(body));
}

async function forward(
  moto: string,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const {
    host: _,
    connection: __,
    'content-length': ___,
    expect: ____,
    ...headers
  } = request.headers;
  const answer = await fetch(`${moto}${request.url}`, {
    method: request.method,
    headers: headers as Record<string, string>,
    ...(body !== '' && { body }),
  });
  const type = answer.headers.get('content-type');
  response.writeHead(answer.status, { ...(type !== null && { 'content-type': type }) });
  response.end(Buffer.from(await answer.arrayBuffer()));
}
