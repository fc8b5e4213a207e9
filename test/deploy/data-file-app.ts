import { App, CustomResource, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DataBucket } from '../../infra/data-bucket.ts';
import { DataFile } from '../../infra/data-file.ts';

/**
 * A stack with one file, for tests of its deployment. Context: `file` is the path; with `fails`, a resource that
 * depends on the file cannot be created.
 */
const app = new App();
const stack = new Stack(app, 'DataFiles', { env: { region: 'us-east-1' } });
const dataBucket = new DataBucket(stack, 'Data', RetentionDays.ONE_DAY);
const file = new DataFile(stack, 'Policy', {
  path: app.node.getContext('file'),
  name: 'policy.yaml',
  dataBucket,
  reader: new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }),
});
if (app.node.tryGetContext('fails') !== undefined) {
  // In the place of a service whose new tasks do not become healthy.
  new CustomResource(stack, 'Service', {
    resourceType: 'Custom::Service',
    serviceToken: dataBucket.copier.function.functionArn,
    properties: {
      SourceBucket: 'no-such-bucket',
      SourceKey: 'x',
      Bucket: 'no-such-bucket',
      Key: 'y',
    },
  }).node.addDependency(file);
}
