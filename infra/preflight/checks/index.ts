import type { Check, LocalFacts } from '../check.ts';
import { bootstrapCheck } from './bootstrap.ts';
import { certificateCheck } from './certificate.ts';
import { distributionsCheck } from './distributions.ts';
import { dockerCheck } from './docker.ts';
import { fargateQuotaCheck } from './fargate-quota.ts';
import { hostedZoneCheck } from './hosted-zone.ts';
import { imageCheck } from './image.ts';
import { namesCheck } from './names.ts';
import { natQuotaCheck } from './nat-quota.ts';
import { networkCheck } from './network.ts';
import { protectionCheck } from './protection.ts';
import { quotaChecks } from './quotas.ts';
import { regionCheck } from './region.ts';
import { secretChecks } from './secrets.ts';
import { securityGroupRulesCheck } from './security-group-rules.ts';
import { serviceLinkedRoleCheck } from './service-linked-role.ts';
import { stackCheck } from './stack.ts';
import { subscribersCheck } from './subscribers.ts';
import { synthCheck } from './synth.ts';
import { topicChecks } from './topics.ts';
import { zonesCheck } from './zones.ts';

/** The checks that need no account. */
export const LOCAL_CHECKS: readonly Check<LocalFacts>[] = [synthCheck, dockerCheck];

/** The checks of the account, in the order of the report. */
export const ACCOUNT_CHECKS: readonly Check[] = [
  regionCheck,
  bootstrapCheck,
  stackCheck,
  protectionCheck,
  namesCheck,
  zonesCheck,
  networkCheck,
  ...quotaChecks,
  natQuotaCheck,
  fargateQuotaCheck,
  securityGroupRulesCheck,
  serviceLinkedRoleCheck,
  distributionsCheck,
  certificateCheck,
  hostedZoneCheck,
  ...secretChecks,
  ...topicChecks,
  subscribersCheck,
  imageCheck,
];
