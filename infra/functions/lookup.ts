import { setTimeout } from 'node:timers/promises';
import { callEc2 } from './call-ec2.ts';
import {
  type CustomResourceRequest,
  type CustomResourceResult,
  customResource,
} from './custom-resource.ts';
import { lookUpPrefixList } from './lookup-prefix-list.ts';
import { lookUpZones } from './lookup-zones.ts';

const LOOKUPS = { zones: lookUpZones, 'cloudfront-prefix-list': lookUpPrefixList } as const;

/** What a custom resource looks up: its property `Lookup`. */
export type LookupName = keyof typeof LOOKUPS;

/**
 * Looks up what a template cannot know. Nothing is created, so that nothing is deleted either.
 *
 * @param pause waits before a call is repeated.
 */
export async function lookUp(
  request: CustomResourceRequest,
  pause: () => Promise<unknown>,
): Promise<CustomResourceResult> {
  const name = String(request.ResourceProperties.Lookup) as LookupName;
  if (request.RequestType === 'Delete') return { physicalId: name };
  return { physicalId: name, attributes: await LOOKUPS[name](callEc2(pause), request) };
}

const RETRY_DELAY_MS = 5_000;

export const handler = customResource((request) =>
  lookUp(request, () => setTimeout(RETRY_DELAY_MS)),
);
