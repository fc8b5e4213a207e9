import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { hasCode } from '../../../app/tools/aws/aws-error.ts';
import { error, type Finding, ok } from '../../../app/tools/findings/finding.ts';

/** A quota of Service Quotas. */
export interface Quota {
  /** Plural, as in "VPCs". */
  readonly name: string;
  readonly service: string;
  readonly code: string;
  /** Another remedy than a higher quota, after "or". */
  readonly alternative?: string;
}

/** Returns the account's quota, or AWS's default where the account has none of its own. */
export async function readQuota(
  client: ServiceQuotasClient,
  { service, code }: Quota,
): Promise<number> {
  const input = { ServiceCode: service, QuotaCode: code };
  try {
    return (await client.send(new GetServiceQuotaCommand(input))).Quota?.Value ?? 0;
  } catch (cause) {
    if (!hasCode(cause, 'NoSuchResource')) throw cause;
    return (await client.send(new GetAWSDefaultServiceQuotaCommand(input))).Quota?.Value ?? 0;
  }
}

export interface Usage {
  readonly limit: number;
  readonly used: number;
  /** How many more the deployment creates. */
  readonly needed: number;
}

/** Returns an error if the deployment needs more than is left. */
export function quotaFinding(
  { name, service, code, alternative }: Quota,
  { limit, used, needed }: Usage,
  place: string,
  region: string,
): Finding {
  const left = Math.max(0, limit - used);
  if (needed <= left) return ok(`${left} of ${limit} ${name} are left ${place}; ${needed} needed.`);
  const or = alternative === undefined ? '' : `, or ${alternative}`;
  return error(
    `Only ${left} of ${limit} ${name} are left ${place}, but the stack needs ${needed}: ${raiseQuota({ service, code }, used + needed, region)}${or}.`,
  );
}

export function raiseQuota(
  { service, code }: Pick<Quota, 'service' | 'code'>,
  value: number,
  region: string,
): string {
  return `request more with aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${value} --region ${region}`;
}
