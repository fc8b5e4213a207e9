import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * Returns the removal policy of records that the operator may have to keep. A retained resource of a failed first
 * creation is deleted nevertheless: it contains nothing, and its name would block the next attempt.
 */
export function retainedIf(retain: boolean): RemovalPolicy {
  return retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
}
