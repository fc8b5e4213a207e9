import { randomUUID } from 'node:crypto';
import {
  type CloudFrontClient,
  CreateDistributionCommand,
  DeleteDistributionCommand,
  GetDistributionCommand,
} from '@aws-sdk/client-cloudfront';
import { codeOf, deniedAction } from '../../app/tools/aws/aws-error.ts';
import { error, type Finding, ok, warning } from '../../app/tools/findings/finding.ts';
import type { Account } from './account.ts';
import { describeFailure } from './describe-failure.ts';

/** AWS's answer to an account that it has not verified. */
const NOT_VERIFIED = /account must be verified/i;

/** Signals that end the command, and that must not leave the distribution behind. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** CloudFront deletes a distribution only once it has distributed its configuration: minutes, even for a disabled one. */
const DEPLOYMENT_TIMEOUT_MS = 20 * 60_000;
const POLL_INTERVAL_MS = 10_000;

export interface ProbeOptions {
  readonly pollIntervalMs?: number;
  readonly timeoutMs?: number;
  /** Receives progress. @default standard error */
  readonly write?: (line: string) => void;
}

/**
 * Creates a disabled distribution, which serves nothing and costs nothing, and deletes it, to see whether AWS accepts
 * distributions of this account.
 */
export async function probeDistribution(
  { clients: { cloudFront }, id: accountId }: Account,
  stackName: string,
  options: ProbeOptions = {},
): Promise<Finding> {
  const { write = (line: string) => void process.stderr.write(`${line}\n`) } = options;
  const reference = `${stackName}-preflight-${randomUUID()}`;
  // From here on a signal ends the command only after the distribution is deleted, or its id is printed.
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    const created = await create(cloudFront, reference, accountId);
    if ('level' in created) return created;
    write(`Created the disabled distribution ${created.id}; deleting it takes some minutes.`);
    return await remove(cloudFront, created.id, interrupted.signal, options);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  }
}

async function create(
  client: CloudFrontClient,
  reference: string,
  accountId: string,
): Promise<{ readonly id: string } | Finding> {
  try {
    const { Distribution } = await client.send(
      new CreateDistributionCommand({
        DistributionConfig: {
          CallerReference: reference,
          Comment: `Test of npm run preflight: ${reference}`,
          Enabled: false,
          Origins: {
            Quantity: 1,
            Items: [
              {
                Id: 'none',
                // A reserved name (RFC 2606): nothing is ever requested from it.
                DomainName: 'preflight.example.com',
                CustomOriginConfig: {
                  HTTPPort: 80,
                  HTTPSPort: 443,
                  OriginProtocolPolicy: 'https-only',
                },
              },
            ],
          },
          DefaultCacheBehavior: {
            TargetOriginId: 'none',
            ViewerProtocolPolicy: 'https-only',
            // AWS's policy CachingDisabled.
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
          },
        },
      }),
    );
    return { id: Distribution?.Id ?? '' };
  } catch (cause) {
    if (cause instanceof Error && NOT_VERIFIED.test(cause.message)) {
      return error(
        `AWS has not verified account ${accountId} for CloudFront: open a case of type "Account and billing" at AWS Support and quote this message: ${cause.message.trim()}`,
      );
    }
    const denied = deniedAction(cause);
    return warning(
      denied === undefined
        ? describeFailure(cause)
        : `The probe could not create a distribution, because the credentials do not allow ${denied}: allow it, or run the command without --probe.`,
    );
  }
}

async function remove(
  client: CloudFrontClient,
  id: string,
  interrupted: AbortSignal,
  { pollIntervalMs = POLL_INTERVAL_MS, timeoutMs = DEPLOYMENT_TIMEOUT_MS }: ProbeOptions,
): Promise<Finding> {
  const deadline = Date.now() + timeoutMs;
  try {
    for (;;) {
      // The last request may still find that the distribution can be deleted.
      const isInterrupted = interrupted.aborted;
      const isLate = Date.now() > deadline;
      const { Distribution, ETag } = await client.send(new GetDistributionCommand({ Id: id }));
      if (Distribution?.Status === 'Deployed') {
        await client.send(new DeleteDistributionCommand({ Id: id, IfMatch: ETag }));
        return ok('AWS accepts distributions of this account; the one of the probe is deleted.');
      }
      if (isInterrupted) return warning(left(id, 'the command was interrupted'));
      if (isLate) return warning(left(id, 'CloudFront did not deploy it in time'));
      await pause(pollIntervalMs, interrupted);
    }
  } catch (cause) {
    const denied = deniedAction(cause);
    const reason =
      denied === undefined
        ? `CloudFront returned ${codeOf(cause)}`
        : `the credentials do not allow ${denied}`;
    return warning(left(id, reason));
  }
}

function left(id: string, reason: string): string {
  return `AWS accepts distributions of this account, but the disabled distribution ${id} of the probe still exists (${reason}): delete it with aws cloudfront delete-distribution --id ${id} --if-match <ETag of aws cloudfront get-distribution --id ${id}> when its status is Deployed.`;
}

/** Waits, or returns early at an interrupt. */
function pause(milliseconds: number, interrupted: AbortSignal): Promise<void> {
  if (interrupted.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      interrupted.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    interrupted.addEventListener('abort', done);
  });
}
