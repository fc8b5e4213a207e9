import { readSettings, type Settings } from '../src/config/settings.ts';
import { ACTION_PATH } from '../src/http/paths.ts';
import { startService } from '../src/service.ts';
import { parseSignatureSecret, signAddress } from '../src/signals/address/signature.ts';
import { checkFile } from '../src/signals/feeds/check-file.ts';
import { createDynamoDbClient } from '../src/signals/reputation/cache/dynamodb-client.ts';
import { createLog } from '../src/telemetry/log.ts';
import { type FeedRow, listFeeds } from '../tools/explain/describe-feeds.ts';
import { type EdgeOptions, edgeHeaders } from '../tools/requests/edge.ts';
import { type GuideCase, postGuideCases } from '../tools/requests/guide-cases.ts';
import { clientCredentialsRequest } from '../tools/requests/token-request.ts';
import { CONSOLE_PATH, createConsole } from './console/console.ts';
import { credentialHeader, TOKEN_PLACEHOLDER } from './credential-header.ts';
import { type Environment, localEnvironment, TABLE_NAME } from './local-environment.ts';
import type { LocalFeeds } from './local-feeds.ts';
import { startLocalDynamoDb } from './simulator/dynamodb.ts';
import type { Simulator } from './simulator/simulator.ts';
import { banner, heading } from './terminal/banner.ts';
import { DECISION_HEADER } from './terminal/format-decision.ts';
import type { LogFormat } from './terminal/log-format.ts';
import { formatLogLine } from './terminal/pretty-log.ts';
import { startupWarning } from './terminal/startup-warning.ts';

/** The guide's address whose token is restricted. */
const SAMPLE_ADDRESS = '14.102.69.58';

export interface LocalServiceOptions {
  readonly environment: Environment;
  readonly logFormat: LogFormat;
  /** Absent when the real AbuseIPDB is used. */
  readonly simulator: Simulator | undefined;
  /** Absent when the feeds are real. */
  readonly feeds: LocalFeeds | undefined;
}

/** Starts the service, prints the banner and the guide's four cases, and stops everything at a signal. */
export async function runLocalService(options: LocalServiceOptions): Promise<void> {
  const { environment, simulator, feeds } = options;
  const isPretty = options.logFormat === 'pretty';
  const dynamoDb = await startLocalDynamoDb();
  await dynamoDb.createTable(TABLE_NAME);
  const settings = readSettings({
    ...localEnvironment(environment, simulator?.url),
    ...feeds?.settings,
  });
  const warnings: string[] = [];
  let writeLogLine = (line: string) => {
    warnings.push(...startupWarning(line));
  };
  const log = createLog(settings.logLevel, { write: (line) => writeLogLine(line) });
  const edge = edgeOf(settings);
  const { policyFile } = settings;
  const webConsole = createConsole({
    edge,
    policyFile: policyFile.startsWith('s3://') ? undefined : policyFile,
  });
  let feedRows: readonly FeedRow[] = [];
  const service = await startService(settings, log, {
    dynamoDb: createDynamoDbClient({
      ...dynamoDb.clientConfig,
      timeout: settings.dynamoDbTimeout,
    }),
    // A worker thread for each of the feeds would delay the start by seconds.
    checkFeed: async (file, expected) => ({ file, checked: checkFile(file, expected) }),
    onRecord: webConsole.onRecord,
    mount: (app, decision) => {
      webConsole.mount(app, decision);
      feedRows = listFeeds(decision.sources.feeds());
    },
  });
  const origin = `http://127.0.0.1:${service.port}`;
  const endpoint = origin + ACTION_PATH;
  const credential = credentialHeader(settings);
  const requestBody = JSON.stringify(clientCredentialsRequest(edgeHeaders(SAMPLE_ADDRESS, edge)));
  print(
    banner({
      endpoint,
      console: origin + CONSOLE_PATH,
      credential,
      policyFile: settings.policyFile,
      simulator: simulator?.url,
      geoDatabases: settings.geoDatabases,
      simulatedFeeds: feeds?.reported,
      feeds: feedRows,
      warnings,
      requestBody,
    }),
  );
  print(heading('The four cases of the Asgardeo guide'));
  if (isPretty) {
    // The log lines of their decisions show the outcomes.
    print(DECISION_HEADER);
    writeLogLine = printPretty;
  }
  if (credential[1] === TOKEN_PLACEHOLDER) {
    print('  Not sent: they need an access token of the issuer.');
  } else {
    const isDefaultPolicy = environment.POLICY_FILE === undefined;
    for await (const guideCase of postGuideCases(endpoint, credential, edge)) {
      if (!isPretty) print(describeGuideCase(guideCase, isDefaultPolicy));
    }
  }
  print(`
Next: send the curl above, open the console, or edit ${settings.policyFile} and start again.
Each decision from here on is one line${isPretty ? '' : ' of JSON'}. Press Ctrl+C to stop.
`);
  writeLogLine = isPretty ? printPretty : printRaw;
  const stop = async () => {
    webConsole.close();
    await service.stop();
    await Promise.all([simulator?.close(), dynamoDb.close(), feeds?.close()]);
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** Returns the options of the simulated edge in front of the identity server. */
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

function describeGuideCase(
  { address, expected, status, body }: GuideCase,
  isDefaultPolicy: boolean,
): string {
  const outcome = isDefaultPolicy ? expected : 'as your policy decides';
  return `  ${address.padEnd(16)} ${outcome}\n    HTTP ${status} ${body}`;
}

function printRaw(line: string): void {
  process.stdout.write(line);
}

function printPretty(line: string): void {
  const formatted = formatLogLine(line);
  if (formatted !== undefined) print(formatted);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
