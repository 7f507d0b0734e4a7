// Managed plugins.

interface PluginMount {
  Name: string;
  Description: string;
  Settable: string[];
  Source: string;
  Destination: string;
  Type: string;
  Options: string[];
}

interface PluginDevice {
  Name: string;
  Description: string;
  Settable: string[];
  Path: string;
}

interface PluginEnv {
  Name: string;
  Description: string;
  Settable: string[];
  Value: string;
}

interface PluginInterfaceType {
  Prefix: string;
  Capability: string;
  Version: string;
}

/** Something a plugin asks to be allowed. */
export interface PluginPrivilege {
  Name?: string;
  Description?: string;
  Value?: string[] | null;
}

/** A managed plugin. */
export interface Plugin {
  Id: string;
  Name: string;
  Enabled: boolean;
  Settings: {
    Mounts: PluginMount[];
    Env: string[];
    Args: string[];
    Devices: PluginDevice[];
  };
  PluginReference: string;
  Config: {
    DockerVersion?: string;
    Description: string;
    Documentation: string;
    Interface: {
      Types: PluginInterfaceType[];
      Socket: string;
      ProtocolScheme: '' | 'moby.plugins.http/v1';
    };
    Entrypoint: string[];
    WorkDir: string;
    User: {
      UID: number;
      GID: number;
    };
    Network: {
      Type: string;
    };
    Linux: {
      Capabilities: string[];
      AllowAllDevices: boolean;
      Devices: PluginDevice[];
    };
    PropagatedMount: string;
    IpcHost: boolean;
    PidHost: boolean;
    Mounts: PluginMount[];
    Env: PluginEnv[];
    Args: {
      Name: string;
      Description: string;
      Settable: string[];
      Value: string[];
    };
    rootfs: {
      type: string;
      diff_ids: string[];
    };
  };
}
