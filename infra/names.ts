import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Returns the name of a resource whose name is unique in the account: it contains the stack's name and region. A longer
 * name is cut, and then ends with a hash of the whole.
 *
 * @param purpose tells resources of one type apart.
 * @param maxLength in characters.
 */
export function accountWideName(
  scope: Construct,
  { purpose, maxLength }: { readonly purpose?: string; readonly maxLength: number },
): string {
  const { stackName, region } = Stack.of(scope);
  const name = [stackName, ...(purpose === undefined ? [] : [purpose]), region].join('-');
  if (name.length <= maxLength) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, maxLength - HASH_LENGTH - 1)}-${hash}`;
}

const HASH_LENGTH = 8;
