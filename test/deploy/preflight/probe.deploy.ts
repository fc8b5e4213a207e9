import { probeDistribution } from '../../../infra/preflight/probe.ts';
import { type Answer, failure } from './aws.ts';
import { ACCOUNT_ID, account } from './facts.ts';
import { useAws } from './use-aws.ts';

const CREATE = 'cloudfront POST /2020-05-31/distribution';
const GET = 'cloudfront GET /2020-05-31/distribution/E1';
const DELETE = 'cloudfront DELETE /2020-05-31/distribution/E1';

const aws = useAws('nothing');
const lines: string[] = [];

beforeEach(async () => {
  lines.length = 0;
  aws.answer(CREATE, (body) => {
    expect(body).toContain('<Enabled>false</Enabled>');
    return distribution('InProgress', 201);
  });
  aws.answer(DELETE, { status: 204, body: '' });
});

function distribution(status: string, httpStatus = 200): Answer {
  return {
    status: httpStatus,
    headers: { etag: `tag-${status}` },
    body: `<Distribution><Id>E1</Id><Status>${status}</Status></Distribution>`,
  };
}

/** Answers with one status after the other, and repeats the last. */
function statuses(...all: readonly string[]): void {
  const rest = [...all];
  aws.answer(GET, () => distribution((rest.length > 1 ? rest.shift() : rest[0]) ?? ''));
}

const probe = async (options = {}) => {
  const write = (line: string) => void lines.push(line);
  return probeDistribution(await account(), 'RiskGate', { pollIntervalMs: 1, write, ...options });
};

const left = (reason: string) => ({
  level: 'warning',
  text: `AWS accepts distributions of this account, but the disabled distribution E1 of the probe still exists (${reason}): delete it with aws cloudfront delete-distribution --id E1 --if-match <ETag of aws cloudfront get-distribution --id E1> when its status is Deployed.`,
});

test('a distribution is created, and deleted as soon as CloudFront allows it', async () => {
  statuses('InProgress', 'InProgress', 'Deployed');
  expect(await probe()).toEqual({
    level: 'ok',
    text: 'AWS accepts distributions of this account; the one of the probe is deleted.',
  });
  expect(aws.requests.slice(1)).toEqual([CREATE, GET, GET, GET, DELETE]);
  expect(lines).toEqual(['Created the disabled distribution E1; deleting it takes some minutes.']);
});

const NOT_VERIFIED =
  'Your account must be verified before you can add new CloudFront resources. To verify your account, please contact AWS Support (https://console.aws.amazon.com/support/home#/) and include this error message.';

test.each([
  [
    'has not verified the account',
    failure(CREATE, 403, 'AccessDenied', NOT_VERIFIED),
    'error',
    `AWS has not verified account ${ACCOUNT_ID} for CloudFront: open a case of type "Account and billing" at AWS Support and quote this message: ${NOT_VERIFIED}`,
  ],
  [
    'does not allow it',
    failure(CREATE, 403, 'AccessDenied', 'User: u is not authorized'),
    'warning',
    'The probe could not create a distribution, because the credentials do not allow cloudfront:CreateDistribution: allow it, or run the command without --probe.',
  ],
  [
    'has an error',
    failure(CREATE, 400, 'TooManyDistributions', 'Too many distributions.'),
    'warning',
    'Not checked, because of an error at cloudfront:CreateDistribution: Too many distributions.',
  ],
])('nothing is left when AWS %s', async (_, answer, level, text) => {
  aws.answer(CREATE, answer);
  expect(await probe()).toEqual({ level, text });
  expect(aws.requests.slice(1)).toEqual([CREATE]);
});

test('a distribution that cannot be deleted is named', async () => {
  statuses('Deployed');
  aws.deny(DELETE);
  expect(await probe()).toEqual(left('the credentials do not allow cloudfront:DeleteDistribution'));
});

test('a distribution that CloudFront does not delete is named', async () => {
  statuses('Deployed');
  aws.answer(DELETE, failure(DELETE, 409, 'DistributionNotDisabled'));
  expect(await probe()).toEqual(left('CloudFront returned DistributionNotDisabled'));
});

test('a distribution that CloudFront does not deploy is named', async () => {
  statuses('InProgress');
  expect(await probe({ timeoutMs: -1 })).toEqual(left('CloudFront did not deploy it in time'));
});

test.each([
  ['SIGINT', 'not yet deployed', ['InProgress'], left('the command was interrupted')],
  ['SIGTERM', 'not yet deployed', ['InProgress'], left('the command was interrupted')],
  ['SIGHUP', 'not yet deployed', ['InProgress'], left('the command was interrupted')],
  ['SIGINT', 'just deployed', ['InProgress', 'Deployed'], { level: 'ok' }],
] as const)('%s ends the wait for a distribution that is %s', async (signal, _, all, finding) => {
  statuses(...all);
  const outcome = probe({ pollIntervalMs: 60_000 });
  while (!aws.requests.includes(GET)) await new Promise((resolve) => setTimeout(resolve, 1));
  process.emit(signal);
  expect(await outcome).toMatchObject(finding);
});
