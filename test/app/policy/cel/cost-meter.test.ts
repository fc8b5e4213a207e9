import { createExpressionCompiler } from '../../../../app/src/policy/cel/compiler.ts';
import { MAX_CONDITION_COST } from '../../../../app/src/policy/cel/semantics/cost.ts';
import { Issues } from '../../../../app/src/policy/file/issues.ts';
import { KB, measureCost, repeatTo, requestOf } from '../../../support/costly-requests.ts';

describe('the cost of an evaluation', () => {
  const body = (length: number) => requestOf({ params: { text: repeatTo(length, 'ab,') } });

  test.each([
    'request.params.text.split(",").size()',
    'request.params.text.split(",").exists(l, l == "x")',
    'request.params.text.split(",").map(l, l + "x").size()',
    'request.params.text.lowerAscii()',
    'request.params.text.matches("x")',
    'request.params.text.split(",").join(";")',
  ])('is proportional to the size of the request: %s', (expression) => {
    const small = measureCost(expression, body(10 * KB));
    const large = measureCost(expression, body(20 * KB));
    expect(large.spent).toBeGreaterThan(1.8 * small.spent);
    expect(large.spent).toBeLessThan(2.2 * small.spent);
    // The cost is deterministic.
    expect(measureCost(expression, body(10 * KB))).toEqual(small);
  });

  test('stops at the limit, without a value', () => {
    const over = measureCost('request.params.text.split(",").size()', body(900 * KB));
    expect(over.value).toBeUndefined();
    expect(over.spent).toBeGreaterThan(MAX_CONDITION_COST);
  });

  test('starts at zero for each evaluation', () => {
    const expression = 'request.params.text.split(",").size()';
    const compiler = createExpressionCompiler({ lists: new Map() });
    const compiled = compiler.compile(expression, new Issues());
    const spend = () => {
      const variables = { cost: 0, request: { params: new Map([['text', 'a,b']]) } };
      try {
        compiled?.evaluate(variables as never);
      } catch {
        // The cost counts in any case.
      }
      return compiler.costMeter.spent;
    };
    expect(spend()).toBe(spend());
  });
});
