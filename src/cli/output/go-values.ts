// API objects as Go sees them in a template: which objects are maps, and what stands for null and for what is left out.

import { type GoStruct, isStruct, isTrue, nilList, nilMap, omitEmpty } from '../../lib/template/values.ts';

/** Fields whose objects are Go maps; all other objects are structs. */
const mapFields = new Set(
  'Labels Config Volumes ExposedPorts PortBindings Ports Networks Options DriverOpts Sysctls Tmpfs StorageOpt Annotations Data EndpointsConfig Containers Attributes Runtimes IndexConfigs Details Metadata'.split(
    ' ',
  ),
);
/** Maps only below LogConfig: a container has a struct of this name. */
const structParents: Readonly<Record<string, string>> = { Config: 'LogConfig' };

const listFields = new Set(
  'Args Binds Cmd Entrypoint Env VolumesFrom CapAdd CapDrop Dns DnsOptions DnsSearch ExtraHosts GroupAdd Links SecurityOpt DeviceCgroupRules DeviceRequests Devices Ulimits BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps MaskedPaths ReadonlyPaths Mounts ExecIDs OnBuild Shell Aliases DNSNames SecondaryIPAddresses SecondaryIPv6Addresses RepoTags RepoDigests Layers Authorization Warnings Mirrors'.split(
    ' ',
  ),
);

/** Fields the daemon leaves out when they are empty, by the field their object stands under ('' for the top). */
const optional: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  State: { Health: null },
  Config: {
    ExposedPorts: nilMap(),
    Healthcheck: null,
    ArgsEscaped: false,
    NetworkDisabled: false,
    MacAddress: '',
    StopSignal: '',
    StopTimeout: null,
    Shell: nilList(),
  },
  HostConfig: {
    Annotations: nilMap(),
    StorageOpt: nilMap(),
    Tmpfs: nilMap(),
    Sysctls: nilMap(),
    Runtime: '',
    Mounts: nilList(),
    Init: null,
  },
};

/** Those of an image, which is known by its file system. */
const optionalOfImages: Readonly<Record<string, unknown>> = {
  Config: null,
  Variant: '',
  OsVersion: '',
  VirtualSize: 0,
  Descriptor: null,
  Manifests: nilList(),
};

function optionalIn(field: string, object: object): Readonly<Record<string, unknown>> {
  return optional[field] ?? (field === '' && 'RootFS' in object ? optionalOfImages : {});
}

/** What an image runs with, in the order of Go's struct; what is empty is not in its JSON. */
const imageConfig: Readonly<Record<string, unknown>> = {
  ...{ User: '', ExposedPorts: nilMap(), Env: nilList(), Entrypoint: nilList(), Cmd: nilList(), Volumes: nilMap() },
  ...{ WorkingDir: '', Labels: nilMap(), StopSignal: '', ArgsEscaped: false },
  ...{ Healthcheck: null, OnBuild: nilList(), Shell: nilList() },
};

/** The object as Docker's types have it: structs, maps, nil lists for null ones, zero values for what was left out. */
export function asTyped(value: unknown): unknown {
  const isImage = isStruct(value) && 'RootFS' in value;
  const object = typed(isImage ? inOrder(value) : value, { field: '', parent: '' });
  if (isImage && isStruct(object) && isStruct(object.Config)) object.Config = typedImageConfig(object.Config);
  return object;
}

/** In Go's struct of an image the configuration stands behind the author, in the daemon's answer at the end. */
function inOrder({ Config, ...others }: GoStruct): GoStruct {
  const entries = Object.entries(others);
  const behind = entries.findIndex(([key]) => key === 'Author') + 1;
  return Object.fromEntries(Config === undefined ? entries : entries.toSpliced(behind, 0, ['Config', Config]));
}

function typedImageConfig(config: GoStruct): GoStruct {
  const all: GoStruct = { ...imageConfig, ...config };
  const empty = Object.keys(all).filter(key => !isTrue(all[key]));
  return { ...all, [omitEmpty]: empty };
}

/** The object as bare JSON: every object a map. */
export function asMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asMaps);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, asMaps(item)]));
}

function typed(value: unknown, place: { field: string; parent: string }): unknown {
  const { field, parent } = place;
  if (value === null) return isMap(field, parent) ? nilMap() : listFields.has(field) ? nilList() : null;
  if (Array.isArray(value)) return value.map(item => typed(item, { field: '', parent: field }));
  if (typeof value !== 'object') return value;
  if (isMap(field, parent)) {
    return new Map(Object.entries(value).map(([key, item]) => [key, typed(item, { field: '', parent: field })]));
  }
  const entries = Object.entries(value).map(
    ([key, item]) => [key, typed(item, { field: key, parent: field })] as const,
  );
  const present: GoStruct = Object.fromEntries(entries);
  const left = Object.entries(optionalIn(field, value)).filter(([key]) => !(key in present));
  return withGoNames({ ...present, ...Object.fromEntries(left), [omitEmpty]: left.map(([key]) => key) });
}

/** Names of Go's fields where JSON has others; they answer to a template and are not printed. */
const goNames: Readonly<Record<string, string>> = {
  Id: 'ID',
  NanoCpus: 'NanoCPUs',
  Dns: 'DNS',
  DnsOptions: 'DNSOptions',
  DnsSearch: 'DNSSearch',
  ApiVersion: 'APIVersion',
};

function withGoNames(object: GoStruct): GoStruct {
  for (const [json, go] of Object.entries(goNames)) {
    if (json in object && !(go in object))
      Object.defineProperty(object, go, { value: object[json], enumerable: false });
  }
  return object;
}

function isMap(field: string, parent: string): boolean {
  if (!mapFields.has(field)) return false;
  const only = structParents[field];
  return only === undefined || parent === only;
}
