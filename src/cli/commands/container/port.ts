// `port`.

import type { PortBinding } from '../../../api/types/ports.ts';
import { command } from '../../command.ts';
import { between } from '../../grammar/argument-rule.ts';
import { hostPort } from '../../output/rows/container-row.ts';

export const port = command({
  usage: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  args: between(1, 2),
  flags: {},
  async run(context, { args }) {
    const [id = '', wanted] = args;
    const container = await context.client.call('ContainerInspect', { path: { id } });
    const ports = container.NetworkSettings.Ports ?? {};
    const address = ({ HostIp = '', HostPort = '' }: PortBinding) => hostPort(HostIp, HostPort);
    if (wanted !== undefined) {
      const [number = '', protocol = 'tcp'] = wanted.split('/');
      checkPort(number);
      const bindings = ports[`${number}/${protocol}`];
      if (!bindings || bindings.length === 0) throw new Error(`Error: No public port '${wanted}' published for ${id}`);
      await context.print(bindings.map(binding => `${address(binding)}\n`).join(''));
      return 0;
    }
    const lines = Object.entries(ports).flatMap(([name, bindings]) =>
      (bindings ?? []).map(binding => `${name} -> ${address(binding)}\n`),
    );
    const byNumber = (a: string, b: string) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1);
    await context.print(lines.sort(byNumber).join(''));
    return 0;
  },
});

function checkPort(text: string): void {
  const problem = !/^\d+$/.test(text) ? 'invalid syntax' : Number(text) > 65535 ? 'value out of range' : undefined;
  if (problem) throw new Error(`Error: invalid port (${text}): strconv.ParseUint: parsing "${text}": ${problem}`);
}
