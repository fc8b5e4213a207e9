import { runCommandLine } from '../../../../app/cli/command-line.ts';
import { addPolicy } from '../../../../app/cli/commands/policy/index.ts';
import { sampleTokenRequest } from '../../../../app/tools/requests/token-request.ts';
import { MONDAY_MORNING } from '../../../support/circumstances.ts';
import { ROOT } from '../../../support/process.ts';
import { type RunningService, startTestService } from '../../../support/running-service.ts';
import { fakeTerminal } from '../../../support/terminal.ts';

const PROGRAM = { name: 'risk-gate', version: '1', description: 'Test.', commands: [addPolicy] };

/** Fields of a decision record. */
interface DecisionRecord {
  readonly outcome: string;
  readonly policy_revision: string;
  readonly signals: { readonly reputation?: { readonly score?: number } };
}

let service: RunningService;
beforeAll(async () => {
  service = await startTestService({ now: () => MONDAY_MORNING });
});
afterAll(() => service.stop());

/** Returns what `policy explain` says about a body. */
async function explain(body: string, args: readonly string[]) {
  const terminal = fakeTerminal({ folder: ROOT, stdin: body, now: () => MONDAY_MORNING });
  const all = ['policy', 'explain', 'app/policy.yaml', '--request', '-', ...args, '--json'];
  await runCommandLine(PROGRAM, all, terminal);
  return JSON.parse(terminal.output());
}

function bodyFrom(address: string | undefined, grant: string): string {
  const headers = address === undefined ? [] : [{ name: 'x-client-source-ip', value: [address] }];
  return JSON.stringify(
    sampleTokenRequest({ headers, grant, clientId: 'explained', scopes: ['openid'] }),
  );
}

test.each([
  ['a low score', '205.210.31.51', 'authorization_code'],
  ['an elevated score', '14.102.69.58', 'refresh_token'],
  ['a high score', '103.159.198.178', 'client_credentials'],
  ['a restricted country', '175.45.176.0', 'password'],
  ['a private address', '10.0.0.1', 'authorization_code'],
  ['no address', undefined, 'authorization_code'],
])('the operations for %s are those of the service', async (_, address, grant) => {
  const body = bodyFrom(address, grant);
  const response = await (await service.post(body)).json();
  const record = service.decisions().at(-1) as unknown as DecisionRecord;
  const { score } = record.signals.reputation ?? {};
  const explained = await explain(body, score === undefined ? [] : ['--score', String(score)]);
  expect(explained.response).toEqual(response);
  expect(explained.outcome).toBe(record.outcome);
  expect(explained.policy.revision).toBe(record.policy_revision);
});

test('the operations are those of the service while AbuseIPDB fails', async () => {
  service.simulator.setFault({ kind: 'status', status: 503 });
  const body = bodyFrom('8.8.4.4', 'authorization_code');
  const response = await (await service.post(body)).json();
  const explained = await explain(body, ['--unknown', 'reputation=upstream']);
  expect(explained.response).toEqual(response);
  expect(explained).toMatchObject({ outcome: 'restrict', applied: ['unknown.reputation'] });
});
