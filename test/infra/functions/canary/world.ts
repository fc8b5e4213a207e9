import { randomUUID } from 'node:crypto';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { METRIC_NAMESPACE } from '../../../../app/src/telemetry/metric-names.ts';
import { type CanaryOptions, createCanary } from '../../../../infra/functions/canary/canary.ts';
import { dataPointsOf } from '../../../support/emf.ts';
import { type Respond, startEndpoint } from '../../../support/https/endpoint.ts';
import { PATIENT_CLIENT, sharedMoto } from '../../../support/moto.ts';

/** Long enough for a busy machine. */
const PATIENT = { connectTimeoutMs: 60_000, responseTimeoutMs: 60_000 };

export const API_KEY = '{"scheme":"api-key","header":"x-api-key","secret":"the-credential-of-1"}';

const AN_HOUR_AGO = Date.now() - 3_600_000;

export type Line = Readonly<Record<string, unknown>>;

export interface RunOptions {
  /** Successive versions of the secret. @default one API key */
  readonly secrets?: readonly string[];
  readonly respond?: Respond;
  /** Whether the endpoint has had a successful run before. @default true */
  readonly hasSucceeded?: boolean;
  /** Overrides of the canary's options. */
  readonly options?: Partial<CanaryOptions>;
}

/** The canary's world: an emulated AWS, and an endpoint. */
export async function startWorld() {
  const [moto, endpoint] = await Promise.all([sharedMoto(), startEndpoint()]);
  const config = {
    endpoint: moto,
    region: 'us-east-1',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    requestHandler: PATIENT_CLIENT,
  };
  const secrets = new SecretsManagerClient(config);
  const cloudWatch = new CloudWatchClient(config);
  // The world of another test file may have the same count.
  const world = randomUUID();
  let count = 0;

  async function createSecret([first, ...later]: readonly string[]): Promise<string> {
    count += 1;
    const { ARN = '' } = await secrets.send(
      new CreateSecretCommand({ Name: `${world}/credential-${count}`, SecretString: first }),
    );
    for (const text of later) await putSecret(ARN, text);
    return ARN;
  }

  async function putSecret(arn: string, text: string): Promise<void> {
    await secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }));
  }

  async function putMetric(
    name: string,
    value: number,
    dimensions: Readonly<Record<string, string>>,
    { namespace = METRIC_NAMESPACE, at = Date.now() } = {},
  ): Promise<void> {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const datum = { MetricName: name, Value: value, Timestamp: new Date(at), Dimensions };
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: [datum] }));
  }

  /** Creates a canary of a stack of its own. `lines` receives its log. */
  async function create({ secrets: versions = [API_KEY], respond, ...more }: RunOptions = {}) {
    const secretArn = await createSecret(versions);
    const service = `stack-${world}-${count}`;
    if (more.hasSucceeded ?? true) {
      const Endpoint = new URL(more.options?.endpoint ?? endpoint.url).hostname;
      await putMetric('CanaryLatency', 12, { Service: service, Endpoint }, { at: AN_HOUR_AGO });
    }
    if (respond !== undefined) endpoint.respondWith(respond);
    const lines: Line[] = [];
    const run = createCanary({
      endpoint: endpoint.url,
      secretArn,
      addressHeader: 'x-client-source-ip',
      service,
      distributionId: undefined,
      ...{ secrets, cloudWatch, cloudWatchOfCloudFront: cloudWatch },
      write: (line) => void lines.push(JSON.parse(line)),
      connection: { ca: endpoint.ca, ...PATIENT },
      ...more.options,
    });
    return { run, lines, secretArn, service };
  }

  return {
    ...{ moto, endpoint, secrets, cloudWatch, create, putSecret, putMetric },
    /** Runs a new canary once, and returns its log. */
    async run(options: RunOptions = {}): Promise<readonly Line[]> {
      const { run, lines } = await create(options);
      await run();
      return lines;
    },
    async stop() {
      secrets.destroy();
      cloudWatch.destroy();
      await endpoint.close();
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/** Returns the value of each metric that CloudWatch extracts from a line. */
export function metricsOf(line: Line | undefined): Readonly<Record<string, number>> {
  const points = line?._aws === undefined ? [] : dataPointsOf(JSON.stringify(line));
  return Object.fromEntries(points.map(({ name, values }) => [name, values[0]?.[0] ?? Number.NaN]));
}

/** Metrics of a run, by its outcome. */
export const METRICS_OF = {
  ok: { CanaryFailures: 0, CanaryPending: 0, CanaryLatency: expect.any(Number) },
  failed: { CanaryFailures: 1, CanaryPending: 0 },
  pending: { CanaryFailures: 0, CanaryPending: 1 },
  inconclusive: {},
} as const;
