import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { error, ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Check, Facts } from '../check.ts';
import { type Quota, raiseQuota, readQuota } from './quota.ts';

const VCPUS: Quota = { name: 'Fargate vCPUs', service: 'fargate', code: 'L-3032A538' };

const CPU_UNITS_PER_VCPU = 1024;

/** A deployment starts the new tasks before it stops the old ones. */
const DEPLOYMENT_FACTOR = 2;

/** The vCPUs of Fargate: new accounts have a quota that is far below the documented one. */
export const fargateQuotaCheck: Check = {
  name: 'quota of Fargate vCPUs',
  async run(facts) {
    const { account, config } = facts;
    const [limit, all, existing] = await Promise.all([
      readQuota(account.clients.quotas, VCPUS),
      readUsage(facts),
      facts.stack(),
    ]);
    const perTask = config.task.cpu / CPU_UNITS_PER_VCPU;
    const minimum = config.minimumTasks * perTask;
    // The tasks of this stack are part of the usage.
    const used = Math.max(0, existing === undefined ? all : all - minimum);
    const left = Math.max(0, limit - used);
    const most = config.maximumTasks * perTask;
    const request = raiseQuota(VCPUS, Math.ceil(used + DEPLOYMENT_FACTOR * most), account.region);
    const remaining = `${left} of ${limit} Fargate vCPUs are left in ${account.region}`;
    if (left < minimum) {
      return [
        error(`Only ${remaining}, but ${config.minimumTasks} tasks need ${minimum}: ${request}.`),
      ];
    }
    if (left < DEPLOYMENT_FACTOR * minimum) {
      return [
        warning(
          `Only ${remaining}, but a deployment needs ${DEPLOYMENT_FACTOR * minimum}, because it starts the new tasks first: ${request}.`,
        ),
      ];
    }
    if (left < DEPLOYMENT_FACTOR * most) {
      return [
        warning(
          `Only ${remaining}, but ${config.maximumTasks} tasks need ${most}, and twice as many during a deployment: ${request}, or lower maximumTasks.`,
        ),
      ];
    }
    return [ok(`${remaining}; ${DEPLOYMENT_FACTOR * most} needed at most.`)];
  },
};

/** Usage metrics have one value every five minutes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Service-Quota-Integration.html */
const PERIOD_S = 300;
const WINDOW_MS = 30 * 60_000;

/** Returns the largest number of vCPUs that Fargate tasks of the account used recently. */
async function readUsage({ account }: Facts): Promise<number> {
  const now = Date.now();
  const { Datapoints = [] } = await account.clients.cloudWatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'AWS/Usage',
      MetricName: 'ResourceCount',
      Dimensions: Object.entries({
        Service: 'Fargate',
        Type: 'Resource',
        Resource: 'vCPU',
        Class: 'Standard/OnDemand',
      }).map(([Name, Value]) => ({ Name, Value })),
      StartTime: new Date(now - WINDOW_MS),
      EndTime: new Date(now),
      Period: PERIOD_S,
      Statistics: ['Maximum'],
    }),
  );
  return Math.max(0, ...Datapoints.map(({ Maximum = 0 }) => Maximum));
}
