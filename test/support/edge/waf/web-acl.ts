import { BlockList } from 'node:net';
import type { EdgeRequest } from '../message.ts';
import {
  type EdgeTemplate,
  type ResolvedValues,
  referenced,
  resourceOf,
  resourcesOf,
  textOf,
} from '../template.ts';
import { MANAGED_RULES, type ManagedRule } from './managed-rules.ts';
import { RateCounter } from './rate.ts';
import { type IpSets, isApplied, matches, type Statement } from './statement.ts';

interface Rule {
  readonly Name: string;
  readonly Priority: number;
  readonly Statement: Statement;
  readonly Action?: {
    readonly Block?: {
      readonly CustomResponse?: {
        readonly ResponseCode: number;
        readonly CustomResponseBodyKey?: string;
      };
    };
    readonly Count?: object;
  };
}

interface Acl {
  readonly Rules: readonly Rule[];
  readonly CustomResponseBodies?: Readonly<
    Record<string, { readonly ContentType: string; readonly Content: string }>
  >;
}

/** What AWS WAF does with a request. */
export interface Verdict {
  readonly action: 'ALLOW' | 'BLOCK';
  /** The rule that blocks: `<rule>`, or `<group>/<rule>` in a managed group. */
  readonly rule?: string;
  /** Rules that match but only count. */
  readonly counted: readonly string[];
  readonly labels: readonly string[];
  /** The response to a blocked request. */
  readonly response?: {
    readonly status: number;
    readonly contentType: string;
    readonly body: string;
  };
}

export interface FirewallOptions {
  /** Milliseconds since the epoch, for the windows of rate rules. @default the clock */
  readonly now?: () => number;
  /** @default `MANAGED_RULES` */
  readonly managedRules?: readonly ManagedRule[];
  /** What addresses of IP sets refer to. */
  readonly values?: ResolvedValues;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  APPLICATION_JSON: 'application/json',
  TEXT_HTML: 'text/html',
  TEXT_PLAIN: 'text/plain',
};

/** The web ACL of a template, evaluated as AWS WAF does. */
export class WebAcl {
  readonly #acl: Acl;
  readonly #rules: readonly { readonly rule: Rule; readonly rate?: RateCounter }[];
  readonly #ipSets: IpSets;
  readonly #managedRules: readonly ManagedRule[];

  constructor(template: EdgeTemplate, options: FirewallOptions = {}) {
    const { now = Date.now, managedRules = MANAGED_RULES, values = {} } = options;
    const acl = resourceOf<Acl>(template, 'AWS::WAFv2::WebACL');
    if (acl === undefined) throw new Error('The template has no web ACL.');
    this.#acl = acl.properties;
    this.#managedRules = managedRules;
    this.#ipSets = ipSetsOf(template, values);
    this.#rules = [...acl.properties.Rules]
      .sort((one, other) => one.Priority - other.Priority)
      .map((rule) => {
        const { RateBasedStatement: rate } = rule.Statement;
        return { rule, ...(rate && { rate: new RateCounter(rate, now) }) };
      });
  }

  /** Evaluates a request that arrives `times` times at this moment. */
  evaluate(request: EdgeRequest, times = 1): Verdict {
    const counted: string[] = [];
    const labels: string[] = [];
    for (const { rule, rate } of this.#rules) {
      if (!isApplied(rule.Statement, request)) continue;
      const { ManagedRuleGroupStatement: group } = rule.Statement;
      if (group !== undefined) {
        for (const managed of this.#managedRules) {
          if (managed.group !== group.Name || !managed.matches(request)) continue;
          labels.push(managed.label);
          const name = `${rule.Name}/${managed.name}`;
          const override = group.RuleActionOverrides?.find(({ Name }) => Name === managed.name);
          if (override === undefined || 'Block' in override.ActionToUse) {
            return { action: 'BLOCK', rule: name, counted, labels, response: FORBIDDEN };
          }
          counted.push(name);
        }
        continue;
      }
      const isMatch =
        rate?.exceeds(request, times, this.#ipSets) ??
        matches(rule.Statement, request, this.#ipSets);
      if (!isMatch) continue;
      if (rule.Action?.Block === undefined) counted.push(rule.Name);
      else {
        const response = this.#response(rule.Action.Block);
        return { action: 'BLOCK', rule: rule.Name, counted, labels, response };
      }
    }
    return { action: 'ALLOW', counted, labels };
  }

  #response({
    CustomResponse: custom,
  }: NonNullable<NonNullable<Rule['Action']>['Block']>): NonNullable<Verdict['response']> {
    if (custom === undefined) return FORBIDDEN;
    const { ResponseCode: status, CustomResponseBodyKey: key } = custom;
    if (key === undefined) return { ...FORBIDDEN, status };
    const body = this.#acl.CustomResponseBodies?.[key];
    if (body === undefined) throw new Error(`The web ACL has no response body ${key}.`);
    return { status, contentType: CONTENT_TYPES[body.ContentType] ?? '', body: body.Content };
  }
}

const FORBIDDEN = { status: 403, contentType: 'text/html', body: '<h1>403 Forbidden</h1>' };

function ipSetsOf(template: EdgeTemplate, values: ResolvedValues): IpSets {
  const sets = new Map(
    resourcesOf<{ Addresses: readonly unknown[] }>(template, 'AWS::WAFv2::IPSet').map(
      ({ id, properties }) => {
        const list = new BlockList();
        for (const entry of properties.Addresses) {
          const [network = '', prefix] = textOf(entry, values).split('/');
          list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
        }
        return [id, list] as const;
      },
    ),
  );
  return (arn, address) => {
    const set = sets.get(referenced(arn) ?? '');
    if (set === undefined) throw new Error(`Unknown IP set: ${JSON.stringify(arn)}.`);
    return set.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
  };
}
