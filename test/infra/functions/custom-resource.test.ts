import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CustomResourceRequest,
  type CustomResourceResult,
  customResource,
} from '../../../infra/functions/custom-resource.ts';

interface Answer {
  readonly method: string | undefined;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

/** CloudFormation's side: a URL that accepts one response. */
let server: Server;
let answers: Answer[];
let status: number;

beforeEach(async () => {
  answers = [];
  status = 200;
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    answers.push({
      method: request.method,
      contentType: request.headers['content-type'],
      body: JSON.parse(Buffer.concat(chunks).toString()),
    });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => server.close());

const IDS = { StackId: 'arn:stack', RequestId: 'request-1', LogicalResourceId: 'Zones' };

function request(more: Partial<CustomResourceRequest> = {}): CustomResourceRequest {
  const { port } = server.address() as AddressInfo;
  const ResponseURL = `http://127.0.0.1:${port}/response?signature=1`;
  return { RequestType: 'Create', ResponseURL, ResourceProperties: {}, ...IDS, ...more };
}

const succeeds = (result: CustomResourceResult) => async () => result;
const fails = (error: unknown) => async (): Promise<CustomResourceResult> => {
  throw error;
};

test.each([
  {
    name: 'a created resource',
    handle: succeeds({ physicalId: 'zones', attributes: { Zone1: 'us-east-1b' } }),
    sent: {},
    expected: { Status: 'SUCCESS', PhysicalResourceId: 'zones', Data: { Zone1: 'us-east-1b' } },
  },
  {
    name: 'a resource without attributes',
    handle: succeeds({ physicalId: 'zones' }),
    sent: {},
    expected: { Status: 'SUCCESS', PhysicalResourceId: 'zones', Data: {} },
  },
  {
    name: 'a failed creation',
    handle: fails(new Error('Set zoneIds.')),
    sent: {},
    expected: { Status: 'FAILED', PhysicalResourceId: 'not-created', Reason: 'Set zoneIds.' },
  },
  {
    name: 'a failed update, which keeps the id of the resource',
    handle: fails('no error object'),
    sent: { RequestType: 'Update' as const, PhysicalResourceId: 'zones' },
    expected: { Status: 'FAILED', PhysicalResourceId: 'zones', Reason: 'no error object' },
  },
])('CloudFormation receives $name', async ({ handle, sent, expected }) => {
  await customResource(handle)(request(sent));
  expect(answers).toEqual([{ method: 'PUT', contentType: '', body: { ...IDS, ...expected } }]);
});

test('a response that does not arrive is an error, so that Lambda tries again', async () => {
  status = 403;
  const handler = customResource(succeeds({ physicalId: 'zones' }));
  await expect(handler(request())).rejects.toThrow("CloudFormation's response URL returned 403.");
});
