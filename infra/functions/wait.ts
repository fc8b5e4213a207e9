import { setTimeout } from 'node:timers/promises';
import {
  type CustomResourceRequest,
  type CustomResourceResult,
  customResource,
} from './custom-resource.ts';

/** Waits for the property `Seconds` when the resource is created, and never again. */
export async function waitOnce({
  RequestType,
  ResourceProperties,
  PhysicalResourceId,
}: CustomResourceRequest): Promise<CustomResourceResult> {
  if (RequestType === 'Create') await setTimeout(Number(ResourceProperties.Seconds) * 1000);
  return { physicalId: PhysicalResourceId ?? 'waited' };
}

export const handler = customResource(waitOnce);
