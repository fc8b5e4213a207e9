import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { ACTION_PATH } from '../app/src/http/paths.ts';

export type Statement = CfnWebACL.StatementProperty;

const AS_IT_IS = [{ priority: 0, type: 'NONE' }];

/** Matches a call of the action. */
export function isAction(): Statement {
  const exactly = (field: CfnWebACL.FieldToMatchProperty, searchString: string): Statement => ({
    byteMatchStatement: {
      fieldToMatch: field,
      positionalConstraint: 'EXACTLY',
      searchString,
      textTransformations: AS_IT_IS,
    },
  });
  return {
    andStatement: {
      statements: [exactly({ method: {} }, 'POST'), exactly({ uriPath: {} }, ACTION_PATH)],
    },
  };
}

/** Matches a request with a header of at least `minBytes`, not one without the header. */
export function hasHeader(name: string, minBytes: number): Statement {
  return {
    sizeConstraintStatement: {
      fieldToMatch: { singleHeader: { Name: name } },
      comparisonOperator: 'GE',
      size: minBytes,
      textTransformations: AS_IT_IS,
    },
  };
}

export function not(statement: Statement): Statement {
  return { notStatement: { statement } };
}

/** AWS WAF accepts an `orStatement` only with several statements. */
export function any(statements: Statement[]): Statement {
  const [only] = statements;
  return statements.length === 1 && only !== undefined ? only : { orStatement: { statements } };
}
