import { Environment } from '@marcbachmann/cel-js';
import type { Issues } from '../file/issues.ts';
import type { ParsedList } from '../lists.ts';
import { foldConstants, type NodeEvaluator } from './analysis/constants.ts';
import { reportContradictions } from './analysis/contradictions.ts';
import { checkLoopCosts } from './analysis/loop-costs.ts';
import { collectReferences, type References } from './analysis/references.ts';
import { describeError } from './describe-error.ts';
import { declareHeaderTypes } from './header-types.ts';
import type { Node } from './library/syntax-tree.ts';
import { applySemantics } from './semantics/apply.ts';
import { CostMeter } from './semantics/cost.ts';
import { registerMatches } from './semantics/matches.ts';
import { NowView, type Variables } from './variables/index.ts';
import { ClaimsView, TextsView } from './variables/multi-value-map.ts';
import {
  OrganizationView,
  RefreshTokenView,
  RequestView,
  TenantView,
  TokenView,
  UserView,
} from './variables/request.ts';
import { AbuseView, AddressView, GeoView } from './variables/signals.ts';

/** A CEL expression, parsed and type-checked. */
export interface Expression {
  /** Throws where a signal is missing (`SIGNAL_UNAVAILABLE`) and where CEL cannot evaluate. */
  evaluate(variables: Variables): unknown;
  readonly references: References;
  /** The CEL type of its value, `dyn` where only the request can tell. */
  readonly type: string;
}

/** Compiles expressions against the variables of the policy language. */
export interface ExpressionCompiler {
  /** `undefined` when the expression is wrong; the mistakes are then in `problems`. */
  compile(text: string, problems: Issues): Expression | undefined;
  /** The class whose instances are the variable `lists`. */
  readonly Lists: new () => object;
  /** What the last evaluation of one of its expressions cost. */
  readonly costMeter: Pick<CostMeter, 'spent'>;
}

const ORGANIZATION = { id: 'string', name: 'string', handle: 'string', depth: 'int' };

const TYPES = {
  Address: [AddressView, { value: 'string', version: 'int', public: 'bool', signed: 'bool' }],
  Geo: [
    GeoView,
    {
      country: 'string',
      continent: 'string',
      asn: 'int',
      organization: 'string',
      city: 'string',
      timezone: 'string',
    },
  ],
  Abuse: [
    AbuseView,
    {
      score: 'int',
      reports: 'int',
      reporters: 'int',
      tor: 'bool',
      usage: 'string',
      isp: 'string',
      domain: 'string',
      age_hours: 'int',
      stale: 'bool',
    },
  ],
  // Without declared fields any key may be read, and reading a missing one is up to the class.
  Texts: [TextsView, undefined],
  Claims: [ClaimsView, undefined],
  Request: [
    RequestView,
    {
      grant: 'string',
      client_id: 'string',
      scopes: 'list<string>',
      headers: 'Texts',
      params: 'Texts',
    },
  ],
  Token: [
    TokenView,
    { lifetime: 'int', scopes: 'list<string>', audience: 'list<string>', claims: 'Claims' },
  ],
  RefreshToken: [RefreshTokenView, { lifetime: 'int' }],
  Organization: [OrganizationView, ORGANIZATION],
  User: [UserView, { id: 'string', store: 'string', organization: 'Organization' }],
  Tenant: [TenantView, { id: 'string', name: 'string' }],
  Now: [
    NowView,
    { hour: 'int', minute: 'int', weekday: 'int', timestamp: 'google.protobuf.Timestamp' },
  ],
} as const;

const VARIABLES = {
  address: 'Address',
  geo: 'Geo',
  abuse: 'Abuse',
  request: 'Request',
  token: 'Token',
  refresh_token: 'RefreshToken',
  user: 'User',
  tenant: 'Tenant',
  organization: 'Organization',
  now: 'Now',
  lists: 'Lists',
} as const;

const FIELDS = new Map(Object.entries(TYPES).map(([name, [, fields]]) => [name, fields]));

/** A compiler for one policy; its lists are part of the types, so a misspelt list is an error. */
export function createExpressionCompiler(
  lists: ReadonlyMap<string, ParsedList>,
): ExpressionCompiler {
  class Lists {}
  const types = Object.fromEntries(
    [...lists].map(([name, { type }]) => [name, type ?? 'list<dyn>']),
  );
  const work = new CostMeter();
  const environment = createEnvironment(Lists, types, work);
  const declarations = { variables: VARIABLES, fields: FIELDS, lists };
  return {
    Lists,
    costMeter: work,
    compile(text, problems) {
      try {
        const parsed = environment.parse(text);
        declareHeaderTypes(parsed.ast);
        const check = parsed.check();
        if (check.valid) {
          applySemantics(parsed.ast, work);
          const constants = foldConstants(parsed.ast, nodeEvaluator(environment, work), problems);
          const references = collectReferences(parsed.ast, constants, declarations, problems);
          reportContradictions(parsed.ast, constants, problems);
          checkLoopCosts(parsed.ast, problems);
          const evaluate = (variables: Variables) => {
            work.start(variables.cost);
            // Capturing a stack trace for each element on which a loop fails would cost more than the rest.
            const { stackTraceLimit } = Error;
            Error.stackTraceLimit = 0;
            try {
              return parsed(variables);
            } finally {
              Error.stackTraceLimit = stackTraceLimit;
              variables.cost += work.spent;
              // Also where another error got through: too much work fails, whatever else the condition says.
              work.check();
            }
          };
          return { evaluate, references, type: String(check.type) };
        }
        problems.add(describeError(check.error, text));
      } catch (error) {
        problems.add(describeError(error, text));
      }
      return undefined;
    },
  };
}

/** Evaluates a checked node as a part of an expression that needs no variables. */
function nodeEvaluator(environment: Environment, work: CostMeter): NodeEvaluator {
  return (node) => {
    const expression = environment.parse('true');
    expression.check();
    const { evaluate } = node as unknown as EvaluatedNode;
    const root = expression.ast as unknown as { evaluate: EvaluatedNode['evaluate'] };
    root.evaluate = (evaluator, _, context) => evaluate.call(node, evaluator, node, context);
    work.start(0);
    return expression();
  };
}

/** A node as the library evaluates it. */
interface EvaluatedNode {
  evaluate(evaluator: unknown, node: Node, context: unknown): unknown;
}

function createEnvironment(
  Lists: new () => object,
  fields: Record<string, string>,
  work: CostMeter,
): Environment {
  const environment = new Environment({ enableOptionalTypes: true });
  for (const [name, [ctor, fields]] of Object.entries(TYPES)) {
    environment.registerType(
      name,
      fields === undefined ? { ctor } : { ctor, fields: { ...fields } },
    );
  }
  environment.registerType('Lists', { ctor: Lists, fields });
  for (const [name, type] of Object.entries(VARIABLES)) environment.registerVariable(name, type);
  environment.registerFunction(
    'Address.within(string): bool',
    (address: AddressView, list: string) => address.within(list),
  );
  registerMatches(environment, work);
  environment.registerOperator('string in Texts', (name: string, texts: TextsView) =>
    texts.has(name),
  );
  environment.registerOperator('string in Claims', (name: string, claims: ClaimsView) =>
    claims.has(name),
  );
  // The identity server leaves an empty list out, so nothing is in a claim that is not there.
  environment.registerOperator('string in null', () => false);
  return environment;
}
