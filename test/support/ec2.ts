import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeZone {
  readonly id: string;
  readonly name: string;
  readonly type?: 'availability-zone' | 'local-zone';
  readonly state?: 'available' | 'unavailable';
}

export interface FakeSubnet {
  readonly zone: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What an account has in one region. */
export interface FakeAccount {
  readonly zones?: readonly FakeZone[];
  readonly subnets?: readonly FakeSubnet[];
  /** Names of prefix lists by id. */
  readonly prefixLists?: Readonly<Record<string, string>>;
  /** How many calls of an action are refused, as while permissions of a new role spread. */
  readonly refused?: Readonly<Record<string, number>>;
}

export interface FakeEc2 {
  readonly url: string;
  /** The actions in the order of the calls. */
  readonly calls: readonly string[];
  close(): void;
}

/** An item of a response: its XML, and its values by the name of a filter. */
interface Item {
  readonly xml: string;
  readonly filters: Readonly<Record<string, string | undefined>>;
}

/** Serves EC2's query API for one account: the actions that describe zones, subnets and prefix lists, with filters. */
export async function startEc2(account: FakeAccount): Promise<FakeEc2> {
  const calls: string[] = [];
  const refusals = { ...account.refused };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const action = form.get('Action') ?? '';
    calls.push(action);
    const refusal = refusals[action] ?? 0;
    refusals[action] = refusal - 1;
    const [status, body] = refusal > 0 ? REFUSED : [200, describe(account, action, form)];
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const REFUSED: readonly [status: number, body: string] = [
  403,
  '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation.</Message></Error></Errors><RequestID>1</RequestID></Response>',
];

function describe(account: FakeAccount, action: string, form: URLSearchParams): string {
  const [list, items] = itemsOf(account, action);
  const kept = items.filter(({ filters }) =>
    filtersOf(form).every(([name, values]) => values.includes(filters[name] ?? '')),
  );
  const body = kept.map(({ xml }) => `<item>${xml}</item>`).join('');
  return `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><${list}>${body}</${list}></${action}Response>`;
}

function itemsOf(
  { zones = [], subnets = [], prefixLists = {} }: FakeAccount,
  action: string,
): readonly [list: string, items: readonly Item[]] {
  switch (action) {
    case 'DescribeAvailabilityZones':
      return [
        'availabilityZoneInfo',
        zones.map(({ id, name, type = 'availability-zone', state = 'available' }) => ({
          xml: `<zoneId>${id}</zoneId><zoneName>${name}</zoneName>`,
          filters: { 'zone-type': type, state },
        })),
      ];
    case 'DescribeSubnets':
      return [
        'subnetSet',
        subnets.map(({ zone, tags }) => ({
          xml: `<availabilityZone>${zone}</availabilityZone><tagSet>${Object.entries(tags)
            .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
            .join('')}</tagSet>`,
          filters: Object.fromEntries(
            Object.entries(tags).map(([key, value]) => [`tag:${key}`, value]),
          ),
        })),
      ];
    case 'DescribeManagedPrefixLists':
      return [
        'prefixListSet',
        Object.entries(prefixLists).map(([id, name]) => ({
          xml: `<prefixListId>${id}</prefixListId><prefixListName>${name}</prefixListName>`,
          filters: { 'prefix-list-name': name },
        })),
      ];
    default:
      throw new Error(`Unexpected action: ${action}.`);
  }
}

/** Reads `Filter.1.Name`, `Filter.1.Value.1` and so on. */
function filtersOf(form: URLSearchParams): readonly (readonly [name: string, values: string[]])[] {
  const names = [...form].filter(([key]) => /^Filter\.\d+\.Name$/.test(key));
  return names.map(([key, name]) => {
    const prefix = key.replace(/Name$/, 'Value.');
    return [
      name,
      [...form].filter(([other]) => other.startsWith(prefix)).map(([, value]) => value),
    ];
  });
}
