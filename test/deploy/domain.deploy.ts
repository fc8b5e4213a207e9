import { describeWithMoto } from '../support/moto.ts';
import { type Deployment, deploy } from './deployment.ts';
import { type Belongings, createBelongings, DOMAIN, recordsOf, ZONE } from './domain-belongings.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import { testEveryDeployment } from './every-deployment.ts';

interface Domain {
  readonly aws: EmulatedAws;
  readonly belongings: Belongings;
  readonly deployment: Deployment;
}

interface Mode {
  /** What is put into the configuration beside the domain. */
  context(belongings: Belongings): Record<string, string>;
  /** The certificate that the listener should have. */
  certificate(domain: Domain): string;
}

/** Deploys with a domain; the tests beside those of every domain may be given. */
function describeDomain(
  name: string,
  { context, certificate }: Mode,
  more?: (domain: () => Domain) => void,
): void {
  describeWithMoto(`cdk deploy with a domain and ${name}`, () => {
    let domain: Domain;
    let aws: EmulatedAws;

    beforeAll(async () => {
      aws = await startEmulatedAws();
      const belongings = await createBelongings(aws);
      const deployment = await deploy(aws, { domainName: DOMAIN, ...context(belongings) });
      domain = { aws, belongings, deployment };
    });

    afterAll(() => aws?.stop());

    testEveryDeployment(() => ({ ...domain, policyFile: 'app/policy.yaml' }));

    test('the endpoint is under the domain', () => {
      const { ActionEndpoint } = domain.deployment.outputs;
      expect(ActionEndpoint).toBe(`https://${DOMAIN}/pre-issue-access-token`);
    });

    test('the load balancer is public, and speaks HTTPS only, with the certificate', () => {
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
  certificate: ({ belongings }) => belongings.Certificate,
});

describeDomain(
  'its hosted zone',
  {
    context: ({ Zone }) => ({ hostedZoneId: Zone, hostedZoneName: ZONE }),
    certificate: ({ deployment }) => deployment.physicalId('AWS::CertificateManager::Certificate'),
  },
  (domain) => {
    test('the zone leads the domain to the load balancer', async () => {
      const { aws, belongings, deployment } = domain();
      const { DNSName } = deployment.loadBalancer;
      expect(await recordsOf(aws, belongings.Zone)).toContainEqual(
        expect.objectContaining({
          Name: `${DOMAIN}.`,
          Type: 'A',
          AliasTarget: expect.objectContaining({ DNSName: expect.stringContaining(DNSName) }),
        }),
      );
    });
  },
);
