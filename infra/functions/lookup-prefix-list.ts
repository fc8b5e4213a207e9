import { DescribeManagedPrefixListsCommand } from '@aws-sdk/client-ec2';
import type { CallEc2 } from './call-ec2.ts';
import type { CustomResourceRequest } from './custom-resource.ts';

/** The name of the prefix list with the addresses from which CloudFront connects to origins, the same in every region. */
const ORIGIN_FACING = 'com.amazonaws.global.cloudfront.origin-facing';

/** The properties of the custom resource. */
export interface PrefixListLookup {
  /** The id to use when the list cannot be looked up. */
  readonly Fallback?: string;
}

/**
 * Returns the id of CloudFront's prefix list in the region as `Id`.
 *
 * @throws Error if it cannot be looked up and there is no fallback.
 */
export async function lookUpPrefixList(
  call: CallEc2,
  { ResourceProperties }: CustomResourceRequest,
): Promise<Readonly<Record<string, string>>> {
  const { Fallback } = ResourceProperties as PrefixListLookup;
  const found = await find(call);
  if ('id' in found) return { Id: found.id };
  if (Fallback === undefined) {
    throw new Error(
      `CloudFront's prefix list ${ORIGIN_FACING} ${found.issue}: set cloudFrontPrefixListId to its id, or use your own domain (domainName).`,
    );
  }
  process.stdout.write(
    `CloudFront's prefix list ${ORIGIN_FACING} ${found.issue}: ${Fallback} is used.\n`,
  );
  return { Id: Fallback };
}

async function find(call: CallEc2): Promise<{ readonly id: string } | { readonly issue: string }> {
  try {
    const { PrefixLists = [] } = await call((ec2) =>
      ec2.send(
        new DescribeManagedPrefixListsCommand({
          Filters: [{ Name: 'prefix-list-name', Values: [ORIGIN_FACING] }],
        }),
      ),
    );
    const id = PrefixLists[0]?.PrefixListId;
    return id === undefined ? { issue: 'does not exist in this region' } : { id };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { issue: `cannot be looked up (${cause})` };
  }
}
