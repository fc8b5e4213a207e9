import { STSClient } from '@aws-sdk/client-sts';

/** Variables of the region, in the order of the CDK command. */
const VARIABLES = [
  'AWS_REGION',
  'AMAZON_REGION',
  'AWS_DEFAULT_REGION',
  'AMAZON_DEFAULT_REGION',
] as const;

/** The region where the CDK command finds none. */
const DEFAULT_REGION = 'us-east-1';

/** The region of `cdk deploy`, and where it comes from. */
export interface ResolvedRegion {
  readonly region: string;
  /** The variable, the profile, or CDK's default. */
  readonly source: string;
}

/** Finds the region as the CDK command does: from the environment, then the profile, then its default. */
export async function resolveRegion(
  environment: Readonly<Record<string, string | undefined>>,
  profile: string | undefined,
): Promise<ResolvedRegion> {
  const variable = VARIABLES.find((name) => environment[name]);
  const region = variable && environment[variable];
  if (region) return { region, source: variable };
  try {
    const client = new STSClient(profile === undefined ? {} : { profile });
    return { region: await client.config.region(), source: 'the profile' };
  } catch {
    return { region: DEFAULT_REGION, source: 'the default of CDK' };
  }
}
