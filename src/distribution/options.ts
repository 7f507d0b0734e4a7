// What a `Distribution` is told about the world.

/** How requests leave this machine; empty or absent: directly. `no` is a list as in NO_PROXY. */
export interface Proxies {
  readonly http?: string;
  readonly https?: string;
  readonly no?: string;
}

export interface DistributionOptions {
  /**
   * Where to ask before the registry itself: a URL is a mirror of docker.io, `quay.io=https://mirror.example` one of
   * another registry. Throws `invalid` in Docker's words when it is none.
   */
  readonly mirrors?: readonly string[];
  /** `host[:port]` or CIDR of registries whose certificate does not matter, and that may speak plain HTTP. */
  readonly insecureRegistries?: readonly string[];
  /** Each may hold `<host:port>/{*.crt,*.cert,*.key}`, the first that has a folder for a registry counts. */
  readonly certificateFolders?: readonly string[];
  readonly proxies?: Proxies;
  readonly userAgent?: string;
  /** How often a request is sent in all, and a download taken up without getting on; 5 when not said. */
  readonly attempts?: number;
  /** Milliseconds a body may stand still before the connection counts as broken; a minute when not said. */
  readonly stallTime?: number;
  /** Milliseconds a place has for its first answer where there is another to ask; 15 s when not said. */
  readonly patience?: number;
}
