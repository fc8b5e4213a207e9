import { describeWithMoto } from '../support/moto.ts';
import { type Deployment, deploy } from './deployment.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import { testEveryDeployment } from './every-deployment.ts';
import {
  createExistingResources,
  DOMAIN,
  type ExistingResources,
  recordsOf,
  ZONE,
} from './existing-resources.ts';

interface Domain {
  readonly aws: EmulatedAws;
  readonly existing: ExistingResources;
  readonly deployment: Deployment;
}

interface Mode {
  /** Returns the stack options besides the domain. */
  context(existing: ExistingResources): Record<string, string>;
  /** Returns the expected certificate of the listener. */
  certificate(domain: Domain): string;
}

/** Deploys with a domain and runs the common tests, and further ones if given. */
function describeDomain(
  name: string,
  { context, certificate }: Mode,
  more?: (domain: () => Domain) => void,
): void {
  describeWithMoto(`cdk deploy with a domain and ${name}`, () => {
    let domain: Domain;
    let aws: EmulatedAws;

    beforeAll(async () => {
      aws = await startEmulatedAws({ bootstrap: 'fast' });
      const existing = await createExistingResources(aws);
      const deployment = await deploy(aws, { domainName: DOMAIN, ...context(existing) });
      domain = { aws, existing, deployment };
    });

    afterAll(() => aws?.stop());

    testEveryDeployment(() => ({ ...domain, policyFile: 'app/policy.yaml' }));

    test('the endpoint has the domain', () => {
      const { ActionEndpoint } = domain.deployment.outputs;
      expect(ActionEndpoint).toBe(`https://${DOMAIN}/pre-issue-access-token`);
    });

    test('the load balancer is public, with an HTTPS listener only', () => {
      const { loadBalancer, listeners, physicalId } = domain.deployment;
      expect(loadBalancer).toMatchObject({ Scheme: 'internet-facing' });
      expect(listeners).toEqual([
        expect.objectContaining({
          Protocol: 'HTTPS',
          Port: 443,
          SslPolicy: expect.stringContaining('TLS13'),
          Certificates: [{ CertificateArn: certificate(domain) }],
          DefaultActions: [
            expect.objectContaining({
              Type: 'forward',
              TargetGroupArn: physicalId('AWS::ElasticLoadBalancingV2::TargetGroup'),
            }),
          ],
        }),
      ]);
    });

    more?.(() => domain);
  });
}

describeDomain('a certificate', {
  context: ({ Certificate }) => ({ certificateArn: Certificate }),
  certificate: ({ existing }) => existing.Certificate,
});

describeDomain(
  'its hosted zone',
  {
    context: ({ Zone }) => ({ hostedZoneId: Zone, hostedZoneName: ZONE }),
    certificate: ({ deployment }) => deployment.physicalId('AWS::CertificateManager::Certificate'),
  },
  (domain) => {
    test('the hosted zone has an alias record for the load balancer', async () => {
      const { aws, existing, deployment } = domain();
      const { DNSName } = deployment.loadBalancer;
      expect(await recordsOf(aws, existing.Zone)).toContainEqual(
        expect.objectContaining({
          Name: `${DOMAIN}.`,
          Type: 'A',
          AliasTarget: expect.objectContaining({ DNSName: expect.stringContaining(DNSName) }),
        }),
      );
    });
  },
);
