import { randomBytes } from 'node:crypto';
import { readSettings, type Settings } from '../src/config/settings.ts';
import { parseCredential } from '../src/credential/credential.ts';
import { ACTION_PATH } from '../src/http/action-endpoint.ts';
import { startService } from '../src/service.ts';
import { parseSignatureSecret, signAddress } from '../src/signals/address/signature.ts';
import { BUNDLED_NOTICE, isBundledGeoDatabase } from '../src/signals/geo/database.ts';
import { createDynamoDbClient } from '../src/signals/reputation/cache/dynamodb-client.ts';
import { createLog } from '../src/telemetry/log.ts';
import { CONSOLE_PATH, createConsole } from './console/console.ts';
import { startLocalDynamoDb } from './simulator/dynamodb.ts';
import { type EdgeOptions, edgeHeaders } from './simulator/edge.ts';
import { startSimulator } from './simulator/simulator.ts';
import { clientCredentialsRequest } from './simulator/token-request.ts';

const TABLE = 'risk-gate-local';

/** The addresses of the guide, and what it says becomes of them. */
const GUIDE_CASES = [
  ['205.210.31.51', 'low score: issued'],
  ['14.102.69.58', 'elevated score: issued for 15 min from 9 to 17 h UTC, else for 5'],
  ['103.159.198.178', 'high score: refused for IP risk'],
  ['175.45.176.0', 'restricted country: refused for its region'],
] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Everything on one machine: the service as it is deployed, around it what stands in for AWS and AbuseIPDB. */
async function main(environment: Environment): Promise<void> {
  const dynamoDb = await startLocalDynamoDb();
  await dynamoDb.createTable(TABLE);
  const simulator = environment.ABUSEIPDB_API_KEY ? undefined : await startSimulator();
  const settings = readSettings({
    ...environment,
    ACTION_CREDENTIAL: environment.ACTION_CREDENTIAL || newCredential(),
    ACTION_CREDENTIAL_SECRET_ARN: undefined,
    ABUSEIPDB_SECRET_ARN: undefined,
    ADDRESS_SIGNATURE_SECRET_ARN: undefined,
    ...(simulator && { ABUSEIPDB_API_KEY: 'simulated', ABUSEIPDB_BASE_URL: simulator.url }),
    REPUTATION_TABLE: TABLE,
    DRAIN_DELAY_MS: '0',
    // What is simulated is on this machine, where no proxy leads.
    NO_PROXY: `127.0.0.1,${environment.no_proxy || environment.NO_PROXY || ''}`,
    no_proxy: undefined,
  });
  // Nothing but the introduction is shown at first, which has the warnings of the policy.
  let introduced = false;
  const warnings: string[] = [];
  const log = createLog(settings.logLevel, {
    write(line) {
      if (introduced) process.stdout.write(line);
      else warnings.push(...policyWarnings(line));
    },
  });
  const edge = edgeOf(settings);
  const page = createConsole({ address: edge });
  const service = await startService(settings, log, {
    dynamoDb: createDynamoDbClient({ ...dynamoDb.clientConfig, timeout: settings.dynamoDbTimeout }),
    onRecord: page.onRecord,
    mount: page.mount,
  });
  const origin = `http://127.0.0.1:${service.port}`;
  const endpoint = origin + ACTION_PATH;
  const header = credentialHeader(
    'json' in settings.actionCredential ? settings.actionCredential.json : '',
  );
  say(introduction(origin, header, edge, settings.geoDatabases, warnings, simulator?.url));
  if (header[1] === TOKEN_PLACEHOLDER) say('  They need an access token of the issuer.\n');
  else await sayGuideCases(endpoint, header, edge, environment.POLICY_FILE === undefined);
  say('\nEach decision is one line of JSON from here on. Ctrl+C ends it.\n');
  introduced = true;
  const stop = async () => {
    page.close();
    await service.stop();
    await Promise.all([simulator?.close(), dynamoDb.close()]);
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** The edge in front of the identity server, which this machine plays as well. */
function edgeOf({
  addressHeaders: headerNames,
  trustedProxyHops,
  addressSignature,
}: Settings): EdgeOptions {
  if (addressSignature === undefined || !('secret' in addressSignature)) {
    return { headerNames, trustedProxyHops };
  }
  const key = parseSignatureSecret(addressSignature.secret, 'ADDRESS_SIGNATURE_SECRET');
  return { headerNames, trustedProxyHops, sign: (value) => signAddress(key, value, Date.now()) };
}

function newCredential(): string {
  const secret = randomBytes(24).toString('base64url');
  return JSON.stringify({ scheme: 'api-key', header: 'x-api-key', secret });
}

/** Only the issuer can make a token. */
const TOKEN_PLACEHOLDER = 'Bearer <access token of the issuer>';

/** The header with which the identity server would show the credential. */
function credentialHeader(json: string): readonly [name: string, value: string] {
  const credential = parseCredential(json, 'ACTION_CREDENTIAL');
  if (credential.scheme === 'api-key') return [credential.header, credential.secret];
  if (credential.scheme === 'bearer') return ['authorization', `Bearer ${credential.secret}`];
  if (credential.scheme === 'oauth2') return ['authorization', TOKEN_PLACEHOLDER];
  const pair = Buffer.from(`${credential.username}:${credential.secret}`).toString('base64');
  return ['authorization', `Basic ${pair}`];
}

/** What a line of the log says of the policy. */
function policyWarnings(line: string): string[] {
  const { event, msg } = JSON.parse(line) as { event?: string; msg?: string };
  return event === 'policy-fails-open' && msg !== undefined ? [msg] : [];
}

function introduction(
  origin: string,
  [name, value]: readonly [string, string],
  edge: EdgeOptions,
  geoDatabases: readonly string[],
  warnings: readonly string[],
  simulator: string | undefined,
): string {
  const endpoint = origin + ACTION_PATH;
  const body = JSON.stringify(clientCredentialsRequest(edgeHeaders('14.102.69.58', edge)));
  const countries = geoDatabases.flatMap((path) =>
    isBundledGeoDatabase(path) ? BUNDLED_NOTICE : [path],
  );
  return `
Risk Gate, whole, on this machine

Simulated
  AbuseIPDB   ${simulator ? `${simulator} (scores are made up; set ABUSEIPDB_API_KEY to ask the real one)` : 'no: the real one is asked'}
  DynamoDB    in this process, in memory
Real
  Service     as it is deployed
  Countries   ${countries.join('\n              ')}
${warnings.length === 0 ? '' : `\nMind in the policy\n${warnings.map((warning) => `  ${warning}\n`).join('')}`}
Console       ${origin}${CONSOLE_PATH} (what it decides, and why; on this machine only)
Endpoint      ${endpoint}
Credential    ${name}: ${value}

Try it
  curl -s ${endpoint} \\
    -H '${name}: ${value}' -H 'content-type: application/json' \\
    -d '${body}'

The four cases of the guide
`;
}

async function sayGuideCases(
  endpoint: string,
  [name, value]: readonly [string, string],
  edge: EdgeOptions,
  defaultPolicy: boolean,
): Promise<void> {
  for (const [address, meaning] of GUIDE_CASES) {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [name]: value },
      body: JSON.stringify(clientCredentialsRequest(edgeHeaders(address, edge))),
    });
    say(
      `  ${address.padEnd(16)} ${defaultPolicy ? meaning : 'by your policy'}\n    HTTP ${response.status} ${await response.text()}\n`,
    );
  }
}

function say(text: string): void {
  process.stdout.write(text);
}

main(process.env).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
