import type { TestReport } from './test-policies.ts';

/** Returns the results as data for programs. */
export function reportJson(report: TestReport, minCoverage: number | undefined): object {
  const { results, failed, passed, milliseconds, coverage } = report;
  const whyOf = new Map(failed.map(({ result, why }) => [result, why]));
  return {
    total: results.length,
    passed,
    failed: failed.length,
    milliseconds: Math.round(milliseconds),
    cases: results.map((result) => {
      const { name, file, line } = result.case;
      const { status, error, mismatches } = result;
      return {
        ...{ name, file, line, status },
        ...(error !== undefined && { error }),
        ...(status === 'failed' && { mismatches, why: whyOf.get(result) }),
      };
    }),
    ...(minCoverage !== undefined && { minCoverage }),
    coverage: coverage.map(({ policy, percent, reached, total, rules, missing }) => ({
      ...{ policy, percent, reached, total, rules },
      missing: missing.map(
        ({ kind, rule, signal, cause, missing: message, line, column, example }) => ({
          ...{ kind, rule, signal, cause, message, line, column, example },
        }),
      ),
    })),
  };
}
