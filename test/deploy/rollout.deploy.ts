import { setDate } from '../support/fake-date.ts';
import { startTimers } from '../support/fake-timers.ts';
import { describeWithMoto } from '../support/moto.ts';
import { ROOT, runCommand } from '../support/process.ts';
import {
  APPLICATIONS,
  commandsIn,
  LOW,
  OFFICE,
  PARTNER,
  PORTAL,
  PORTAL_WITH_JWT,
  REQUESTS,
  REQUESTS_A_DAY,
  RESTRICTED,
  refusalsOf,
  SHOP,
  shownLines,
  withoutVariableParts,
  yamlIn,
} from './rollout-page.ts';
import { ORGANIZATION, type RolloutWorld, startRolloutWorld } from './rollout-world.ts';

const HOUR_MS = 3_600_000;
/** A Monday. */
const START = Date.parse('2026-09-07T00:00:00Z');

/** The page is one story: each test continues where the one before has ended. */
describeWithMoto('docs/rollout.md', () => {
  let world: RolloutWorld;
  const done: string[] = [];
  const printed: string[] = [];

  beforeAll(async () => {
    setDate(START);
    world = await startRolloutWorld([...APPLICATIONS]);
  });

  afterAll(async () => {
    startTimers();
    await world?.close();
  });

  /** Runs commands of the page. @returns the outputs, after comparing the exit codes, which are 0 by default. */
  async function run(commands: readonly string[], exitCodes: readonly number[] = []) {
    const outputs: string[] = [];
    for (const [index, command] of commands.entries()) {
      const { exitCode, output } = await world.run(command);
      expect({ command, exitCode, output }).toMatchObject({ exitCode: exitCodes[index] ?? 0 });
      outputs.push(output);
      done.push(command);
      printed.push(withoutVariableParts(output));
    }
    return outputs;
  }

  const runSection = (section: string, exitCodes?: readonly number[]) =>
    run(commandsIn(section), exitCodes);

  /** Lets days pass in which the applications request tokens. */
  async function pass(days: number): Promise<void> {
    const start = Date.now();
    for (let day = 0; day < days; day += 1) {
      setDate(start + (24 * day + 10) * HOUR_MS);
      for (let round = 0; round < REQUESTS_A_DAY; round += 1) {
        await Promise.all(
          REQUESTS.map(([client, grant, address]) => token(client, address, grant)),
        );
      }
    }
    setDate(start + 24 * days * HOUR_MS);
  }

  /** Requests a token. @returns whether the action was called, and what the client gets. */
  async function token(clientId: string, address: string, grant = 'client_credentials') {
    const headers = { 'X-Client-Source-IP': address, 'User-Agent': 'test' };
    const { isCalled, outcome } = await world.requestToken({ clientId, grant, headers });
    return [isCalled ? 'called' : 'not called', outcome.kind];
  }

  test('1. the stack is deployed in monitor mode', async () => {
    const section = '1. Deploy in monitor mode';
    const [mode = ''] = yamlIn(section);
    world.edit('app/policy.yaml', mode);
    await runSection(section);
  });

  test('2. the smoke test shows what enforcing would do', async () => {
    const [output] = await runSection('2. Test the endpoint');
    expect(output).toContain('its mode is monitor: it refuses and restricts nothing.');
    expect(output).toMatch(
      /175\.45\.176\.0 \(KP\): a token .+; if the policy were enforced, it would be refused\./,
    );
  });

  test('3. the plan has exit code 1 and changes nothing; the registration changes no token', async () => {
    const [plan = '', register = ''] = commandsIn('3. Register');
    const asProcess = await runCommand(
      process.execPath,
      ['--import', 'tsx', 'app/cli/main.ts', ...plan.split(' ').slice(1), ...world.target],
      { environment: world.environment, folder: ROOT },
    );
    expect(asProcess).toMatchObject({ status: 1, stderr: '' });
    expect(asProcess.stdout).toContain('Would create the action "Risk Gate"');
    expect(world.api.actions).toEqual([]);
    await run([plan, register], [1, 0]);
    expect(await token(SHOP, RESTRICTED)).toEqual(['called', 'token']);
  });

  test('4. status finds an application with opaque tokens, which is protected afterwards', async () => {
    const section = '4. See that every application calls';
    expect(await token(PORTAL, RESTRICTED)).toEqual(['not called', 'token']);
    await pass(1);
    const [output] = await runSection(section, [1]);
    expect(output).toContain('error    applications: The application "Legacy portal" gets opaque');
    world.applications[2] = PORTAL_WITH_JWT;
    expect(await token(PORTAL, LOW)).toEqual(['called', 'token']);
    const [corrected] = await run(commandsIn(section));
    expect(corrected).toContain('warning  requests: The policy is in monitor mode');
  });

  test('5. the query shows the dry-run refusals of two weeks', async () => {
    await pass(13);
    const [output = ''] = await runSection('5. Read the dry-run refusals');
    const refusals = 14 * REQUESTS_A_DAY;
    expect(JSON.parse(output)).toEqual([
      // One more of the test of the registration.
      refusalsOf('restricted-country', SHOP, RESTRICTED, refusals + 1),
      refusalsOf('high-ip-risk', OFFICE, PARTNER, refusals),
    ]);
  });

  test('6. the candidate changes what it should, and its cases pass', async () => {
    const section = '6. Try a candidate';
    const [candidate = '', cases = ''] = yamlIn(section);
    const [copy = '', check = '', cover = '', fetchRecords = '', ...replays] = commandsIn(section);
    await run([copy]);
    world.edit('candidate.yaml', candidate);
    world.write('app/policy-cases/partner.cases.yaml', cases);
    const [, tested] = await run([check, cover, fetchRecords]);
    expect(tested).toMatch(/100 %.*\n\nCases: \d+ passed, \d+ in all/);
    for (const output of await run(replays)) {
      expect(output).toMatch(/^Replayed \d{3} decisions from 2026-09-07/);
      expect(output).toMatch(/changed +84 /);
      expect(output).toMatch(/undetermined +0 /);
      expect(output).toContain('refuse -> issue  84  by trusted-network instead of high-ip-risk');
    }
  });

  test('7. the candidate is enforced for one application, and no other one', async () => {
    const section = '7. Enforce for one application';
    const commands = commandsIn(section);
    const deployed = commands.indexOf('npx cdk deploy') + 1;
    await run(commands.slice(0, deployed - 1), [1]);
    expect(await token(SHOP, RESTRICTED)).toEqual(['called', 'token']);
    await run(commands.slice(deployed - 1, deployed));
    expect(await token(SHOP, RESTRICTED)).toEqual(['called', 'refused']);
    expect(await token(SHOP, LOW)).toEqual(['called', 'token']);
    expect(await token(OFFICE, RESTRICTED)).toEqual(['not called', 'token']);
    expect(await token(PORTAL, RESTRICTED)).toEqual(['not called', 'token']);
    // On the last of them, all requests are decided by the candidate.
    await pass(2);
    const [output, widened] = await run(commands.slice(deployed));
    expect(output).toContain('ok       requests: The policy is in enforce mode.');
    expect(output).toContain(
      'warning  applications: The applications "Back office" and "Legacy portal" get tokens without Risk Gate',
    );
    expect(widened).toContain('rule');
    expect(await token(OFFICE, RESTRICTED)).toEqual(['called', 'refused']);
    expect(await token(PORTAL, RESTRICTED)).toEqual(['not called', 'token']);
  });

  test('8. after the rule is removed, status has no warning', async () => {
    const [every = '', status = ''] = commandsIn('8. Enforce for all');
    await run([every]);
    for (const client of [SHOP, OFFICE, PORTAL]) {
      expect(await token(client, RESTRICTED)).toEqual(['called', 'refused']);
    }
    expect(await token(OFFICE, PARTNER)).toEqual(['called', 'token']);
    await pass(1);
    const [output] = await run([status]);
    expect(output).toContain('ok       action: It has no rule: every request calls it.');
    expect(output).toContain('\nResult: no errors and no warnings.\n');
  });

  test('while the action does not pass on the address, tokens are refused, and status says why', async () => {
    const [action] = world.api.actions;
    const { allowedHeaders } = action ?? {};
    Object.assign(action ?? {}, { allowedHeaders: ['x-other'] });
    expect(await token(SHOP, LOW)).toEqual(['called', 'refused']);
    const [, status = ''] = commandsIn('8. Enforce for all');
    const { exitCode, output } = await world.run(status);
    expect(exitCode).toBe(1);
    expect(output).toContain(
      'error    action: It does not allow the header x-client-source-ip, so the policy cannot use it: run risk-gate register.',
    );
    await world.run(`risk-gate register --organization ${ORGANIZATION}`);
    expect(world.api.actions[0]?.allowedHeaders).toEqual(allowedHeaders);
    expect(await token(SHOP, LOW)).toEqual(['called', 'token']);
  });

  test('a paused action is not called, and a resumed one is', async () => {
    const [pause = '', resume = '', ...others] = commandsIn('The way back');
    await run([pause]);
    expect(await token(SHOP, RESTRICTED)).toEqual(['not called', 'token']);
    await run([resume]);
    expect(await token(SHOP, RESTRICTED)).toEqual(['called', 'refused']);
    expect(others).toEqual([]);
  });

  test('every command of the page was run', () => {
    expect(commandsIn().filter((command) => !done.includes(command))).toEqual([]);
  });

  test('the commands have printed each line that the page shows', () => {
    const lines = new Set(printed.flatMap((output) => output.split('\n')));
    const shown = shownLines();
    expect(shown.length).toBeGreaterThan(30);
    expect(shown.filter((line) => !lines.has(withoutVariableParts(line)))).toEqual([]);
  });
});
