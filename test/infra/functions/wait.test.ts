import type { CustomResourceRequest } from '../../../infra/functions/custom-resource.ts';
import { waitOnce } from '../../../infra/functions/wait.ts';

const request = (
  RequestType: CustomResourceRequest['RequestType'],
  Seconds: number,
): CustomResourceRequest => ({
  ...{ RequestType, StackId: 'stack', RequestId: '1', LogicalResourceId: 'Wait' },
  ...{ ResponseURL: 'http://127.0.0.1/', ResourceProperties: { Seconds: String(Seconds) } },
  ...(RequestType !== 'Create' && { PhysicalResourceId: 'waited' }),
});

test('waits when it is created', async () => {
  let isDone = false;
  const waiting = waitOnce(request('Create', 0.05)).then((result) => {
    isDone = true;
    return result;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isDone).toBe(false);
  expect(await waiting).toEqual({ physicalId: 'waited' });
});

test.each(['Update', 'Delete'] as const)('does not wait for %s', async (type) => {
  // A wait would exceed the timeout of the test.
  expect(await waitOnce(request(type, 3600))).toEqual({ physicalId: 'waited' });
});
