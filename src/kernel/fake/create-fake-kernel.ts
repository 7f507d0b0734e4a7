// Puts the double of the kernel together.
import { capabilityNames } from '../host/capability-names.ts';
import { FakeCgroups } from './fake-cgroups.ts';
import { FakeFiles } from './fake-files.ts';
import { FakeHost } from './fake-host.ts';
import type { FakeKernel, FakeState } from './fake-kernel.ts';
import { FakeMounts } from './fake-mounts.ts';
import { FakeProcesses } from './fake-processes.ts';
import { FakeFirewall } from './network/fake-firewall.ts';
import { FakeLinks, FakeNetwork, FakeNetworkNamespaces } from './network/fake-network.ts';
import { FakeSockets } from './network/fake-sockets.ts';
import { Recorder } from './recorder.ts';

/** A kernel for unit tests: remembers, records, and fails when told to. Needs no root. */
export function createFakeKernel(): FakeKernel {
  const recorder = new Recorder();
  const state = createState();
  const network = new FakeNetwork();
  return {
    calls: recorder.calls,
    state,
    failOn: (callName, error, times) => recorder.failOn(callName, error, times),
    heal: callName => recorder.heal(callName),
    mounts: recorder.watch('mounts', new FakeMounts()),
    netns: recorder.watch('netns', new FakeNetworkNamespaces(network)),
    links: recorder.watch('links', new FakeLinks(network)),
    firewall: recorder.watch('firewall', new FakeFirewall(state.rulesets)),
    cgroups: recorder.watch('cgroups', new FakeCgroups(state)),
    processes: recorder.watch('processes', new FakeProcesses(state)),
    files: recorder.watch('files', new FakeFiles(state)),
    sockets: recorder.watch('sockets', new FakeSockets(state)),
    host: recorder.watch('host', new FakeHost(state)),
    close: () => void recorder.calls.push('close'),
  };
}

function createState(): FakeState {
  return {
    rulesets: [],
    processes: new Map(),
    signals: [],
    cgroupMode: 'v1',
    cgroups: new Map(),
    nodes: new Map(),
    datagrams: [],
    peers: new Map(),
    ports: new Set(),
    sysctls: new Map([
      ['net.ipv4.ip_forward', '0'],
      ['net.ipv4.ip_local_port_range', '32768\t60999'],
    ]),
    hardLimits: new Map([['RLIMIT_NOFILE', 1_048_576]]),
    capabilities: [...capabilityNames],
  };
}
