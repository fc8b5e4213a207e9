import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readSettings } from '../../app/src/config/settings.ts';
import type { FeedPointer } from '../../app/src/feeds/model/pointer.ts';
import { ACTION_PATH, READINESS_PATH } from '../../app/src/http/paths.ts';
import { startService } from '../../app/src/service.ts';
import { checkFile } from '../../app/src/signals/feeds/check-file.ts';
import { createFolderStore } from '../../app/src/store/folder-store.ts';
import { createLog } from '../../app/src/telemetry/log.ts';
import { NOON, publish, sha256Of } from '../app/signals/feeds/published-feeds.ts';
import { payloadFrom } from '../support/payloads.ts';
import { ABUSEIPDB_KEY, CREDENTIAL, SECRET, TABLE } from '../support/running-service.ts';
import { ADDRESS, type FeedCase, NETWORK_DATABASE } from './feed-cases.ts';
import { outcomeOf } from './service.ts';
import { waitUntil } from './states.ts';

/** Short, so that a test need not wait for a poll. */
const POLL_INTERVAL_MS = 10;
/** Nothing listens there. */
const UNREACHABLE = 'http://127.0.0.1:1';

const LIFETIMES = { matched: 60, absent: 61, expired: 62, 'not-matched': 'issue' } as const;

/** A feed's store, and the service that reads it. */
export class FeedWorld {
  readonly #case: FeedCase;
  readonly #folder = mkdtempSync(join(tmpdir(), 'risk-gate-feeds-'));
  readonly #storePath = join(this.#folder, 'store');
  readonly #store = createFolderStore(this.#storePath);
  #now = NOON;
  #service: { readonly port: number; stop(): Promise<void> } | undefined;
  /** All lines of the service's log. */
  readonly lines: string[] = [];

  constructor(feedCase: FeedCase) {
    this.#case = feedCase;
  }

  /** Publishes the feed's snapshot as new. */
  async publish(): Promise<void> {
    const { configured, snapshot } = this.#case;
    await publish(this.#store, configured, snapshot, this.#pointer());
  }

  /** Publishes a snapshot that is not the one that its pointer states. */
  async publishBroken(): Promise<void> {
    const { configured, snapshot } = this.#case;
    const broken = Buffer.from(snapshot).fill(0, Math.floor(snapshot.length / 2));
    const sha256 = sha256Of(Buffer.concat([snapshot, broken]));
    await publish(this.#store, configured, broken, { ...this.#pointer(), sha256 });
  }

  /** Makes the store unreadable. */
  loseStore(): void {
    renameSync(this.#storePath, `${this.#storePath}.lost`);
    writeFileSync(this.#storePath, 'A file in place of the folder.');
  }

  /** Lets time pass until the feed is expired. */
  expire(): void {
    this.#now += this.#case.configured.maxAge;
  }

  async start(): Promise<void> {
    const settings = readSettings(this.#environment());
    this.#service = await startService(
      { ...settings, feeds: { ...settings.feeds, pollInterval: POLL_INTERVAL_MS } },
      createLog('info', { write: (line) => void this.lines.push(line) }),
      {
        now: () => this.#now,
        dynamoDb: new DynamoDBClient({
          endpoint: UNREACHABLE,
          region: 'eu-west-1',
          credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
          maxAttempts: 1,
        }),
        // In this thread: what the worker does is tested elsewhere, and starting one takes longer than a test.
        checkFeed: async (file, expected) => ({ file, checked: checkFile(file, expected) }),
      },
    );
  }

  /** Returns the outcome of a token request. */
  async outcome(): Promise<string | undefined> {
    const response = await fetch(this.#url(ACTION_PATH), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': SECRET },
      body: payloadFrom(ADDRESS, '03'),
    });
    const found = outcomeOf(await response.text());
    return Object.entries(LIFETIMES).find(([, lifetime]) => lifetime === found)?.[0];
  }

  async isReady(): Promise<boolean> {
    return (await fetch(this.#url(READINESS_PATH))).ok;
  }

  /** Returns the events of the feed's log lines. */
  events(): string[] {
    return this.lines
      .map((line) => JSON.parse(line))
      .filter(({ feed }) => feed === this.#case.id)
      .map(({ event }) => event);
  }

  /** Waits until the service has logged an event of the feed. */
  async waitFor(event: string): Promise<void> {
    await waitUntil(async () => this.events().includes(event), `the log has ${event}`);
  }

  /** Stops the service, which writes its last metrics. */
  async stop(): Promise<void> {
    await this.#service?.stop();
    rmSync(this.#folder, { recursive: true });
  }

  #pointer(): Partial<FeedPointer> {
    const isList = this.#case.configured.feed.content === 'scores';
    return { publishedAt: NOON, ...(isList && { scope: { unlistedAtMost: 100, versions: [] } }) };
  }

  #environment(): Record<string, string> {
    const policyFile = join(this.#folder, 'policy.yaml');
    const databaseFile = join(this.#folder, 'networks.mmdb');
    writeFileSync(policyFile, policyOf(this.#case));
    writeFileSync(databaseFile, NETWORK_DATABASE);
    return {
      PORT: '0',
      ACTION_CREDENTIAL: CREDENTIAL,
      ABUSEIPDB_API_KEY: ABUSEIPDB_KEY,
      ABUSEIPDB_BASE_URL: UNREACHABLE,
      REPUTATION_TABLE: TABLE,
      DECISION_DEADLINE_MS: '2500',
      DRAIN_DELAY_MS: '0',
      POLICY_FILE: policyFile,
      FEEDS: this.#case.setting,
      FEED_STORE: this.#storePath,
      ...(this.#case.configured.feed.content === 'networks' && { GEO_DATABASE: databaseFile }),
    };
  }

  #url(path: string): string {
    return `http://127.0.0.1:${this.#service?.port}${path}`;
  }
}

/** Returns a policy whose lifetimes name the outcome. */
function policyOf({ condition, reliesOn }: FeedCase): string {
  const byCause =
    '{ absent: { lifetime: 61s }, expired: { lifetime: 62s }, default: { deny: No. } }';
  return `
version: 1
feeds: [${reliesOn.join(', ')}]
rules: [{ id: listed, when: '${condition}', then: { lifetime: ${LIFETIMES.matched satisfies number}s } }]
unknown:
  address: { deny: No. }
  geo: { deny: No. }
  network: { absent: { lifetime: 61s }, default: { deny: No. } }
  anonymizer: ${byCause}
  feeds: { absent: { lifetime: 61s }, expired: { lifetime: 62s } }
  # Nothing but the list knows scores, as AbuseIPDB cannot be reached.
  reputation: { lifetime: 61s }
`;
}
