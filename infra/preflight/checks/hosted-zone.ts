import {
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { hasCode } from '../../../app/tools/aws/aws-error.ts';
import { error, type Finding, ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Check, Facts } from '../check.ts';

/** The hosted zone of the domain name: public, delegated, and without another record of this name. */
export const hostedZoneCheck: Check = {
  name: 'hosted zone',
  async run(facts) {
    const { account, config, resolveNameServers } = facts;
    if (config.endpoint.kind !== 'hosted-zone') return [];
    const { hostedZoneId, hostedZoneName } = config.endpoint;
    const { route53 } = account.clients;
    const zone = await findZone(route53, hostedZoneId);
    if (zone === undefined) {
      return [
        error(
          `The hosted zone ${hostedZoneId} does not exist in this account: correct hostedZoneId.`,
        ),
      ];
    }
    const name = zone.HostedZone?.Name?.replace(/\.$/, '');
    if (name !== hostedZoneName) {
      return [
        error(
          `The hosted zone ${hostedZoneId} is ${name}, not ${hostedZoneName}: correct hostedZoneId or hostedZoneName.`,
        ),
      ];
    }
    if (zone.HostedZone?.Config?.PrivateZone) {
      return [
        error(
          `The hosted zone ${hostedZoneId} is private, but the identity server and ACM need a public one: use the public zone of ${hostedZoneName}.`,
        ),
      ];
    }
    const expected = zone.DelegationSet?.NameServers ?? [];
    const findings = [
      ...(await checkRecord(facts, route53)),
      ...checkDelegation(hostedZoneName, expected, await resolveNameServers(hostedZoneName)),
    ];
    return findings.length > 0
      ? findings
      : [ok(`The hosted zone ${name} is public and delegated.`)];
  },
};

async function findZone(client: Route53Client, id: string) {
  try {
    return await client.send(new GetHostedZoneCommand({ Id: id }));
  } catch (cause) {
    if (hasCode(cause, 'NoSuchHostedZone')) return undefined;
    throw cause;
  }
}

/** Types of records beside which an address record of the same name cannot be created. */
const CONFLICTING = ['A', 'CNAME'];

async function checkRecord(facts: Facts, client: Route53Client): Promise<readonly Finding[]> {
  const { endpoint } = facts.config;
  if (endpoint.kind !== 'hosted-zone') return [];
  const { domainName, hostedZoneId } = endpoint;
  const { ResourceRecordSets = [] } = await client.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: hostedZoneId, StartRecordName: domainName }),
  );
  const stack = await facts.stack();
  const isOurs = [...(stack?.resources.values() ?? [])].some(
    ({ type, physicalId }) =>
      type === 'AWS::Route53::RecordSet' && physicalId.replace(/\.$/, '') === domainName,
  );
  const record = ResourceRecordSets.find(
    ({ Name, Type = '' }) => Name === `${domainName}.` && CONFLICTING.includes(Type),
  );
  if (isOurs || record === undefined) return [];
  return [
    error(
      `The hosted zone has a record ${record.Type} for ${domainName} already: delete it, or choose another domainName.`,
    ),
  ];
}

/**
 * Without the delegation ACM never validates the certificate, and the creation of the stack fails after hours.
 *
 * @param actual what DNS answers; `undefined` if it cannot be asked.
 */
function checkDelegation(
  zone: string,
  expected: readonly string[],
  actual: readonly string[] | undefined,
): readonly Finding[] {
  if (actual === undefined) {
    return [
      warning(`The delegation of ${zone} was not checked, because DNS cannot be queried here.`),
    ];
  }
  const servers = new Set(actual.map((name) => name.toLowerCase().replace(/\.$/, '')));
  if (expected.some((name) => servers.has(name.toLowerCase().replace(/\.$/, '')))) return [];
  const [first = 'those of the hosted zone'] = expected;
  return [
    error(
      `DNS does not delegate ${zone} to this hosted zone, so ACM could not validate the certificate: set the name servers of ${zone} at its registrar to those of the hosted zone (${first} and the others).`,
    ),
  ];
}
