/** The part of CloudFormation's request that the handlers of this project use. */
export interface CustomResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** Where CloudFormation waits for the response: a signed URL of S3. */
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  /** The id that `Create` returned. Absent in `Create`. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

/** What a handler returns for a resource that it has created, updated or deleted. */
export interface CustomResourceResult {
  /** With another id, CloudFormation deletes the previous resource after the update. */
  readonly physicalId: string;
  /** The values of `Fn::GetAtt`. */
  readonly attributes?: Readonly<Record<string, string>>;
}

type Handle = (request: CustomResourceRequest) => Promise<CustomResourceResult>;

/**
 * Returns the handler of a Lambda function that implements a custom resource. CloudFormation waits for a response in
 * every case, so an error is also a response: its message is the reason that the operator reads in the stack's events.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export function customResource(handle: Handle): (request: CustomResourceRequest) => Promise<void> {
  return async (request) => {
    const { StackId, RequestId, LogicalResourceId, ResponseURL } = request;
    const response = {
      StackId,
      RequestId,
      LogicalResourceId,
      ...(await outcomeOf(handle, request)),
    };
    const { ok, status } = await fetch(ResponseURL, {
      method: 'PUT',
      // S3 signs the URL without a content type.
      headers: { 'content-type': '' },
      body: JSON.stringify(response),
    });
    // Lambda invokes the function again after an error.
    if (!ok) throw new Error(`CloudFormation's response URL returned ${status}.`);
  };
}

async function outcomeOf(handle: Handle, request: CustomResourceRequest): Promise<object> {
  try {
    const { physicalId, attributes = {} } = await handle(request);
    return { Status: 'SUCCESS', PhysicalResourceId: physicalId, Data: attributes };
  } catch (error) {
    return {
      Status: 'FAILED',
      Reason: error instanceof Error ? error.message : String(error),
      // CloudFormation requires an id, and deletes a resource that it could not create by this id.
      PhysicalResourceId: request.PhysicalResourceId ?? NOT_CREATED,
    };
  }
}

/** The id of a resource that could not be created. */
export const NOT_CREATED = 'not-created';
