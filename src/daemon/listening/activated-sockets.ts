// Sockets that systemd opened and handed over (sd_listen_fds(3)).

import { type AdoptedSocket, adoptSocket, keepOnExec } from '../../kernel/index.ts';
import { invalid } from '../../lib/errors.ts';

// SD_LISTEN_FDS_START
const firstDescriptor = 3;
const variables = ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID'] as const;

/**
 * The sockets meant for this process, in the unit's order; none when it was not started that way. They are not passed
 * on to anything it starts, and `environment` says nothing of them afterwards. Throws SystemCallError.
 */
export function takeActivatedSockets(environment: Record<string, string | undefined>, pid: number): AdoptedSocket[] {
  const descriptors = activatedDescriptors(environment, pid);
  for (const name of variables) delete environment[name];
  return descriptors.map(adoptSocket);
}

/** To be called before this process becomes another program that is to take them. Throws SystemCallError. */
export function keepActivatedSockets(environment: Readonly<Record<string, string | undefined>>, pid: number): void {
  for (const descriptor of activatedDescriptors(environment, pid)) keepOnExec(descriptor);
}

function activatedDescriptors(environment: Readonly<Record<string, string | undefined>>, pid: number): number[] {
  const count = environment.LISTEN_PID === String(pid) ? Number(environment.LISTEN_FDS) || 0 : 0;
  return Array.from({ length: count }, (_, index) => firstDescriptor + index);
}

/** Which of them `fd://` (all), `fd://*` (all) or `fd://4` (one) means. Throws `invalid` in dockerd's words. */
export function chooseActivatedSockets(host: string, sockets: readonly AdoptedSocket[]): AdoptedSocket[] {
  const name = host.slice('fd://'.length);
  if (sockets.length === 0) {
    throw invalid('no sockets found via socket activation: make sure the service was started by systemd');
  }
  if (name === '' || name === '*') return [...sockets];
  if (!/^\d+$/.test(name)) throw invalid(`failed to parse systemd fd address: should be a number: ${name}`);
  const chosen = sockets.find(socket => socket.descriptor === Number(name));
  if (!chosen) throw invalid('too few socket activated files passed in by systemd');
  return [chosen];
}
