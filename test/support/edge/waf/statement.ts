import { isIP } from 'node:net';
import type { EdgeRequest } from '../message.ts';

interface Field {
  readonly Method?: object;
  readonly UriPath?: object;
  readonly SingleHeader?: { readonly Name: string };
}

interface Transformation {
  readonly Type: string;
}

interface ForwardedAddress {
  readonly HeaderName: string;
  readonly FallbackBehavior: 'MATCH' | 'NO_MATCH';
  /** Of IP sets only. Rate rules and others use the first address. */
  readonly Position?: 'FIRST' | 'LAST' | 'ANY';
}

/** A statement as it is written in a template. */
export interface Statement {
  readonly NotStatement?: { readonly Statement: Statement };
  readonly AndStatement?: { readonly Statements: readonly Statement[] };
  readonly OrStatement?: { readonly Statements: readonly Statement[] };
  readonly ByteMatchStatement?: {
    readonly FieldToMatch: Field;
    readonly SearchString: string;
    readonly PositionalConstraint: string;
    readonly TextTransformations: readonly Transformation[];
  };
  readonly SizeConstraintStatement?: {
    readonly FieldToMatch: Field;
    readonly ComparisonOperator: string;
    readonly Size: number;
    readonly TextTransformations: readonly Transformation[];
  };
  readonly IPSetReferenceStatement?: {
    readonly Arn: unknown;
    readonly IPSetForwardedIPConfig?: ForwardedAddress;
  };
  readonly RateBasedStatement?: RateStatement;
  readonly ManagedRuleGroupStatement?: {
    readonly Name: string;
    readonly RuleActionOverrides?: readonly {
      readonly Name: string;
      readonly ActionToUse: Readonly<Record<string, object>>;
    }[];
  };
}

export interface RateStatement {
  readonly Limit: number;
  readonly EvaluationWindowSec?: number;
  readonly AggregateKeyType: string;
  readonly ForwardedIPConfig?: ForwardedAddress;
  readonly ScopeDownStatement?: Statement;
}

/** Returns whether an address is in the IP set to which a statement refers. */
export type IpSets = (arn: unknown, address: string) => boolean;

/** Evaluates a statement as AWS WAF's documentation describes it. @throws Error for an unsupported statement. */
export function matches(statement: Statement, request: EdgeRequest, ipSets: IpSets): boolean {
  const inner = (part: Statement) => matches(part, request, ipSets);
  if (statement.NotStatement) return !inner(statement.NotStatement.Statement);
  if (statement.AndStatement) return statement.AndStatement.Statements.every(inner);
  if (statement.OrStatement) return statement.OrStatement.Statements.some(inner);
  if (statement.ByteMatchStatement?.PositionalConstraint === 'EXACTLY') {
    const { FieldToMatch, SearchString } = untransformed(statement.ByteMatchStatement);
    return fieldOf(FieldToMatch, request) === SearchString;
  }
  if (statement.SizeConstraintStatement?.ComparisonOperator === 'GE') {
    const { FieldToMatch, Size } = untransformed(statement.SizeConstraintStatement);
    // A missing header does not match.
    const value = fieldOf(FieldToMatch, request);
    return value !== undefined && Buffer.byteLength(value) >= Size;
  }
  if (statement.IPSetReferenceStatement) {
    const { Arn, IPSetForwardedIPConfig: forwarded } = statement.IPSetReferenceStatement;
    const addresses = addressesOf(request, forwarded);
    if (addresses === undefined) return forwarded?.FallbackBehavior === 'MATCH';
    return addresses.some((address) => ipSets(Arn, address));
  }
  throw new Error(`Unsupported statement: ${JSON.stringify(statement).slice(0, 200)}.`);
}

/**
 * Returns whether AWS WAF applies a rule to a request: not if a header whose addresses it needs is absent, even if
 * the statement is negated.
 * https://docs.aws.amazon.com/waf/latest/APIReference/API_ForwardedIPConfig.html
 */
export function isApplied(statement: Statement, request: EdgeRequest): boolean {
  return forwardedHeaders(statement).every((name) => request.headers[name] !== undefined);
}

function forwardedHeaders(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === 'IPSetForwardedIPConfig' || name === 'ForwardedIPConfig'
      ? (part as ForwardedAddress).HeaderName.toLowerCase()
      : forwardedHeaders(part),
  );
}

/** Returns the address of the request, or those of a header; undefined if the position has no valid address. */
export function addressesOf(
  request: EdgeRequest,
  forwarded: ForwardedAddress | undefined,
): readonly string[] | undefined {
  if (forwarded === undefined) return [request.address];
  const entries = (request.headers[forwarded.HeaderName.toLowerCase()] ?? [])
    .join(',')
    .split(',')
    .map((entry) => entry.trim());
  const chosen =
    forwarded.Position === 'ANY'
      ? entries
      : entries.slice(forwarded.Position === 'LAST' ? -1 : 0).slice(0, 1);
  const valid = chosen.filter((entry) => isIP(entry) !== 0);
  return valid.length > 0 ? valid : undefined;
}

function untransformed<S extends { readonly TextTransformations: readonly Transformation[] }>(
  statement: S,
): S {
  if (statement.TextTransformations.some(({ Type }) => Type !== 'NONE')) {
    throw new Error('Unsupported text transformation.');
  }
  return statement;
}

function fieldOf({ Method, UriPath, SingleHeader }: Field, request: EdgeRequest) {
  if (Method !== undefined) return request.method;
  if (UriPath !== undefined) return request.target.split('?', 1)[0];
  if (SingleHeader !== undefined) {
    return request.headers[SingleHeader.Name.toLowerCase()]?.join(',');
  }
  throw new Error('Unsupported field.');
}
