// What the port allocator must do; the host's ports are a double's.

import { beforeEach, expect, test } from 'bun:test';
import { createFakeKernel, type FakeKernel } from '../../kernel/index.ts';
import { errorKind, errorMessage } from '../../lib/errors.ts';
import type { PortRequest } from '../network.ts';
import { PortAllocator } from './port-allocator.ts';

let kernel: FakeKernel;
let ports: PortAllocator;

beforeEach(() => {
  kernel = createFakeKernel();
  kernel.state.sysctls.set('net.ipv4.ip_local_port_range', '32768\t60999');
  ports = new PortAllocator({ defaultAddress: '0.0.0.0' }, kernel);
});

const request = (hostPort: PortRequest['hostPort'], more: Partial<PortRequest> = {}): PortRequest => ({
  containerPort: 80,
  protocol: 'tcp',
  hostIp: '',
  hostPort,
  ...more,
});
const lease = (owner: string, ...requests: PortRequest[]) =>
  ports
    .lease(owner, requests, '172.17.0.2')
    .map(binding => `${binding.hostIp}:${binding.hostPort}/${binding.protocol}`);
const refusal = (...requests: PortRequest[]) => {
  try {
    lease('x', ...requests);
  } catch (error) {
    return `${errorKind(error)}: ${errorMessage(error)}`;
  }
  return 'granted';
};

test('a port is held until its owner releases it', () => {
  expect(lease('a', request(8080))).toEqual(['0.0.0.0:8080/tcp']);
  expect([...kernel.state.ports]).toEqual(['tcp 0.0.0.0:8080']);
  expect(refusal(request(8080))).toBe('system: Bind for 0.0.0.0:8080 failed: port is already allocated');
  ports.release('a');
  expect([...kernel.state.ports]).toEqual([]);
  expect(refusal(request(8080))).toBe('granted');
});

test('who asks for one port gets it before those who take any, whatever their order', () => {
  expect(lease('a', request(0), request({ first: 32768, last: 32770 }), request(32768))).toEqual([
    ...['0.0.0.0:32770/tcp', '0.0.0.0:32769/tcp', '0.0.0.0:32768/tcp'],
  ]);
});

test('an address of its own excludes all addresses, and the other way round; another protocol does not', () => {
  lease('a', request(8080, { hostIp: '127.0.0.1' }));
  expect(refusal(request(8080))).toBe('system: Bind for 127.0.0.1:8080 failed: port is already allocated');
  expect(refusal(request(8080, { hostIp: '10.0.0.1' }), request(8080, { protocol: 'udp' }))).toBe('granted');
});

test("a port of the host is refused in Docker's words", () => {
  kernel.state.ports.add('tcp 0.0.0.0:8080');
  expect(refusal(request(8080))).toBe(
    'system: failed to bind host port for 0.0.0.0:8080:172.17.0.2:80/tcp: address already in use',
  );
});

test('ephemeral ports go on from the last one and skip what is taken', () => {
  kernel.state.ports.add('tcp 0.0.0.0:32769');
  expect(lease('a', request(0), request(0))).toEqual(['0.0.0.0:32768/tcp', '0.0.0.0:32770/tcp']);
  ports.release('a');
  expect(lease('b', request(0))).toEqual(['0.0.0.0:32771/tcp']);
});

test('a range gives its first free port until there is none', () => {
  const range = request({ first: 5000, last: 5001 });
  expect(lease('a', range)).toEqual(['0.0.0.0:5000/tcp']);
  expect(lease('b', range)).toEqual(['0.0.0.0:5001/tcp']);
  expect(refusal(range)).toBe('system: all ports are allocated');
  expect(lease('c', request({ first: 6000, last: 6000 }))).toEqual(['0.0.0.0:6000/tcp']);
});

test('when one of several is refused none is held', () => {
  lease('a', request(9000));
  expect(refusal(request(9001), request(9000))).toContain('9000 failed');
  expect([...kernel.state.ports]).toEqual(['tcp 0.0.0.0:9000']);
});

test('ports of running containers are taken over, also those somebody took meanwhile', () => {
  kernel.state.ports.add('tcp 0.0.0.0:9001');
  const bindings = [9000, 9001].map(hostPort => ({ ...request(hostPort), hostIp: '0.0.0.0', hostPort }));
  expect(ports.adopt('a', bindings).map(binding => binding.hostPort)).toEqual([9001]);
  expect(refusal(request(9001))).toContain('port is already allocated');
  ports.release('a');
  expect([...kernel.state.ports]).toEqual(['tcp 0.0.0.0:9001']);
});
