// The variables that tell a container where one it is linked to serves what.

/** What a link leads to. */
interface LinkedPlace {
  address: string;
  /** As exposed: `80/tcp`. */
  ports: readonly string[];
  /** The other's own variables. */
  env: readonly string[];
}

interface Port {
  number: number;
  protocol: string;
}

/** Docker's variables for the link `name` (`/web/my-db`: prefix `MY_DB`), in Docker's order. */
export function linkEnvironment(name: string, { address, ports, env }: LinkedPlace): string[] {
  const prefix = name
    .slice(name.lastIndexOf('/') + 1)
    .toUpperCase()
    .replaceAll('-', '_');
  const sorted = ports.map(parsePort).sort(byProtocol);
  const [first] = sorted;
  const url = ({ number, protocol }: Port) => `${protocol}://${address}:${number}`;
  const at = ({ number, protocol }: Port) => `${prefix}_PORT_${number}_${protocol.toUpperCase()}`;
  return [
    ...(first ? [`${prefix}_PORT=${url(first)}`] : []),
    ...ranges(sorted).flatMap(([start, end]) => [
      `${at(start)}_START=${url(start)}`,
      `${at(start)}_ADDR=${address}`,
      `${at(start)}_PROTO=${start.protocol}`,
      `${at(start)}_PORT_START=${start.number}`,
      `${at(start)}_END=${url(end)}`,
      `${at(start)}_PORT_END=${end.number}`,
    ]),
    ...sorted.flatMap(port => [
      `${at(port)}=${url(port)}`,
      `${at(port)}_ADDR=${address}`,
      `${at(port)}_PORT=${port.number}`,
      `${at(port)}_PROTO=${port.protocol}`,
    ]),
    `${prefix}_NAME=${name}`,
    ...env.filter(variable => /^(?!HOME=|PATH=)[^=]+=/.test(variable)).map(variable => `${prefix}_ENV_${variable}`),
  ];
}

function parsePort(text: string): Port {
  const [number, protocol = 'tcp'] = text.split('/');
  return { number: Number(number), protocol };
}

const byProtocol = (a: Port, b: Port) =>
  a.protocol === b.protocol ? a.number - b.number : a.protocol === 'tcp' ? -1 : b.protocol === 'tcp' ? 1 : 0;

/** First and last of neighbouring ports: at least two. */
function ranges(ports: readonly Port[]): [Port, Port][] {
  const found: [Port, Port][] = [];
  for (let i = 0; i < ports.length; ) {
    let last = i;
    while (continues(ports[last]!, ports[last + 1])) last++;
    if (last > i) found.push([ports[i]!, ports[last]!]);
    i = last + 1;
  }
  return found;
}

const continues = (port: Port, next: Port | undefined) =>
  next?.protocol === port.protocol && next.number === port.number + 1;
