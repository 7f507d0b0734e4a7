// `network create`, `connect` and `disconnect`: asked of the daemon, whose answer it is whether they are there.

import { splitOnce } from '../../../lib/text/split-once.ts';
import { command } from '../../command.ts';
import { checkLabel } from '../../container-config/env.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool, list, map, string } from '../../grammar/flag.ts';

export const createNetwork = command({
  usage: '[OPTIONS] NETWORK',
  args: exactly(1),
  flags: {
    attachable: bool('Containers may be attached by hand'),
    driver: string('Driver of the network', { short: 'd', initial: 'bridge' }),
    gateway: list('Gateway of the subnet', { type: 'strings' }),
    internal: bool('No way to other networks'),
    'ip-range': list('Part of the subnet that containers get addresses from', { type: 'strings' }),
    ipv6: bool('IPv6 addresses, too'),
    label: list('Metadata (key=value)', { read: checkLabel }),
    opt: map('Options of the driver', { short: 'o' }),
    subnet: list('Subnet in CIDR form', { type: 'strings' }),
  },
  async run(context, { flags, args: [Name = ''] }) {
    const Config = flags.subnet.map((Subnet, index) => ({
      Subnet,
      ...(flags.gateway[index] ? { Gateway: flags.gateway[index] } : {}),
      ...(flags['ip-range'][index] ? { IPRange: flags['ip-range'][index] } : {}),
    }));
    const Labels = Object.fromEntries(flags.label.map(text => splitOnce(text, '=')));
    const { Id, Warning } = await context.client.call('NetworkCreate', {
      body: {
        ...{ Name, Driver: flags.driver, Attachable: flags.attachable, Internal: flags.internal },
        ...{ EnableIPv6: flags.ipv6, IPAM: { Driver: 'default', Config }, Options: flags.opt, Labels },
      },
    });
    if (Warning) context.warn(`WARNING: ${Warning}`);
    await context.print(`${Id}\n`);
    return 0;
  },
});

export const connectNetwork = command({
  usage: '[OPTIONS] NETWORK CONTAINER',
  args: exactly(2),
  flags: {
    alias: list('Another name of the container on this network', { type: 'strings' }),
    ip: string('IPv4 address (e.g., "172.30.100.104")'),
  },
  async run(context, { flags, args: [id = '', Container = ''] }) {
    const EndpointConfig = {
      ...(flags.ip ? { IPAMConfig: { IPv4Address: flags.ip } } : {}),
      ...(flags.alias.length > 0 ? { Aliases: [...flags.alias] } : {}),
    };
    await context.client.call('NetworkConnect', { path: { id }, body: { Container, EndpointConfig } });
    return 0;
  },
});

export const disconnectNetwork = command({
  usage: '[OPTIONS] NETWORK CONTAINER',
  args: exactly(2),
  flags: { force: bool('Even if the container does not answer', { short: 'f' }) },
  async run(context, { flags, args: [id = '', Container = ''] }) {
    await context.client.call('NetworkDisconnect', { path: { id }, body: { Container, Force: flags.force } });
    return 0;
  },
});
