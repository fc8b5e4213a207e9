import { readTokenRequest } from '../../app/src/action/request.ts';
import { createExpressionCompiler } from '../../app/src/policy/cel/compiler.ts';
import { SignalReader } from '../../app/src/policy/cel/signal-reader.ts';
import { Variables } from '../../app/src/policy/cel/variables/variables.ts';
import { Issues } from '../../app/src/policy/file/issues.ts';
import { scenario } from './decide.ts';
import { requestWith } from './payloads.ts';

export const KB = 1000;

/** Repeats a string up to a length. */
export function repeatTo(length: number, text: string): string {
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}

export interface LongParts {
  readonly params?: Readonly<Record<string, string>>;
  readonly scopes?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Returns a request body with these parameters, granted scopes and claims. */
export function requestOf({ params = {}, scopes = [], claims = {} }: LongParts): string {
  const body = JSON.parse(
    requestWith('03', {
      'event.request.additionalParams': Object.entries(params).map(([name, value]) => ({
        name,
        value: [value],
      })),
      'event.accessToken.scopes': scopes,
    }),
  );
  for (const [name, value] of Object.entries(claims)) {
    const others = body.event.accessToken.claims.filter(
      (one: { name: string }) => one.name !== name,
    );
    body.event.accessToken.claims = [...others, { name, value }];
  }
  return JSON.stringify(body);
}

/** Evaluates an expression, and returns its value and its cost. The value is `undefined` if it fails. */
export function measureCost(expression: string, body: string): { value: unknown; spent: number } {
  const compiler = createExpressionCompiler({ lists: new Map() });
  const issues = new Issues();
  const compiled = compiler.compile(expression, issues);
  expect(issues.list).toEqual([]);
  const { signals } = scenario({ request: body });
  const variables = new Variables({
    request: readTokenRequest(body),
    signals: new SignalReader(signals),
    now: 0,
    time: {} as never,
    lists: { values: () => new compiler.Lists() } as never,
  });
  try {
    return { value: compiled?.evaluate(variables), spent: compiler.costMeter.spent };
  } catch {
    return { value: undefined, spent: compiler.costMeter.spent };
  }
}
