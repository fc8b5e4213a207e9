import type { EdgeRequest } from '../message.ts';

/** A rule of one of AWS's managed groups, as far as a test needs it. */
export interface ManagedRule {
  readonly group: string;
  readonly name: string;
  readonly label: string;
  matches(request: EdgeRequest): boolean;
}

const CORE = 'AWSManagedRulesCommonRuleSet';
const INPUTS = 'AWSManagedRulesKnownBadInputsRuleSet';

/** A load balancer passes this much of a body to AWS WAF. */
const INSPECTED_BYTES = 8_192;

const inspected = ({ body }: EdgeRequest) => body.subarray(0, INSPECTED_BYTES).toString('latin1');

/**
 * Stand-ins for the rules that calls of the action come near: AWS does not publish its patterns.
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
export const MANAGED_RULES: readonly ManagedRule[] = [
  {
    group: CORE,
    name: 'NoUserAgent_HEADER',
    label: 'awswaf:managed:aws:core-rule-set:NoUserAgent_Header',
    matches: ({ headers }) => headers['user-agent'] === undefined,
  },
  {
    group: CORE,
    name: 'SizeRestrictions_BODY',
    label: 'awswaf:managed:aws:core-rule-set:SizeRestrictions_Body',
    matches: ({ body }) => body.length > INSPECTED_BYTES,
  },
  {
    group: CORE,
    name: 'EC2MetaDataSSRF_BODY',
    label: 'awswaf:managed:aws:core-rule-set:EC2MetaDataSSRF_Body',
    matches: (request) => /169\.254\.169\.254|localhost|127\.0\.0\.1/.test(inspected(request)),
  },
  {
    group: CORE,
    name: 'CrossSiteScripting_BODY',
    label: 'awswaf:managed:aws:core-rule-set:CrossSiteScripting_Body',
    matches: (request) => /<script/i.test(inspected(request)),
  },
  {
    group: INPUTS,
    name: 'Log4JRCE_BODY',
    label: 'awswaf:managed:aws:known-bad-inputs:Log4JRCE_Body',
    matches: (request) => inspected(request).includes('${jndi:'),
  },
];
