// The endpoint table against the reference's facts.

import { expect, test } from 'bun:test';
import type { Endpoint } from '../../src/api/endpoint.ts';
import { endpoints } from '../../src/api/endpoints.ts';
import { loadDefinitions, loadOperations } from './facts.ts';
import { missingProperties } from './missing-properties.ts';
import { validateResponse } from './validate-response.ts';

const reference = loadOperations();
const declared = new Map<string, Endpoint>(
  Object.values(endpoints).flatMap(operations => Object.entries(operations) as [string, Endpoint][]),
);

// Where Docker does otherwise than its reference says: these answer with a stream of progress.
const answersWithProgress = new Set(['PluginPull', 'PluginUpgrade']);

// What every Docker has for its own clients, but the reference does not know: `buildx` speaks one, the classic builder
// the other.
const beyondReference = ['BuildCancel', 'Grpc'];

test('every operation is declared, and none besides', () => {
  expect(reference.size).toBe(107);
  expect([...declared.keys()].sort()).toEqual([...reference.keys(), ...beyondReference].sort());
});

test.each([...reference.values()])('$operation is $method $path', facts => {
  const endpoint = declared.get(facts.operation);
  if (!endpoint) throw new Error('not declared');
  expect([endpoint.method as string, endpoint.path.replace('*}', '}')]).toEqual([facts.method, facts.path]);
  expect(Object.keys(endpoint.query)).toEqual(expect.arrayContaining(facts.query));
  if (!answersWithProgress.has(facts.operation)) expect([...facts.statuses, 101]).toContain(endpoint.status);
  if (facts.body) expect(endpoint.body.kind).not.toBe('none');
  const { kind } = endpoint.response;
  if (facts.response && (kind === 'empty' || kind === 'hijack')) {
    // PluginDelete is said to answer with the plugin; Docker answers with nothing.
    expect(facts.operation).toBe('PluginDelete');
  }
});

test('every reference of a schema is defined', () => {
  const definitions = loadDefinitions();
  const missing = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('ref' in value && typeof value.ref === 'string' && !definitions.has(value.ref)) missing.add(value.ref);
    for (const part of Object.values(value)) visit(part);
  };
  for (const facts of reference.values()) visit(facts.response);
  for (const schema of definitions.values()) visit(schema);
  expect([...missing]).toEqual([]);
});

test('a response is checked down to its leaves', () => {
  const good = { Id: 'x', Warnings: [] };
  expect(validateResponse('ContainerCreate', good)).toEqual([]);
  expect(validateResponse('ContainerCreate', { Warnings: [1] })).toEqual([
    'ContainerCreate.Id: missing',
    'ContainerCreate.Warnings[0]: integer instead of string',
  ]);
  expect(validateResponse('ContainerList', [{ State: 'odd', Ports: null, Names: null, Created: null }])).toEqual([
    'ContainerList[0].State: "odd" is none of created, running, paused, restarting, exited, removing, dead',
    'ContainerList[0].Created: null instead of integer',
  ]);
});

test('a property that Docker sends is missed, in lists and below', () => {
  expect(missingProperties('ContainerCreate', { Id: 'x' })).toEqual(['Warnings']);
  const volume = { CreatedAt: '', Driver: '', Labels: null, Mountpoint: '', Options: null, Scope: '' };
  expect(missingProperties('VolumeList', { Volumes: [volume], Warnings: null })).toEqual(['Volumes[].Name']);
  expect(missingProperties('VolumeList', { Volumes: null })).toEqual(['Warnings']);
});
