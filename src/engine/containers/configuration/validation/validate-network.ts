// What a container's network mode rules out, and the forms of ports, host entries and MAC addresses.

import type { ContainerConfig, HostConfig } from '../../../../api/types/container-config.ts';
import { invalid } from '../../../../lib/errors.ts';

/** Throws `invalid` in Docker's words. */
export function validateNetwork(config: ContainerConfig, host: HostConfig): void {
  const mode = host.NetworkMode ?? '';
  const links = host.Links?.length ?? 0;
  if (['container', 'container:'].includes(mode))
    throw invalid('invalid network mode: invalid container format container:<name|id>');
  if (mode === 'host' && links > 0) {
    throw invalid(
      "conflicting options: host type networking can't be used with links. This would result in undefined behavior",
    );
  }
  if (mode.startsWith('container:')) refuseOwnNetwork(config, host, links);
  for (const entry of host.ExtraHosts ?? []) {
    if (!/^[^:=]+[:=]./.test(entry)) throw invalid(`bad format for add-host: "${entry}"`);
  }
  for (const { HostPort: port = '' } of Object.values(host.PortBindings ?? {}).flatMap(list => list ?? [])) {
    if (port !== '' && !isPortRange(port)) throw invalid(`invalid port specification: "${port}"`);
  }
  const { MacAddress: mac = '' } = config as { MacAddress?: string };
  if (mac !== '' && !/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(mac)) {
    throw invalid(`invalid config for network ${mode || 'bridge'}: invalid MAC address ${mac}`);
  }
}

/** A container in another's network has no names, servers and ports of its own. */
function refuseOwnNetwork(config: ContainerConfig, host: HostConfig, links: number): void {
  const conflict = (what: string) => invalid(`conflicting options: ${what}`);
  if (config.Hostname) throw conflict('hostname and the network mode');
  if (links > 0) {
    throw conflict("container type network can't be used with links. This would result in undefined behavior");
  }
  if ((host.Dns?.length ?? 0) > 0) throw conflict('dns and the network mode');
  if ((host.ExtraHosts?.length ?? 0) > 0) throw conflict('custom host-to-IP mapping and the network mode');
  if (host.PublishAllPorts || Object.keys(host.PortBindings ?? {}).length > 0) {
    throw conflict('port publishing and the container type network mode');
  }
  if (Object.keys(config.ExposedPorts ?? {}).length > 0) {
    throw conflict('port exposing and the container type network mode');
  }
}

function isPortRange(text: string): boolean {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  return match !== null && first <= last && last <= 65535;
}
